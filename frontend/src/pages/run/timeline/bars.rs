//! What a timeline draws for each attempt.

use domain::Timestamp;
use domain::run::AttemptState;
use wire::{AttemptResponse, StepResponse};

/// What went on during a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarKind {
    /// The attempt waited for a worker, or for its next try.
    Queued,
    Working,
    /// A gate waited for people.
    Person,
}

impl BarKind {
    /// The value of `data-bar`, which the style sheet draws.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Working => "working",
            Self::Person => "person",
        }
    }
}

/// A stretch of time, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    pub kind: BarKind,
    pub from_ms: i64,
    pub to_ms: i64,
}

/// The bars of one attempt. Steps run one after the other, so what came before its start is the end of the attempt
/// before it, whichever step that was of.
pub fn bars(
    steps: &[StepResponse],
    step: &StepResponse,
    attempt: &AttemptResponse,
    created: Timestamp,
    now_ms: i64,
) -> Vec<Bar> {
    let started = attempt.started_at;
    let ready_ms = steps
        .iter()
        .flat_map(|step| &step.attempts)
        .filter(|other| other.inherited_from.is_none())
        .filter_map(|other| other.finished_at)
        .filter(|&finished| started.is_none_or(|started| finished <= started))
        .max()
        .map_or_else(|| ms(created), ms);
    let Some(started) = started else {
        return match attempt.state {
            AttemptState::Ready => vec![Bar { kind: BarKind::Queued, from_ms: ready_ms, to_ms: now_ms }],
            AttemptState::Leased
            | AttemptState::Waiting
            | AttemptState::Succeeded
            | AttemptState::Failed
            | AttemptState::Cancelled
            | AttemptState::Lost => Vec::new(),
        };
    };
    let kind = if step.uses == "approval" { BarKind::Person } else { BarKind::Working };
    let end_ms = attempt.finished_at.map_or(now_ms, ms);
    let mut bars = Vec::new();
    if ms(started) > ready_ms {
        bars.push(Bar { kind: BarKind::Queued, from_ms: ready_ms, to_ms: ms(started) });
    }
    bars.push(Bar { kind, from_ms: ms(started), to_ms: end_ms.max(ms(started)) });
    bars
}

/// Milliseconds since 1970.
pub const fn ms(at: Timestamp) -> i64 {
    at.micros() / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    fn step(uses: &str, attempts: &[(&str, Option<i64>, Option<i64>)]) -> StepResponse {
        let attempts: Vec<Value> = attempts
            .iter()
            .enumerate()
            .map(|(index, (state, started, finished))| {
                json!({
                    "attempt": index + 1, "state": state, "started_at": started.map(at),
                    "finished_at": finished.map(at), "duration_ms": null, "exit_code": null, "outputs": null,
                    "failure": null, "tests": null, "log_bytes": 0, "confinement": null,
                    "confinement_detail": [], "commit": null
                })
            })
            .collect();
        let value = json!({ "step": "s", "title": null, "uses": uses, "state": null, "attempts": attempts });
        serde_json::from_value(value).unwrap()
    }

    fn drawn(steps: &[StepResponse], step: usize, attempt: usize) -> Vec<(BarKind, i64, i64)> {
        bars(steps, &steps[step], &steps[step].attempts[attempt], at(0), 100_000)
            .into_iter()
            .map(|bar| (bar.kind, bar.from_ms / 1_000, bar.to_ms / 1_000))
            .collect()
    }

    #[test]
    fn an_attempt_is_queued_from_the_end_of_whatever_came_before() {
        let steps = [
            step("agent", &[("succeeded", Some(2), Some(10)), ("leased", Some(65), None)]),
            step("test", &[("succeeded", Some(10), Some(20))]),
            step("approval", &[("succeeded", Some(20), Some(60))]),
        ];
        assert_eq!(drawn(&steps, 0, 0), [(BarKind::Queued, 0, 2), (BarKind::Working, 2, 10)]);
        assert_eq!(drawn(&steps, 1, 0), [(BarKind::Working, 10, 20)], "it began at once");
        assert_eq!(drawn(&steps, 2, 0), [(BarKind::Person, 20, 60)]);
        assert_eq!(drawn(&steps, 0, 1), [(BarKind::Queued, 60, 65), (BarKind::Working, 65, 100)]);
    }

    #[test]
    fn what_waits_for_its_next_try_is_queued_until_now() {
        let steps = [step("command", &[("failed", Some(1), Some(5)), ("ready", None, None)])];
        assert_eq!(drawn(&steps, 0, 1), [(BarKind::Queued, 5, 100)]);
    }

    #[test]
    fn what_was_cancelled_before_it_began_has_no_bar() {
        let steps = [step("command", &[("cancelled", None, Some(5))])];
        assert_eq!(drawn(&steps, 0, 0), []);
    }
}
