//! The workflow contract: what a definition may say, and what it means.
//!
//! A definition is parsed and validated whole, every fault at once, and kept as canonical JSON (RFC 8785) whose
//! SHA-256 is its identity. A run executes the pinned document and nothing else.

#[cfg(feature = "contract")]
mod branches;
#[cfg(feature = "contract")]
mod builtins;
#[cfg(feature = "contract")]
mod compare;
#[cfg(feature = "contract")]
mod duration;
#[cfg(feature = "contract")]
mod fields;
#[cfg(feature = "contract")]
mod gate_policy;
#[cfg(feature = "contract")]
mod graph;
mod input_metadata;
#[cfg(feature = "contract")]
mod inputs;
#[cfg(feature = "contract")]
mod kinds;
mod model;
#[cfg(feature = "contract")]
mod parse;
#[cfg(feature = "contract")]
mod read;
#[cfg(feature = "contract")]
mod references;
#[cfg(feature = "contract")]
mod schema;
#[cfg(feature = "contract")]
mod source;
#[cfg(feature = "contract")]
mod template;
#[cfg(feature = "contract")]
mod validate;

#[cfg(feature = "contract")]
pub use builtins::{BuiltinError, builtins};
#[cfg(feature = "contract")]
pub use compare::{
    Comparison, InputBreak, InputBreakKind, StepChange, StepChangeKind, ValueChange, ValueChangeKind, compare,
};
pub use input_metadata::{InputMetadata, InputOrigin};
#[cfg(feature = "contract")]
pub use inputs::Inputs;
pub use model::{
    AgentStep, ApprovalStep, Approvers, CommandStep, Definition, Effect, Expectation, OnExhausted, OnReject,
    Policies, RationaleRule, RejectWorkspace, RetryBackoff, RetryPolicy, SetStep, ShipStep, Step, StepKey,
    StepKeyError, StepKind, TestStep, Trigger, WorkflowName, WorkflowNameError,
};
#[cfg(feature = "contract")]
pub use parse::{Pinned, PinnedError, parse_json, parse_yaml};
#[cfg(feature = "contract")]
pub use schema::{SchemaError, compile_schema, schema_faults};
#[cfg(feature = "contract")]
pub use template::{TemplateError, TemplateScope};
