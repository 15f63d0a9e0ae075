//! Texts: identifiers, names, instants, and the closed lists of words.

use domain::{evidence, failure, project, run};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

fn known(format: KnownFormat) -> Option<SchemaFormat> {
    Some(SchemaFormat::KnownFormat(format))
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object: Object = $schema.build();
                object.into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

texts! {
    /// An identifier.
    Uuid => text("A UUID in its hyphenated lowercase form.").examples(["0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77"]).format(known(KnownFormat::Uuid));
    /// An instant.
    Timestamp => text("RFC 3339, UTC, with six fractional digits.").examples(["2026-11-02T09:00:00.000123Z"]).format(known(KnownFormat::DateTime));
    /// A content digest.
    Digest => text("SHA-256 of some bytes.").examples(["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]).pattern(Some("^sha256:[0-9a-f]{64}$"));
    /// A git object.
    ObjectId => text("The name of a git object.").examples(["4b825dc642cb6eb9a060e54bf8d69288fbee4904"]).pattern(Some("^([0-9a-f]{40}|[0-9a-f]{64})$"));
    /// A workflow's name.
    WorkflowName => text("The name of a workflow, shared by its versions.").examples(["fix_failing_tests"])
        .pattern(Some(domain::contract::WorkflowName::PATTERN));
    /// A label that is looked for.
    LabelFilter => text("A label as `key:value`; the key ends at the first colon.").examples(["area:parser"])
        .pattern(Some("^[^:]{1,63}:[^\\x00]{0,63}$"));
    /// A user's name.
    UserName => text("The unique name of a user.").examples(["owner"]).pattern(Some(domain::UserName::PATTERN));
    /// A step's key.
    StepKey => text("The key of a step, unique in its definition.").examples(["run_tests"])
        .pattern(Some(domain::contract::StepKey::PATTERN));
}

/// A closed list of words as serde writes them, each with what it means.
fn words<T: Serialize>(
    description: &str,
    values: impl IntoIterator<Item = (T, &'static str)>,
) -> ObjectBuilder {
    let values: Vec<_> = values
        .into_iter()
        .filter_map(|(value, meaning)| Some((serde_json::to_value(value).ok()?, meaning.trim())))
        .collect();
    let lines =
        values.iter().map(|(word, meaning)| format!("- `{}`: {meaning}", word.as_str().unwrap_or_default()));
    let description = format!("{description}\n\n{}", lines.collect::<Vec<_>>().join("\n"));
    let words: Vec<_> = values.iter().map(|(word, _)| word.clone()).collect();
    text(&description).enum_values(Some(words))
}

/// The words of one of the domain's own lists.
macro_rules! listed {
    ($description:literal, $type:ty) => {
        words($description, <$type>::ALL.iter().map(|value| (*value, value.meaning())))
    };
}

texts! {
    /// Statuses of a run.
    RunStatus => listed!("The status of a run.", run::Status);
    /// Roles.
    Role => listed!("What a user is; each role may what the one before it may.", domain::Role);
    /// Permissions.
    Permission => listed!("What an operation needs, and what a token can be limited to.", domain::Permission);
    /// Statuses of a gate.
    ApprovalStatus => listed!("The status of an approval.", domain::approval::ApprovalStatus);
    /// Votes.
    Decision => listed!("What was decided.", domain::approval::Decision);
    /// Families of failures.
    ErrorType => listed!("The family of a failure.", failure::ErrorType);
    /// Codes of failures.
    FailureReason => words("The stable code of one way to fail, and what to do about it.",
        failure::FailureReason::ALL.iter().map(|reason| (*reason, reason.remediation())));
    /// Harmless retries.
    SafeRetry => listed!("Which retry cannot do harm.", failure::SafeRetry);
    /// Names of events.
    EventKind => listed!("What happened.", domain::event::EventKind);
    /// States of deliveries.
    DeliveryState => listed!("Where a delivery stands.", domain::publication::DeliveryState);
    /// States of attempts.
    AttemptState => listed!("The state of one attempt at a step.", run::AttemptState);
    /// Kinds of actors.
    ActorKind => words("Who acts.", [
        (domain::ActorKind::User, "A person, or a token that acts for one."),
        (domain::ActorKind::System, "The runtime itself."),
    ]);
    /// Kinds of file changes.
    FileStatus => words("What became of the file.", [
        (evidence::FileStatus::Added, "It is new."),
        (evidence::FileStatus::Modified, "Its content or mode changed."),
        (evidence::FileStatus::Deleted, "It is gone."),
        (evidence::FileStatus::Renamed, "It stands elsewhere, perhaps changed; `old_path` is where it was."),
        (evidence::FileStatus::Copied, "It is made from another file, which `old_path` names."),
        (evidence::FileStatus::TypeChanged, "It became another kind of file, such as a symbolic link."),
    ]);
    /// Levels of risks.
    RiskLevel => words("How much the note matters.", [
        (evidence::RiskLevel::Info, "Good to know."),
        (evidence::RiskLevel::Low, "Seldom matters."),
        (evidence::RiskLevel::Medium, "Deserves a look."),
        (evidence::RiskLevel::High, "Look at this before you decide."),
    ]);
    /// Ways to ship.
    ShipMode => words("How an approval ships.", [
        (project::ShipMode::Push, "Push the approved commit to the destination."),
        (project::ShipMode::DryRun, "Store a bundle of the approved commit; touch no remote."),
    ]);
    /// Origins of inputs.
    InputOrigin => words("Where the value of an input comes from.", [
        (domain::contract::InputOrigin::Provided, "The request gave it."),
        (domain::contract::InputOrigin::Defaulted, "The default of the workflow's schema stands in."),
    ]);
    /// Rules for rationales.
    RationaleRule => words("Whether a rejection needs a rationale.", [
        (domain::contract::RationaleRule::Optional, "It may have one."),
        (domain::contract::RationaleRule::Required, "Without one it is refused."),
    ]);
    /// What rejections do.
    RejectAction => words("What a rejection does.", [
        ("cancel", "The run is cancelled."),
        ("retry_step", "The named step is done again and reads the rationale."),
    ]);
    /// Orders of lists.
    ListOrder => words("Which end of the list comes first; `oldest` unless given.", [
        (crate::ListOrder::Oldest, "The oldest comes first."),
        (crate::ListOrder::Newest, "The newest comes first."),
    ]);
    /// Archived projects.
    ArchivedFilter => words("Which archived projects are listed; none unless given.", [
        (crate::ArchivedFilter::Include, "Archived projects too."),
        (crate::ArchivedFilter::Only, "Archived projects alone."),
    ]);
    /// Bases of retries.
    RetryBase => words("Where the retry of a run starts from; `pinned` unless given.", [
        (crate::RetryBase::Pinned, "The commit that the retried run started from."),
        (crate::RetryBase::Latest, "What the run's base names now."),
    ]);
    /// What a full group does.
    OnLimit => listed!("What becomes of a run that is started when its group is full.", domain::concurrency::OnLimit);
    /// Runs that share slots.
    ConcurrencyGroup => listed!("Runs that share slots.", domain::concurrency::Group);
    /// What starts runs.
    TriggerKind => words("What may start a run.", [(domain::contract::Trigger::Manual, "A person or a script.")]);
    /// Codes of faults.
    FaultCode => listed!("What is wrong with one value.", domain::FaultCode);
}
