//! Why a run failed, in a form that a person and a program can act on.

use crate::Timestamp;
use crate::contract::StepKey;
use crate::event::names;
use serde::{Deserialize, Serialize};

names! {
    /// The family of a failure.
    pub enum ErrorType {
        /// What was given cannot work: definition, inputs, outputs or settings.
        Validation = "validation",
        /// The work was done and did not succeed.
        Execution = "execution",
        /// A credential was refused.
        Auth = "auth",
        /// It took longer than allowed.
        Timeout = "timeout",
        /// A rule forbids to go on; nothing was shipped.
        PolicyViolation = "policy_violation",
        /// The server, its disk or its database failed.
        Infrastructure = "infrastructure",
    }
}

names! {
    /// Which retry cannot do harm.
    pub enum SafeRetry {
        /// A retry of the whole run.
        FullRun = "full_run",
        /// A retry of the failed step alone, where the contract permits it.
        Step = "step",
        /// No retry: something must be changed first.
        None = "none",
    }
}

macro_rules! reasons {
    ($($variant:ident = $text:literal, $kind:ident, $retry:ident, $remediation:literal;)*) => {
        names! {
            /// The stable code of one way to fail.
            pub enum FailureReason { $($variant = $text),* }
        }

        impl FailureReason {
            pub const fn error_type(self) -> ErrorType {
                match self { $(Self::$variant => ErrorType::$kind),* }
            }

            /// Which retry is safe where the contract permits it.
            pub const fn safe_retry(self) -> SafeRetry {
                match self { $(Self::$variant => SafeRetry::$retry),* }
            }

            /// What a person does next.
            pub const fn remediation(self) -> &'static str {
                match self { $(Self::$variant => $remediation),* }
            }
        }
    };
}

reasons! {
    TestsFailed = "tests_failed", Execution, Step,
        "Read the failing tests in the step's log and report. A retry lets the work be done anew; other settings or another definition need a new run.";
    TestsPassedUnexpectedly = "tests_passed_unexpectedly", Execution, FullRun,
        "The step expects a failing test and all passed: check on the base commit that the failure still exists.";
    NoTestsRan = "no_tests_ran", Execution, FullRun,
        "No test ran. Mend the project's test command or the step's report pattern and start a new run: a retry keeps both as they were.";
    ReportMissing = "report_missing", Execution, FullRun,
        "Let the test command write its report where the step's pattern looks. If command or pattern must change, start a new run: a retry keeps both.";
    ReportMalformed = "report_malformed", Execution, FullRun,
        "The declared test report is not readable JUnit XML. Mend what writes it, then retry; if the step's pattern names a wrong file, publish a mended definition and start a new run.";
    CommandFailed = "command_failed", Execution, Step,
        "The command exited with an error. Read the end of the step's log, mend the cause, then retry.";
    CommandSignalled = "command_signalled", Execution, Step,
        "The process was ended by a signal, often for want of memory. Check the machine's limits, then retry.";
    CommandNotFound = "command_not_found", Execution, FullRun,
        "The program is not installed on the server or is not on PATH. Install it, then retry; to use another command, change the project or the definition and start a new run.";
    StepTimeout = "step_timeout", Timeout, Step,
        "The step ran past its timeout and was ended. Retry if the machine was slow; for a longer timeout publish a mended definition and start a new run.";
    AgentNotConfigured = "agent_not_configured", Validation, FullRun,
        "Add the agent under [agents] in the server's configuration, restart the server, then retry; to use another agent, change the project or the definition and start a new run.";
    AgentFailed = "agent_failed", Execution, Step,
        "The coding agent exited with an error. Read its log; check its credentials and limits, then retry.";
    InvalidOutput = "invalid_output", Validation, Step,
        "The file named by JIDO_OUTPUT must hold one JSON object of at most 1 MiB. If an agent wrote it, retry; if a script did, publish a mended definition and start a new run.";
    TemplateFailed = "template_failed", Validation, None,
        "A template of the step refers to something that does not exist. Publish a mended definition and start a new run.";
    WorkerLost = "worker_lost", Infrastructure, FullRun,
        "The server stopped while the step ran and the step may not be repeated by itself. Check what it did, then retry the run.";
    RepositoryUnavailable = "repository_unavailable", Infrastructure, FullRun,
        "The repository could not be fetched. Make sure that the server can reach it, then retry; if its address changed, change the project and start a new run.";
    RepositoryUnsupported = "repository_unsupported", Validation, None,
        "The repository uses submodules, LFS or nested repositories, which are not supported. Remove them or use another project.";
    AuthenticationFailed = "authentication_failed", Auth, FullRun,
        "The remote refused the server's credential. Check the project's credential in the server's configuration, then retry.";
    BaseNotFound = "base_not_found", Validation, FullRun,
        "The base branch or commit is not in the repository. Push it there, then retry; or start a new run with another base.";
    SnapshotFailed = "snapshot_failed", Infrastructure, FullRun,
        "The workspace could not be recorded. Check the server's disk and its log, then retry.";
    WorkspaceFull = "workspace_full", Infrastructure, FullRun,
        "The run's workspace is over its quota or the disk is full. Free space or raise the quota, then retry.";
    StorageFailed = "storage_failed", Infrastructure, FullRun,
        "The server could not store the step's files. Check the disk that holds the data directory, then retry.";
    PinnedDocumentCorrupt = "pinned_document_corrupt", Infrastructure, None,
        "The pinned definition does not match its digest. Restore the database from a backup; the run will not continue.";
    ApprovalMissing = "approval_missing", PolicyViolation, None,
        "Nothing was shipped: no approval of this candidate exists. Start a new run and approve it.";
    CandidateMismatch = "candidate_mismatch", PolicyViolation, FullRun,
        "Nothing was shipped: the commit to push is not the one approved. Retry the run and review it again.";
    SecretFound = "secret_found", PolicyViolation, FullRun,
        "Nothing was shipped: the change holds what looks like a secret. Revoke it if it is real. A retry lets the work be done anew.";
    DiffTooLarge = "diff_too_large", PolicyViolation, FullRun,
        "Nothing was shipped: the change is larger than shipping allows. Split the task and start a new run for each part.";
    NothingToShip = "nothing_to_ship", Execution, FullRun,
        "The run changed no file, so there is nothing to ship. Check the agent's log and the task.";
    BranchTaken = "branch_taken", Execution, FullRun,
        "The destination branch exists with other content, under both names tried. Delete it on the remote, then retry.";
    PushRejected = "push_rejected", Execution, FullRun,
        "The remote refused the push. Read the detail: a hook or a protection rule may forbid the branch. Then retry.";
    Internal = "internal_error", Infrastructure, FullRun,
        "The server met a fault of its own. Its log names the cause under this run's id; retry once it is mended.";
}

/// The standard context of a failed run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub error_type: ErrorType,
    pub reason: FailureReason,
    /// One sentence on this case.
    pub detail: String,
    pub failed_step: Option<StepKey>,
    pub last_successful_step: Option<StepKey>,
    pub remediation: String,
    pub safe_retry: SafeRetry,
    pub timestamp: Timestamp,
    /// False when `missing_fields` names something that could not be assembled.
    pub complete: bool,
    pub missing_fields: Vec<String>,
}

/// What a step knows of its own failure, before the run adds its context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFailure {
    pub reason: FailureReason,
    pub detail: String,
    /// Context that the step meant to add and could not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_fields: Vec<String>,
}

impl StepFailure {
    pub fn new(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), missing_fields: Vec::new() }
    }

    /// Says that this part of the context could not be found.
    pub fn without(mut self, field: &str) -> Self {
        self.missing_fields.push(field.to_owned());
        self
    }

    /// Assembles the run's failure. `step_retryable` says whether the pinned contract lets this step be retried.
    pub fn into_failure(
        self,
        failed_step: Option<StepKey>,
        last_successful_step: Option<StepKey>,
        retry: RetryPermission,
        timestamp: Timestamp,
    ) -> Failure {
        let safe_retry = match (self.reason.safe_retry(), retry) {
            (SafeRetry::None, _) => SafeRetry::None,
            (SafeRetry::Step, RetryPermission { step: true, .. }) => SafeRetry::Step,
            (SafeRetry::Step | SafeRetry::FullRun, RetryPermission { full_run: true, .. }) => {
                SafeRetry::FullRun
            }
            (SafeRetry::Step | SafeRetry::FullRun, RetryPermission { .. }) => SafeRetry::None,
        };
        let mut missing_fields = self.missing_fields;
        if self.detail.is_empty() {
            missing_fields.push("detail".to_owned());
        }
        if failed_step.is_none() {
            missing_fields.push("failed_step".to_owned());
        }
        Failure {
            error_type: self.reason.error_type(),
            reason: self.reason,
            detail: self.detail,
            failed_step,
            last_successful_step,
            remediation: self.reason.remediation().to_owned(),
            safe_retry,
            timestamp,
            complete: missing_fields.is_empty(),
            missing_fields,
        }
    }
}

/// What the pinned contract allows after this failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPermission {
    pub full_run: bool,
    pub step: bool,
}
