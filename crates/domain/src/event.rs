//! The names of events. A row with one of these, written with its transition, is the truth.

macro_rules! names {
    ($(#[$doc:meta])* $vis:vis enum $type:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        $vis enum $type { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),* }

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
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
        RunCreated = "run_created",
        RunRetried = "run_retried",
        RunStarted = "run_started",
        StepStarted = "step_started",
        StepCompleted = "step_completed",
        StepFailed = "step_failed",
        ApprovalRequested = "approval_requested",
        ApprovalBlocked = "approval_blocked",
        ApprovalRefreshed = "approval_refreshed",
        ApprovalVoted = "approval_voted",
        ApprovalGranted = "approval_granted",
        ApprovalRejected = "approval_rejected",
        ApprovalExpired = "approval_expired",
        RunCompleted = "run_completed",
        RunFailed = "run_failed",
        RunCancelled = "run_cancelled",
    }
}

/// The topic of one run's events.
pub fn run_topic(run: crate::RunId) -> String {
    format!("jido_code:run:{run}")
}

/// The topic of all runs' events.
pub const RUNS_TOPIC: &str = "jido_code:runs";
