//! The names of events. A row with one of these, written with its transition, is the truth.

macro_rules! names {
    ($(#[$doc:meta])* $vis:vis enum $type:ident {
        $($(#[doc = $meaning:literal])* $variant:ident = $text:literal),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        $vis enum $type { $($(#[doc = $meaning])* #[serde(rename = $text)] $variant),* }

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What the value means, as its documentation says; empty where that says nothing.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),*)),* }
            }

            /// Reads the text form; `None` for any other text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use names;

names! {
    /// What happened to a run.
    pub enum EventKind {
        /// The run was made and waits for a worker. `data`: `workflow`, `version`, `digest` and `trigger`.
        RunCreated = "run_created",
        /// A run was made that retries another. `data`: `retry_of`, `root_run_id`, `attempt`; for the retry of a step also `requested_step` and `starts_at`.
        RunRetried = "run_retried",
        /// A worker took the run up. `data.base` is the commit it starts from, where it has a repository.
        RunStarted = "run_started",
        /// An attempt at a step began.
        StepStarted = "step_started",
        /// An attempt at a step succeeded. `data`: `duration_ms` and `exit_code`, where a process ran.
        StepCompleted = "step_completed",
        /// An attempt at a step failed. `data`: `error_type`, `reason`, `detail`, `will_retry`, and `retry_in_ms` where it is tried again.
        StepFailed = "step_failed",
        /// A gate shows its evidence and waits for people. `data`: `approval_id`, `evidence_digest`.
        ApprovalRequested = "approval_requested",
        /// A gate's evidence could not be built, so that nothing can be approved. `data`: `approval_id`, `reason`, `detail`.
        ApprovalBlocked = "approval_blocked",
        /// The evidence was built again. `data`: `approval_id`, `evidence_digest`.
        ApprovalRefreshed = "approval_refreshed",
        /// A vote counts and more are needed. `data`: `approval_id`, `evidence_digest`, `rationale`, `approvals`, `required_approvals`.
        ApprovalVoted = "approval_voted",
        /// The gate is passed; what was shown ships. `data`: `approval_id`, `evidence_digest`, `rationale`.
        ApprovalGranted = "approval_granted",
        /// The gate was rejected: the run is cancelled or the work goes back. `data`: `approval_id`, `evidence_digest`, `rationale`.
        ApprovalRejected = "approval_rejected",
        /// Nobody decided in time; the run is cancelled.
        ApprovalExpired = "approval_expired",
        /// The run ended well.
        RunCompleted = "run_completed",
        /// The run failed. `data`: `error_type`, `reason`, `detail`.
        RunFailed = "run_failed",
        /// The run was cancelled. `data`: `reason`, a code, and `detail`, what a person wrote.
        RunCancelled = "run_cancelled",
    }
}

/// The topic of one run's events.
pub fn run_topic(run: crate::RunId) -> String {
    format!("jido_code:run:{run}")
}

/// The topic of all runs' events.
pub const RUNS_TOPIC: &str = "jido_code:runs";
