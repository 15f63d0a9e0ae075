//! Spans of time as they are written on the command line: `90d`, `12h`.

use std::time::Duration;

/// Reads a number with a unit: `s`, `m`, `h`, `d` or `w`.
pub fn parse(text: &str) -> Result<Duration, String> {
    let expected =
        || format!("`{text}` is no span of time: write a number and one of s, m, h, d, w, such as 90d");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let seconds_in_unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(expected()),
    };
    let number: u64 = number.parse().map_err(|_| expected())?;
    match number.checked_mul(seconds_in_unit) {
        Some(0) => Err("the span of time must be longer than nothing".to_owned()),
        // A thousand years, far from the end of what the store can hold.
        Some(seconds) if seconds <= 1_000 * 365 * 86_400 => Ok(Duration::from_secs(seconds)),
        Some(_) | None => Err(format!("`{text}` is longer than a thousand years")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("45s", 45)]
    #[test_case("90d", 7_776_000)]
    #[test_case("2w", 1_209_600)]
    fn a_number_with_a_unit_is_read(text: &str, seconds: u64) {
        assert_eq!(parse(text), Ok(Duration::from_secs(seconds)));
    }

    #[test_case(""; "nothing")]
    #[test_case("90"; "no unit")]
    #[test_case("d"; "no number")]
    #[test_case("1y"; "another unit")]
    #[test_case("0d"; "no time at all")]
    #[test_case("-1d"; "a negative number")]
    #[test_case("99999999999999999999s"; "a number beyond the range")]
    #[test_case("999999w"; "beyond a thousand years")]
    fn anything_else_is_refused(text: &str) {
        assert!(parse(text).is_err());
    }
}
