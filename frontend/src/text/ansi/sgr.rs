//! Colours and emphasis.

/// One of the sixteen colours of a terminal: 0 to 7 the usual ones, 8 to 15 the bright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(u8);

impl Colour {
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The nearest of the sixteen to a colour of the palette of 256.
    const fn of_palette(index: u8) -> Self {
        match index {
            0..=15 => Self(index),
            16..=231 => {
                const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
                let cube = index - 16;
                Self::of_rgb(
                    STEPS[(cube / 36) as usize],
                    STEPS[(cube / 6 % 6) as usize],
                    STEPS[(cube % 6) as usize],
                )
            }
            232..=255 => {
                let grey = 8 + (index - 232) * 10;
                Self::of_rgb(grey, grey, grey)
            }
        }
    }

    /// The nearest of the sixteen by hue and lightness; what is nearly grey becomes one of the greys.
    const fn of_rgb(red: u8, green: u8, blue: u8) -> Self {
        let most = max(red, max(green, blue));
        let least = min(red, min(green, blue));
        if most - least < 40 {
            return Self(match most {
                0..=59 => 0,
                60..=149 => 8,
                150..=229 => 7,
                230..=255 => 15,
            });
        }
        // A part counts when it is nearer to the strongest than to the weakest.
        let middle = least + (most - least) / 2;
        let hue = (red > middle) as u8 | ((green > middle) as u8) << 1 | ((blue > middle) as u8) << 2;
        Self(if most > 200 { hue + 8 } else { hue })
    }
}

const fn max(a: u8, b: u8) -> u8 {
    if a > b { a } else { b }
}

const fn min(a: u8, b: u8) -> u8 {
    if a < b { a } else { b }
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Style {
    pub foreground: Option<Colour>,
    pub background: Option<Colour>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub inverse: bool,
    pub strike: bool,
}

impl Style {
    /// This style as the parameters of one escape change it. What is not known changes nothing.
    pub(super) fn with(mut self, parameters: &str) -> Self {
        if parameters.starts_with(['?', '>', '<', '=']) {
            // A private sequence that ends alike, such as the one for keyboard modes.
            return self;
        }
        let mut codes = parameters.split(';').peekable();
        while let Some(code) = codes.next() {
            let mut parts = code.split(':');
            let number = parts.next().unwrap_or_default();
            match number {
                "38" | "48" => {
                    let colour =
                        if code.contains(':') { colon_colour(parts) } else { extended_colour(&mut codes) };
                    if let Some(colour) = colour {
                        let place = if number == "38" { &mut self.foreground } else { &mut self.background };
                        *place = Some(colour);
                    }
                }
                // `4:0` is no underline, `4:3` a wavy one.
                "4" => self.underline = parts.next() != Some("0"),
                _ => self.set(if number.is_empty() { 0 } else { number.parse().unwrap_or(u8::MAX) }),
            }
        }
        self
    }

    fn set(&mut self, code: u8) {
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            7 => self.inverse = true,
            9 => self.strike = true,
            21 => self.underline = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.inverse = false,
            29 => self.strike = false,
            30..=37 => self.foreground = Some(Colour(code - 30)),
            39 => self.foreground = None,
            40..=47 => self.background = Some(Colour(code - 40)),
            49 => self.background = None,
            90..=97 => self.foreground = Some(Colour(code - 82)),
            100..=107 => self.background = Some(Colour(code - 92)),
            _ => {}
        }
    }
}

/// The colour of `38;5;N` or `38;2;R;G;B`, behind the 38.
fn extended_colour<'a>(codes: &mut impl Iterator<Item = &'a str>) -> Option<Colour> {
    let mut next = || codes.next()?.parse().ok();
    match next()? {
        5 => next().map(Colour::of_palette),
        2 => Some(Colour::of_rgb(next()?, next()?, next()?)),
        _ => None,
    }
}

/// The colour of `38:5:N`, `38:2:R:G:B` or `38:2:SPACE:R:G:B`, behind the 38.
fn colon_colour<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Colour> {
    let parts: Vec<Option<u8>> = parts.map(|part| part.parse().ok()).collect();
    match *parts.as_slice() {
        [Some(5), Some(index)] => Some(Colour::of_palette(index)),
        [Some(2), Some(red), Some(green), Some(blue)] | [Some(2), _, Some(red), Some(green), Some(blue)] => {
            Some(Colour::of_rgb(red, green, blue))
        }
        _ => None,
    }
}
