//! Lines that an address names.

use std::fmt;

/// A line, or a range of lines with both ends, as `#L120` or `#L10-L20` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    pub first: usize,
    pub last: usize,
}

impl Lines {
    pub fn one(number: usize) -> Self {
        Self { first: number, last: number }
    }

    /// Reads the fragment of an address, with or without its `#`.
    pub fn of_fragment(fragment: &str) -> Option<Self> {
        let text = fragment.strip_prefix('#').unwrap_or(fragment).strip_prefix('L')?;
        match text.split_once('-') {
            None => number(text).map(Self::one),
            Some((from, to)) => {
                let to = to.strip_prefix('L').unwrap_or(to);
                Some(Self::between(number(from)?, number(to)?))
            }
        }
    }

    /// Reads what a person typed: `120`, `10-20`, `L120`.
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('#');
        if text.starts_with('L') { Self::of_fragment(text) } else { Self::of_fragment(&format!("L{text}")) }
    }

    /// From one line to another, in either order.
    pub fn between(one: usize, other: usize) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }

    pub fn contains(self, number: usize) -> bool {
        (self.first..=self.last).contains(&number)
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "L{}", self.first)
        } else {
            write!(f, "L{}-L{}", self.first, self.last)
        }
    }
}

fn number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("#L120", Some((120, 120)))]
    #[test_case("L10-L20", Some((10, 20)))]
    #[test_case("#L20-L10", Some((10, 20)); "the wrong way round")]
    #[test_case("#L10-20", Some((10, 20)); "without the second letter")]
    #[test_case("#L0", None; "there is no line zero")]
    #[test_case("#Lx", None)]
    #[test_case("#main", None)]
    #[test_case("", None)]
    fn a_fragment_names_lines(fragment: &str, expected: Option<(usize, usize)>) {
        assert_eq!(Lines::of_fragment(fragment).map(|lines| (lines.first, lines.last)), expected);
    }

    #[test_case(" 7 ", "L7")]
    #[test_case("7-3", "L3-L7")]
    #[test_case("#L5", "L5")]
    fn what_is_typed_names_lines(text: &str, expected: &str) {
        assert_eq!(Lines::typed(text).unwrap().to_string(), expected);
    }
}
