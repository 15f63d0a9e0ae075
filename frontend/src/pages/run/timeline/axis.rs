//! Where moments are on the axis of a timeline.
//!
//! Long stretches in which nothing works are folded to a break of fixed width, so that six hours of waiting for a
//! person do not squeeze ten seconds of tests to nothing. A moment's place is therefore a share of the width that the
//! breaks leave, plus a number of breaks.

/// The width of a break, in pixels; the style sheet has the same.
const BREAK_PX: u32 = 24;
/// Shorter stretches are never folded, in milliseconds.
const FOLD_FROM_MS: i64 = 60_000;
/// What stays of a folded stretch at each of its ends at least, in milliseconds.
const KEPT_MS: i64 = 5_000;
/// About how many marks the axis has.
const MARKS: i64 = 8;

/// A stretch that is not drawn in its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    pub from_ms: i64,
    pub to_ms: i64,
    /// How long the whole stretch is in which nothing works.
    pub idle_ms: i64,
}

/// A place on the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Of the width without the breaks, from 0 to 1.
    pub share: f64,
    /// Breaks before it.
    pub breaks: u32,
}

/// The axis from a run's beginning to its end, or to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    start_ms: i64,
    end_ms: i64,
    folds: Vec<Fold>,
}

impl Axis {
    /// `busy` are the stretches in which something works, in any order.
    pub fn new(start_ms: i64, end_ms: i64, busy: &[(i64, i64)]) -> Self {
        let end_ms = end_ms.max(start_ms + 1);
        let threshold = FOLD_FROM_MS.max((end_ms - start_ms) / 5);
        let idle = idle(start_ms, end_ms, busy);
        let folded = |&(from, to): &(i64, i64)| to - from > threshold;
        let drawn: i64 = (end_ms - start_ms)
            - idle.iter().filter(|gap| folded(gap)).map(|(from, to)| to - from).sum::<i64>();
        let folds = idle
            .iter()
            .filter(|gap| folded(gap))
            .map(|&(from, to)| {
                let kept = KEPT_MS.max(drawn / 20).min((to - from) / 4);
                Fold { from_ms: from + kept, to_ms: to - kept, idle_ms: to - from }
            })
            .collect();
        Self { start_ms, end_ms, folds }
    }

    pub fn start_ms(&self) -> i64 {
        self.start_ms
    }

    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }

    fn drawn_ms(&self) -> i64 {
        let folded: i64 = self.folds.iter().map(|fold| fold.to_ms - fold.from_ms).sum();
        (self.end_ms - self.start_ms - folded).max(1)
    }

    /// The place of a moment; one inside a fold is at its beginning.
    pub fn place(&self, at_ms: i64) -> Place {
        let at = at_ms.clamp(self.start_ms, self.end_ms);
        let mut hidden = 0;
        let mut breaks = 0;
        for fold in &self.folds {
            hidden += at.min(fold.to_ms).saturating_sub(fold.from_ms).max(0);
            breaks += u32::from(at >= fold.to_ms);
        }
        Place { share: (at - self.start_ms - hidden) as f64 / self.drawn_ms() as f64, breaks }
    }

    /// The moments that get a mark, as milliseconds since the beginning.
    pub fn marks(&self) -> Vec<i64> {
        const STEPS_S: [i64; 16] =
            [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200];
        let wanted = self.drawn_ms() / MARKS;
        let step = STEPS_S.iter().map(|step| step * 1_000).find(|&step| step >= wanted).unwrap_or(86_400_000);
        let length = self.end_ms - self.start_ms;
        let mut marks = vec![0];
        let mut last = self.place(self.start_ms);
        let mut at = step;
        while at <= length {
            let moment = self.start_ms + at;
            if let Some(fold) = self.folds.iter().find(|fold| moment >= fold.from_ms && moment < fold.to_ms) {
                at = ((fold.to_ms - self.start_ms) / step + 1) * step;
                continue;
            }
            let place = self.place(moment);
            let is_free = place.share - last.share >= 0.14 && place.share <= 0.9;
            // A mark's text is at its right, where it must not meet the text of a break.
            let meets_break = self.folds.iter().any(|fold| {
                let distance = place.share - self.place(fold.from_ms).share;
                (-0.1..0.06).contains(&distance)
            });
            if is_free && !meets_break {
                marks.push(at);
                last = place;
            }
            at += step;
        }
        marks
    }

    /// The distance from the left edge, as CSS.
    pub fn left(&self, place: Place) -> String {
        let breaks = u32::try_from(self.folds.len()).unwrap_or(u32::MAX).saturating_mul(BREAK_PX);
        let before = place.breaks.saturating_mul(BREAK_PX);
        format!("calc({:.5} * (100% - {breaks}px) + {before}px)", place.share)
    }

    /// The width from one place to another, as CSS.
    pub fn width(&self, from: Place, to: Place) -> String {
        self.left(Place {
            share: (to.share - from.share).max(0.0),
            breaks: to.breaks.saturating_sub(from.breaks),
        })
    }
}

/// A length of time as short as it goes: `10 s`, `1 min 30 s`, `2 h`.
pub fn label(milliseconds: i64) -> String {
    let seconds = milliseconds / 1_000;
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let mut shown = parts.iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    match (shown.next(), shown.next()) {
        (None, _) => "0 s".to_owned(),
        (Some((count, unit)), None) => format!("{count} {unit}"),
        (Some((count, unit)), Some((more, smaller))) => format!("{count} {unit} {more} {smaller}"),
    }
}

/// The stretches between `start` and `end` that no busy one covers.
fn idle(start: i64, end: i64, busy: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut busy = busy.to_vec();
    busy.sort_unstable();
    let mut gaps = Vec::new();
    let mut at = start;
    for (from, to) in busy {
        if from > at {
            gaps.push((at, from.min(end)));
        }
        at = at.max(to);
    }
    if end > at {
        gaps.push((at, end));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const HOUR: i64 = 3_600_000;

    /// Two minutes of work, six hours of waiting, one minute of work.
    fn waited() -> Axis {
        let resumed = 120_000 + 6 * HOUR;
        Axis::new(0, resumed + 60_000, &[(resumed, resumed + 60_000), (0, 120_000)])
    }

    #[test]
    fn without_long_gaps_places_are_shares_of_the_time() {
        let axis = Axis::new(1_000, 101_000, &[(1_000, 50_000), (60_000, 101_000)]);
        assert_eq!(axis.folds(), []);
        assert_eq!(axis.place(51_000), Place { share: 0.5, breaks: 0 });
        assert_eq!(axis.left(axis.place(51_000)), "calc(0.50000 * (100% - 0px) + 0px)");
    }

    #[test]
    fn a_long_wait_is_folded_and_keeps_its_true_length_in_words() {
        let axis = waited();
        let [fold] = axis.folds() else { panic!("one fold") };
        assert_eq!(fold.idle_ms, 6 * HOUR);
        assert_eq!((fold.from_ms, fold.to_ms), (129_000, 111_000 + 6 * HOUR));
        let before = axis.place(120_000);
        let after = axis.place(120_000 + 6 * HOUR);
        assert_eq!((before.breaks, after.breaks), (0, 1));
        assert!(before.share > 0.55 && after.share < 0.75, "{before:?} {after:?}");
        assert_eq!(axis.place(180_000 + 6 * HOUR), Place { share: 1.0, breaks: 1 });
    }

    #[test_case(59_000, 0; "under a minute")]
    #[test_case(61_000, 1; "over a minute and a fifth")]
    fn short_gaps_are_not_folded(gap: i64, folds: usize) {
        let axis = Axis::new(0, 100_000 + gap, &[(0, 50_000), (50_000 + gap, 100_000 + gap)]);
        assert_eq!(axis.folds().len(), folds);
    }

    #[test]
    fn a_gap_under_a_fifth_of_a_long_run_is_not_folded() {
        let axis = Axis::new(0, 10 * HOUR, &[(0, 5 * HOUR), (6 * HOUR, 10 * HOUR)]);
        assert_eq!(axis.folds(), []);
    }

    #[test]
    fn places_never_go_back() {
        let axis = waited();
        let mut last = -1.0;
        for at in (0..=180_000 + 6 * HOUR).step_by(7_000) {
            let Place { share, breaks } = axis.place(at);
            // The breaks of a chart 1000 pixels wide.
            let x = share * 976.0 + f64::from(breaks) * 24.0;
            assert!(x >= last, "{at}");
            last = x;
        }
    }

    #[test]
    fn a_bar_over_a_fold_is_as_wide_as_both_its_parts_and_the_break() {
        let axis = waited();
        let (from, to) = (axis.place(120_000), axis.place(120_000 + 6 * HOUR));
        let width = axis.width(from, to);
        assert!(width.ends_with("* (100% - 24px) + 24px)"), "{width}");
    }

    #[test]
    fn marks_stand_outside_of_folds_and_apart() {
        let axis = waited();
        let marks = axis.marks();
        assert_eq!(marks[0], 0);
        assert!(marks.len() >= 3, "{marks:?}");
        for &mark in &marks {
            assert!(axis.folds().iter().all(|fold| mark < fold.from_ms || mark >= fold.to_ms), "{mark}");
        }
        let shares: Vec<_> = marks.iter().map(|&mark| axis.place(mark).share).collect();
        assert!(shares.windows(2).all(|pair| pair[1] - pair[0] >= 0.14), "{shares:?}");
    }

    #[test_case(400, "0 s")]
    #[test_case(10_000, "10 s")]
    #[test_case(90_000, "1 min 30 s")]
    #[test_case(7_200_000, "2 h")]
    #[test_case(7_205_000, "2 h"; "seconds do not matter beside hours")]
    #[test_case(90_000_000, "1 d 1 h")]
    fn lengths_have_short_names(milliseconds: i64, expected: &str) {
        assert_eq!(label(milliseconds), expected);
    }

    #[test]
    fn a_run_without_length_has_an_axis_too() {
        let axis = Axis::new(5, 5, &[]);
        assert!(axis.place(5).share.abs() < f64::EPSILON);
        assert_eq!(axis.marks(), [0]);
    }
}
