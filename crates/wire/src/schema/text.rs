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
    Uuid => text("A UUID in its hyphenated lowercase form.").format(known(KnownFormat::Uuid));
    /// An instant.
    Timestamp => text("RFC 3339, UTC, with six fractional digits.").format(known(KnownFormat::DateTime));
    /// A content digest.
    Digest => text("SHA-256 of some bytes.").pattern(Some("^sha256:[0-9a-f]{64}$"));
    /// A git object.
    ObjectId => text("The name of a git object.").pattern(Some("^([0-9a-f]{40}|[0-9a-f]{64})$"));
    /// A workflow's name.
    WorkflowName => text("The name of a workflow, shared by its versions.")
        .pattern(Some(domain::contract::WorkflowName::PATTERN));
    /// A label that is looked for.
    LabelFilter => text("A label as `key:value`; the key ends at the first colon.")
        .pattern(Some("^[^:]{1,63}:[^\\x00]{0,63}$"));
    /// A user's name.
    UserName => text("The unique name of a user.").pattern(Some(domain::UserName::PATTERN));
    /// A step's key.
    StepKey => text("The key of a step, unique in its definition.")
        .pattern(Some(domain::contract::StepKey::PATTERN));
}

/// The words that serde writes for these values.
fn words<T: Serialize>(description: &str, values: &[T]) -> ObjectBuilder {
    let words: Vec<_> = values.iter().filter_map(|value| serde_json::to_value(value).ok()).collect();
    text(description).enum_values(Some(words))
}

texts! {
    /// Statuses of a run.
    RunStatus => words("The status of a run.", run::Status::ALL);
    /// Roles.
    Role => words("What a user is; each role may what the one before it may.", domain::Role::ALL);
    /// Permissions.
    Permission => words("What an operation needs, and what a token can be limited to.", domain::Permission::ALL);
    /// Statuses of a gate.
    ApprovalStatus => words("The status of an approval.", domain::approval::ApprovalStatus::ALL);
    /// Votes.
    Decision => words("What was decided.", domain::approval::Decision::ALL);
    /// Families of failures.
    ErrorType => words("The family of a failure.", failure::ErrorType::ALL);
    /// Codes of failures.
    FailureReason => words("The stable code of one way to fail.", failure::FailureReason::ALL);
    /// Harmless retries.
    SafeRetry => words("Which retry cannot do harm.", failure::SafeRetry::ALL);
    /// Names of events.
    EventKind => words("What happened.", domain::event::EventKind::ALL);
    /// States of deliveries.
    DeliveryState => words("Where a delivery stands.", domain::publication::DeliveryState::ALL);
    /// States of attempts.
    AttemptState => words("The state of one attempt at a step.", run::AttemptState::ALL);
    /// Kinds of actors.
    ActorKind => words("Who acts: a person, or the runtime itself.",
        &[domain::ActorKind::User, domain::ActorKind::System]);
    /// Kinds of file changes.
    FileStatus => words("What became of the file.", &[
        evidence::FileStatus::Added, evidence::FileStatus::Modified, evidence::FileStatus::Deleted,
        evidence::FileStatus::Renamed, evidence::FileStatus::Copied, evidence::FileStatus::TypeChanged,
    ]);
    /// Levels of risks.
    RiskLevel => words("How much the note matters.", &[
        evidence::RiskLevel::Info, evidence::RiskLevel::Low, evidence::RiskLevel::Medium, evidence::RiskLevel::High,
    ]);
    /// Ways to ship.
    ShipMode => words("Push the approved commit, or store a bundle of it and touch no remote.",
        &[project::ShipMode::Push, project::ShipMode::DryRun]);
    /// Origins of inputs.
    InputOrigin => words("Whether the request gave the input or the schema's default stands in.",
        &[domain::contract::InputOrigin::Provided, domain::contract::InputOrigin::Defaulted]);
    /// Rules for rationales.
    RationaleRule => words("Whether a rejection needs a rationale.",
        &[domain::contract::RationaleRule::Optional, domain::contract::RationaleRule::Required]);
    /// What rejections do.
    RejectAction => words("What a rejection does.", &["cancel", "retry_step"]);
    /// Orders of lists.
    ListOrder => words("Which end of the list comes first; `oldest` unless given.",
        &[crate::ListOrder::Oldest, crate::ListOrder::Newest]);
    /// Archived projects.
    ArchivedFilter => words("Whether archived projects are listed too, or alone.",
        &[crate::ArchivedFilter::Include, crate::ArchivedFilter::Only]);
    /// What a full group does.
    OnLimit => words("What becomes of a run that is started when its group is full.", domain::concurrency::OnLimit::ALL);
    /// Runs that share slots.
    ConcurrencyGroup => words("Runs that share slots.", domain::concurrency::Group::ALL);
    /// What starts runs.
    TriggerKind => words("What may start a run: `manual`, a person or script.",
        &[domain::contract::Trigger::Manual]);
    /// Codes of faults.
    FaultCode => words("What is wrong with one value.", FAULT_CODES);
}

const FAULT_CODES: &[domain::FaultCode] = {
    use domain::FaultCode::*;
    &[
        Required,
        UnknownField,
        WrongType,
        TooShort,
        TooLong,
        TooSmall,
        TooLarge,
        TooMany,
        TooFew,
        NotAllowed,
        InvalidFormat,
        NotUnique,
        NotFound,
        UnknownStep,
        DuplicateStep,
        Cycle,
        NotAnAncestor,
        UnreachableStep,
        InvalidSchema,
        InvalidTemplate,
        UngatedShip,
        Unsupported,
        Invalid,
    ]
};
