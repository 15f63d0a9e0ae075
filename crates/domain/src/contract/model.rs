//! The parts of a validated definition.

use crate::concurrency::Concurrency;
use crate::project::ShipMode;
use crate::{Role, UserName};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $error:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error("a {}: at most 63 lowercase letters, digits and underscores, with a letter first", $what)]
        pub struct $error;

        impl $name {
            pub const PATTERN: &'static str = "^[a-z][a-z0-9_]{0,62}$";

            pub fn parse(text: &str) -> Result<Self, $error> {
                let valid = text.len() <= 63
                    && text.starts_with(|c: char| c.is_ascii_lowercase())
                    && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
                if valid { Ok(Self(text.to_owned())) } else { Err($error) }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

name_type!(
    /// The name of a workflow, shared by its versions.
    WorkflowName, WorkflowNameError, "workflow name"
);
name_type!(
    /// The key of a step, unique in its definition.
    StepKey, StepKeyError, "step key"
);

/// A validated workflow definition. Only `parse_json`, `parse_yaml` and `Pinned` make one.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub name: WorkflowName,
    pub title: Option<String>,
    pub description: Option<String>,
    /// A JSON Schema (2020-12) of the inputs object.
    pub inputs: Value,
    /// In execution order: topological, ties in the order written.
    pub steps: Vec<Step>,
    pub policies: Policies,
    pub triggers: Vec<Trigger>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A person or script starts the run.
    Manual,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub key: StepKey,
    pub title: Option<String>,
    /// Steps that must have succeeded before this one.
    pub needs: Vec<StepKey>,
    pub kind: StepKind,
    /// Wall-clock limit of one attempt, in milliseconds.
    pub timeout_ms: u64,
    pub retry: Option<RetryBackoff>,
    pub effect: Effect,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    Set(SetStep),
    Command(CommandStep),
    Agent(AgentStep),
    Test(TestStep),
    Approval(ApprovalStep),
    Ship(ShipStep),
}

impl StepKind {
    /// The word after `uses:`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Set(_) => "set",
            Self::Command(_) => "command",
            Self::Agent(_) => "agent",
            Self::Test(_) => "test",
            Self::Approval(_) => "approval",
            Self::Ship(_) => "ship",
        }
    }
}

/// Whether a step may run again by itself after its worker died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Rerunnable,
    Once,
}

/// `set`: pure outputs, no process. Strings in `outputs` are templates.
#[derive(Debug, Clone, PartialEq)]
pub struct SetStep {
    pub outputs: Value,
}

/// `command`: a fixed script run by `bash -euo pipefail`; inputs reach it as environment variables.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandStep {
    pub run: String,
    /// Values are templates.
    pub env: BTreeMap<String, String>,
    /// Folder beneath the workspace to run in.
    pub workdir: Option<String>,
}

/// `agent`: a coding agent's command line, named in the server's configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentStep {
    /// Absent: the project's agent.
    pub agent: Option<String>,
    /// A template; the agent reads the result from its standard input.
    pub prompt: String,
    pub env: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    Success,
    /// The step succeeds only when the tests fail: it reproduces a fault.
    Failure,
}

/// `test`: runs the test command and reads its report.
#[derive(Debug, Clone, PartialEq)]
pub struct TestStep {
    /// Arguments, program first, each a template; absent: the project's test command.
    pub command: Option<Vec<String>>,
    /// Glob of JUnit XML files beneath the workspace; absent: the output is parsed.
    pub report: Option<String>,
    pub expect: Expectation,
    /// A run without tests fails the step, and blocks the gate.
    pub require_tests: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RationaleRule {
    Optional,
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectWorkspace {
    /// The target step finds the tree as the rejected work left it.
    Keep,
    /// The target step finds the tree it found the first time.
    Restore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExhausted {
    Cancel,
    /// The rejection is refused and the gate stays open.
    Refuse,
}

/// What a rejection does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum OnReject {
    Cancel {},
    RetryStep {
        step: StepKey,
        /// How many rejections send the work back before `on_exhausted` applies.
        max_rounds: u32,
        workspace: RejectWorkspace,
        on_exhausted: OnExhausted,
    },
}

/// Whose decisions a gate takes, of those who may decide at all. At least one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approvers {
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub users: Vec<UserName>,
    /// These roles on the project, or above.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roles: Vec<Role>,
}

/// `approval`: a gate. The policy is frozen when the gate opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    pub required_approvals: u32,
    pub allow_self_approval: bool,
    /// Who may decide; absent: whoever has the permission. Left out of documents then, whose digests stay.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub approvers: Option<Approvers>,
    pub rationale_on_reject: RationaleRule,
    /// Milliseconds after which an undecided gate cancels the run.
    pub expires_in_ms: Option<u64>,
    pub on_reject: OnReject,
    /// A step whose outputs are the evidence where there is no repository.
    pub evidence_from: Option<StepKey>,
}

/// `ship`: pushes the approved candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct ShipStep {
    /// Absent: the project's mode.
    pub mode: Option<ShipMode>,
    /// First paragraph of the candidate's commit message; a template.
    pub message: Option<String>,
    /// Branch name, a template; absent: the project's pattern.
    pub branch: Option<String>,
}

/// Automatic attempts at one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryBackoff {
    /// Counts the first try.
    pub max_attempts: u32,
    pub initial_interval_ms: u64,
    pub backoff_factor: f64,
    pub max_interval_ms: u64,
}

impl RetryBackoff {
    /// Returns the wait before the next try, in milliseconds.
    ///
    /// `tries` counts the tries made, the first included; `jitter` is in `0.0..=1.0`, supplied by the caller, and
    /// takes up to half of the interval away. Returns `None` once `max_attempts` tries are made.
    pub fn delay_ms(&self, tries: u32, jitter: f64) -> Option<u64> {
        if tries >= self.max_attempts {
            return None;
        }
        let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX);
        let interval = self.initial_interval_ms as f64 * self.backoff_factor.powi(exponent);
        let capped = interval.min(self.max_interval_ms as f64);
        Some((capped * (1.0 - 0.5 * jitter.clamp(0.0, 1.0))) as u64)
    }
}

/// What a person may retry after a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    pub full_run: bool,
    /// Steps that may be retried alone.
    pub steps: Vec<StepKey>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    pub retry: RetryPolicy,
    /// How many runs of the workflow are worked on at once in one project; absent: any number.
    pub concurrency: Option<Concurrency>,
}

impl Definition {
    pub fn step(&self, key: &StepKey) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == *key)
    }

    /// The step that runs first. A validated definition has one.
    pub fn first_step(&self) -> Option<&Step> {
        self.steps.first()
    }

    /// The step that runs after `key`; `None` when it is the last.
    pub fn step_after(&self, key: &StepKey) -> Option<&Step> {
        let position = self.steps.iter().position(|step| step.key == *key)?;
        self.steps.get(position + 1)
    }

    /// The steps from `from` up to and including `to`, in execution order.
    pub fn steps_between(&self, from: &StepKey, to: &StepKey) -> &[Step] {
        let position = |key: &StepKey| self.steps.iter().position(|step| step.key == *key);
        match (position(from), position(to)) {
            (Some(from), Some(to)) if from <= to => &self.steps[from..=to],
            _ => &[],
        }
    }

    /// What the contract lets a person retry when this step failed.
    pub fn retry_permission(&self, failed_step: Option<&StepKey>) -> crate::failure::RetryPermission {
        crate::failure::RetryPermission {
            full_run: self.policies.retry.full_run,
            step: failed_step.is_some_and(|step| self.policies.retry.steps.contains(step)),
        }
    }
}
