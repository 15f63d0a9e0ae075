//! Durations as definitions write them: `500ms`, `90s`, `30m`, `72h`, `2d`.

/// Returns the milliseconds of a duration text; `None` when it is not one or does not fit.
pub(super) fn parse_duration_ms(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(unit_at);
    let factor: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::parse_duration_ms;
    use test_case::test_case;

    #[test_case("500ms", Some(500))]
    #[test_case("90s", Some(90_000))]
    #[test_case("30m", Some(1_800_000))]
    #[test_case("72h", Some(259_200_000))]
    #[test_case("2d", Some(172_800_000))]
    #[test_case("0s", Some(0); "zero is a duration; the field's range refuses it")]
    #[test_case("", None)]
    #[test_case("30", None; "a unit is needed")]
    #[test_case("m", None; "a number is needed")]
    #[test_case("1.5h", None; "no fractions")]
    #[test_case("-1h", None; "no negatives")]
    #[test_case("1h30m", None; "one unit only")]
    #[test_case("1 h", None; "no spaces")]
    #[test_case("99999999999999999999s", None; "more than fits")]
    #[test_case("18446744073709551615d", None; "the product must fit too")]
    fn duration_texts(text: &str, expected: Option<u64>) {
        assert_eq!(parse_duration_ms(text), expected);
    }
}
