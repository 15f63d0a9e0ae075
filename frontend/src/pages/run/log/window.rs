//! Which rows of a long list are in the document.

use std::ops::Range;

/// The height of a row, in pixels; the style sheet has the same.
pub const ROW: f64 = 20.0;
/// Rows beyond both ends of what is seen, so that scrolling a little shows no gap.
const OVERSCAN: usize = 30;
/// This near to the end, in pixels, a reader follows.
const FOLLOW_WITHIN: f64 = 40.0;

/// The rows of `count` that a scroller shows.
pub fn rows(scroll_top: f64, height: f64, count: usize) -> Range<usize> {
    let first = (scroll_top / ROW).floor().max(0.0) as usize;
    let shown = (height / ROW).ceil().max(1.0) as usize + 1;
    let start = first.min(count).saturating_sub(OVERSCAN);
    let end = first.saturating_add(shown + OVERSCAN).min(count);
    start..end.max(start)
}

/// Whether the end is in sight.
pub fn is_at_end(scroll_top: f64, height: f64, scroll_height: f64) -> bool {
    scroll_height - scroll_top - height <= FOLLOW_WITHIN
}

/// Where to scroll so that row `index` is in the middle.
pub fn centred(index: usize, height: f64) -> f64 {
    (index as f64 * ROW - (height - ROW) / 2.0).max(0.0)
}

/// The most lines in the document where lines wrap, since their heights are not known then.
pub const WRAPPED: usize = 5_000;

/// The rows of `count` that are in the document where lines wrap: the last, or those around `anchor`.
pub fn wrapped(count: usize, anchor: Option<usize>) -> Range<usize> {
    let latest = count.saturating_sub(WRAPPED);
    let start = anchor.map_or(latest, |anchor| anchor.saturating_sub(WRAPPED / 2).min(latest));
    start..count.min(start + WRAPPED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(0.0, 400.0, 10, 0..10; "a short log whole")]
    #[test_case(0.0, 400.0, 1_000, 0..51; "the beginning")]
    #[test_case(10_000.0, 400.0, 1_000, 470..551; "the middle")]
    #[test_case(19_600.0, 400.0, 1_000, 950..1_000; "the end")]
    #[test_case(90_000.0, 400.0, 1_000, 970..1_000; "beyond the end, after lines were cut")]
    #[test_case(-30.0, 400.0, 1_000, 0..51; "pulled beyond the beginning")]
    #[test_case(0.0, 0.0, 0, 0..0; "nothing")]
    fn only_rows_near_the_view_are_shown(top: f64, height: f64, count: usize, expected: Range<usize>) {
        assert_eq!(rows(top, height, count), expected);
    }

    #[test_case(600.0, true; "at the end")]
    #[test_case(560.0, true; "near the end")]
    #[test_case(559.0, false; "away from it")]
    fn a_reader_near_the_end_follows(top: f64, expected: bool) {
        assert_eq!(is_at_end(top, 400.0, 1_000.0), expected);
    }

    #[test]
    fn a_line_is_scrolled_to_the_middle() {
        assert!((centred(100, 420.0) - 1_800.0).abs() < f64::EPSILON);
        assert!(centred(2, 420.0).abs() < f64::EPSILON);
    }

    #[test_case(100, None, 0..100)]
    #[test_case(20_000, None, 15_000..20_000; "the last")]
    #[test_case(20_000, Some(9_000), 6_500..11_500; "around the anchor")]
    #[test_case(20_000, Some(19_900), 15_000..20_000; "an anchor near the end")]
    #[test_case(20_000, Some(3), 0..5_000; "an anchor near the beginning")]
    fn wrapped_lines_are_limited(count: usize, anchor: Option<usize>, expected: Range<usize>) {
        assert_eq!(wrapped(count, anchor), expected);
    }
}
