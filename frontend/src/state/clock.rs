//! The time now by the server's clock, and how times and durations are written.

use super::{Settings, Visibility};
use crate::api::ApiClient;
use domain::Timestamp;
use leptos::prelude::*;
use std::time::Duration;

/// Where times are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    Local,
    Utc,
}

/// Ticks once a second while the page is in sight.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Milliseconds since 1970 by the server's clock.
    pub now_ms: RwSignal<i64>,
    zone: RwSignal<Zone>,
}

impl Clock {
    pub fn new(api: ApiClient, visibility: Visibility, settings: Settings) -> Self {
        let now = move || js_sys::Date::now() as i64 + api.clock_offset_ms.get_untracked();
        let now_ms = RwSignal::new(now());
        let ticking = set_interval_with_handle(
            move || {
                if visibility.visible.get_untracked() {
                    now_ms.set(now());
                }
            },
            Duration::from_secs(1),
        );
        if let Ok(handle) = ticking {
            on_cleanup(move || handle.clear());
        }
        Self { now_ms, zone: settings.zone }
    }

    /// Date and time to the second in the chosen zone, with the zone's name.
    pub fn exact(self, at: Timestamp) -> String {
        match self.zone.get() {
            Zone::Utc => utc(at),
            Zone::Local => {
                let date = js_sys::Date::new(&(at.micros() as f64 / 1_000.0).into());
                format!("{} {}", local(&date), offset(&date))
            }
        }
    }

    /// The time of day in the chosen zone, to the second.
    pub fn time_of_day(self, at: Timestamp) -> String {
        self.exact(at).split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// How long ago under a day, else the date.
    pub fn relative(self, at: Timestamp) -> String {
        let seconds = (self.now_ms.get() - at.micros() / 1_000) / 1_000;
        relative(seconds).unwrap_or_else(|| self.exact(at).split(' ').next().unwrap_or_default().to_owned())
    }

    /// From `start` to `end`, or until now.
    pub fn elapsed(self, start: Timestamp, end: Option<Timestamp>) -> String {
        let end_ms = end.map_or_else(|| self.now_ms.get(), |end| end.micros() / 1_000);
        duration((end_ms - start.micros() / 1_000).max(0) as u64)
    }
}

fn local(date: &js_sys::Date) -> String {
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds()
    )
}

/// The zone's distance from UTC, such as `+02:00`.
fn offset(date: &js_sys::Date) -> String {
    let minutes = -(date.get_timezone_offset() as i64);
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn utc(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} {} UTC", text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or_default())
}

/// `None` from a day on.
fn relative(seconds: i64) -> Option<String> {
    match seconds {
        ..5 => Some("just now".to_owned()),
        5..60 => Some(format!("{seconds} s ago")),
        60..3_600 => Some(format!("{} min ago", seconds / 60)),
        3_600..86_400 => Some(format!("{} h ago", seconds / 3_600)),
        _ => None,
    }
}

/// A duration in at most two units: `0.3 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0..10 => format!("{}.{} s", seconds, milliseconds % 1_000 / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(320, "0.3 s")]
    #[test_case(12_900, "12 s")]
    #[test_case(185_000, "3 min 05 s")]
    #[test_case(7_800_000, "2 h 10 min")]
    #[test_case(273_600_000, "3 d 4 h")]
    fn durations_have_at_most_two_units(milliseconds: u64, expected: &str) {
        assert_eq!(duration(milliseconds), expected);
    }

    #[test_case(-3, Some("just now"); "a clock slightly ahead")]
    #[test_case(59, Some("59 s ago"))]
    #[test_case(3_599, Some("59 min ago"))]
    #[test_case(86_399, Some("23 h ago"))]
    #[test_case(86_400, None)]
    fn times_are_relative_for_a_day(seconds: i64, expected: Option<&str>) {
        assert_eq!(relative(seconds).as_deref(), expected);
    }

    #[test]
    fn utc_is_written_to_the_second() {
        assert_eq!(utc(Timestamp::from_micros(1_763_823_845_000_123)), "2025-11-22 15:04:05 UTC");
    }
}
