//! What of the run the address selects.

use super::words;
use domain::contract::StepKey;
use domain::run::{AttemptState, Status};
use serde_json::Value;
use wire::{RunResponse, StepResponse};

/// A section of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Timeline,
    Decisions,
    Artifacts,
    Inputs,
    Lineage,
    Diagnostics,
}

impl Tab {
    pub const ALL: [Self; 6] =
        [Self::Timeline, Self::Decisions, Self::Artifacts, Self::Inputs, Self::Lineage, Self::Diagnostics];

    /// The value in the address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Decisions => "decisions",
            Self::Artifacts => "artifacts",
            Self::Inputs => "inputs",
            Self::Lineage => "lineage",
            Self::Diagnostics => "diagnostics",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Timeline => "Timeline",
            Self::Decisions => "Decisions",
            Self::Artifacts => "Artifacts",
            Self::Inputs => "Inputs",
            Self::Lineage => "Lineage",
            Self::Diagnostics => "Diagnostics",
        }
    }

    /// The tab of an address; anything unknown is the timeline.
    pub fn of_query(value: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|tab| value == Some(tab.key())).unwrap_or(Self::Timeline)
    }

    /// The query that opens the tab; the default has none.
    pub fn href(self, page: &str) -> String {
        if self == Self::Timeline { page.to_owned() } else { format!("{page}?tab={}", self.key()) }
    }
}

/// One attempt at one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub step: StepKey,
    pub attempt: u32,
}

impl Selected {
    /// The attempt that an address names. Without a number it is the step's newest.
    pub fn of_query(step: Option<&str>, attempt: Option<&str>, steps: &[StepResponse]) -> Option<Self> {
        let found = steps.iter().find(|found| Some(found.step.as_str()) == step)?;
        let number = match attempt {
            Some(text) => text.parse().ok()?,
            None => found.attempts.last()?.attempt,
        };
        found
            .attempts
            .iter()
            .any(|attempt| attempt.attempt == number)
            .then(|| Self { step: found.step.clone(), attempt: number })
    }

    /// The attempt that says most of how the run stands: the one that failed, the one that works, or else the last
    /// one whose output is worth reading.
    pub fn usual(run: &RunResponse, steps: &[StepResponse]) -> Option<Self> {
        let newest = |key: &StepKey| {
            let step = steps.iter().find(|step| step.step == *key)?;
            Some(Self { step: key.clone(), attempt: step.attempts.last()?.attempt })
        };
        let failed = run.failure.as_ref().and_then(|failure| failure.failed_step.as_ref());
        let live = run.current_step.as_ref().filter(|_| run.status == Status::Running);
        failed.or(live).and_then(newest).or_else(|| Self::last_with_output(steps))
    }

    fn last_with_output(steps: &[StepResponse]) -> Option<Self> {
        let all = || steps.iter().flat_map(|step| step.attempts.iter().map(move |attempt| (step, attempt)));
        let latest =
            all().filter(|(_, attempt)| attempt.log_bytes > 0).max_by_key(|(_, attempt)| attempt.started_at);
        let latest = latest.or_else(|| all().last());
        latest.map(|(step, attempt)| Self { step: step.step.clone(), attempt: attempt.attempt })
    }

    pub fn href(&self, page: &str) -> String {
        format!("{page}?step={}&attempt={}", self.step, self.attempt)
    }
}

/// Whether nothing will change of an attempt any more.
pub const fn is_over(state: AttemptState) -> bool {
    match state {
        AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting => false,
        AttemptState::Succeeded | AttemptState::Failed | AttemptState::Cancelled | AttemptState::Lost => true,
    }
}

/// Where a run like this one is started, with its base, title, labels and short inputs filled in.
pub fn start_again(run: &RunResponse) -> String {
    /// A longer value would make an address that servers refuse.
    const MAX_BYTES: usize = 1_000;
    let mut address = format!("/workflows?workflow={}&project={}", run.workflow.name, run.project_id);
    for (name, value) in run.inputs.as_object().into_iter().flatten() {
        let text = words::plain(value);
        if matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)) && text.len() <= MAX_BYTES {
            address.push_str(&format!("&input.{}={}", escaped(name), escaped(&text)));
        }
    }
    let filled = [("title", &run.title), ("base", &run.base_ref)];
    for (name, value) in filled.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        address.push_str(&format!("&{name}={}", escaped(value)));
    }
    for (key, value) in &run.labels {
        address.push_str(&format!("&label.{}={}", escaped(key), escaped(value)));
    }
    address
}

/// Percent-encoded for a query.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
        escaped
    })
}

#[cfg(test)]
mod tests;
