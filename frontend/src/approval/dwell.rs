//! How long something was on the screen.

/// How long a block must be on the screen to count as looked at, in milliseconds.
pub const DWELL_MS: f64 = 600.0;

/// Where a block is on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Its edges below the upper edge of the screen, in pixels.
    pub top: f64,
    pub bottom: f64,
    /// The height of the screen, in pixels.
    pub screen: f64,
}

impl Place {
    /// Whether six tenths of the block are on the screen, or the screen is full of it.
    pub fn is_looked_at(self) -> bool {
        let height = self.bottom - self.top;
        let seen = self.bottom.min(self.screen) - self.top.max(0.0);
        // A bar that sticks to an edge may cover a tenth of the screen.
        height > 0.0 && self.screen > 0.0 && (seen >= 0.6 * height || seen >= 0.9 * self.screen)
    }
}

/// Since when a block has been on the screen without a break.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dwell {
    since_ms: Option<f64>,
}

impl Dwell {
    /// Takes a look at the time `now_ms`; `place` is absent while the page is out of sight. Says whether the block has
    /// now been on the screen for [`DWELL_MS`].
    pub fn look(&mut self, place: Option<Place>, now_ms: f64) -> bool {
        if !place.is_some_and(Place::is_looked_at) {
            self.since_ms = None;
            return false;
        }
        now_ms - *self.since_ms.get_or_insert(now_ms) >= DWELL_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(100.0, 300.0, true; "whole on the screen")]
    #[test_case(-90.0, 110.0, false; "little more than half of it")]
    #[test_case(-70.0, 130.0, true; "more than six tenths")]
    #[test_case(-500.0, 5_000.0, true; "taller than the screen and filling it")]
    #[test_case(400.0, 5_000.0, false; "taller than the screen and half of it")]
    #[test_case(900.0, 950.0, false; "below the screen")]
    #[test_case(100.0, 100.0, false; "not displayed")]
    fn a_block_is_looked_at(top: f64, bottom: f64, expected: bool) {
        assert_eq!(Place { top, bottom, screen: 800.0 }.is_looked_at(), expected);
    }

    const THERE: Option<Place> = Some(Place { top: 0.0, bottom: 100.0, screen: 800.0 });

    #[test]
    fn a_glance_does_not_count() {
        let mut dwell = Dwell::default();
        assert!(!dwell.look(THERE, 1_000.0));
        assert!(!dwell.look(THERE, 1_599.0));
        assert!(dwell.look(THERE, 1_600.0));
    }

    #[test]
    fn a_break_begins_the_time_anew() {
        let mut dwell = Dwell::default();
        dwell.look(THERE, 1_000.0);
        dwell.look(None, 1_400.0);
        assert!(!dwell.look(THERE, 1_700.0));
        assert!(!dwell.look(THERE, 2_299.0));
        assert!(dwell.look(THERE, 2_300.0));
    }
}
