//! Reads durations as people write them: `90s`, `15m`, `1h 30m`, `2d`.

/// Why a text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// There is nothing to read.
    Empty,
    /// A unit has no number in front of it.
    MissingNumber,
    /// A number has no unit behind it.
    MissingUnit,
    /// The character is neither a digit nor a unit.
    UnknownUnit(char),
    /// The duration does not fit into the result.
    TooLong,
}

/// Reads a duration and returns it in seconds.
///
/// Parts follow each other with or without blanks between them: `1h30m` is `1h 30m`.
pub fn parse(text: &str) -> Result<u64, Error> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(Error::Empty);
    }
    while !rest.is_empty() {
        let (seconds, behind) = part(rest)?;
        total = seconds;
        rest = behind.trim_start();
    }
    Ok(total)
}

/// Reads one number with its unit; returns its seconds and the text behind it.
fn part(text: &str) -> Result<(u64, &str), Error> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, behind) = text.split_at(digits);
    let unit = behind.chars().next().ok_or(Error::MissingUnit)?;
    let length = seconds_in(unit).ok_or(Error::UnknownUnit(unit))?;
    if number.is_empty() {
        return Err(Error::MissingNumber);
    }
    let number: u64 = number.parse().map_err(|_| Error::TooLong)?;
    let seconds = number.checked_mul(length).ok_or(Error::TooLong)?;
    Ok((seconds, &behind[unit.len_utf8()..]))
}

fn seconds_in(unit: char) -> Option<u64> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_has_its_length() {
        assert_eq!(parse("90s"), Ok(90));
        assert_eq!(parse("15m"), Ok(900));
        assert_eq!(parse("2h"), Ok(7_200));
        assert_eq!(parse("1d"), Ok(86_400));
    }

    #[test]
    fn several_parts_are_added_up() {
        assert_eq!(parse("1h 30m"), Ok(5_400));
        assert_eq!(parse("1m30s"), Ok(90));
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert_eq!(parse("  "), Err(Error::Empty));
    }

    #[test]
    fn a_number_needs_a_unit_and_a_unit_a_number() {
        assert_eq!(parse("90"), Err(Error::MissingUnit));
        assert_eq!(parse("h"), Err(Error::MissingNumber));
    }

    #[test]
    fn an_unknown_unit_is_refused() {
        assert_eq!(parse("3 weeks"), Err(Error::UnknownUnit(' ')));
        assert_eq!(parse("3w"), Err(Error::UnknownUnit('w')));
    }

    #[test]
    fn a_duration_beyond_the_range_is_refused() {
        assert_eq!(parse("18446744073709551615d"), Err(Error::TooLong));
    }
}
