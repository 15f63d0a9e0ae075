//! What stands under `with:` for each kind of step, and what each kind has by default.

use super::fields::{Faults, Field, Fields};
use super::gate_policy::read_approval;
use super::{AgentStep, CommandStep, Effect, Expectation, SetStep, ShipStep, StepKind, TestStep};
use crate::FaultCode;
use crate::project::ShipMode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_SCRIPT: usize = 65_536;
const MAX_PROMPT: usize = 65_536;
const MAX_ENV_VALUE: usize = 8_192;
const MAX_ENV_ENTRIES: usize = 100;
const MAX_ARGUMENT: usize = 4_096;
const MAX_ARGUMENTS: usize = 256;
const MAX_PATH: usize = 1_024;
const MAX_MESSAGE: usize = 8_192;
const MAX_BRANCH: usize = 200;

/// What an agent is told when the definition gives no prompt.
pub(super) const DEFAULT_PROMPT: &str = include_str!("default_prompt.txt");

/// The commit's first paragraph when the definition gives none.
pub(super) const DEFAULT_MESSAGE: &str =
    "{% if run.title is defined and run.title %}{{ run.title }}{% else %}Work of run {{ run.id }}{% endif %}";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uses {
    Set,
    Command,
    Agent,
    Test,
    Approval,
    Ship,
}

pub(super) const WORDS: &[(&str, Uses)] = &[
    ("set", Uses::Set),
    ("command", Uses::Command),
    ("agent", Uses::Agent),
    ("test", Uses::Test),
    ("approval", Uses::Approval),
    ("ship", Uses::Ship),
];

pub(super) const fn default_timeout_ms(uses: Uses) -> u64 {
    match uses {
        Uses::Agent => 30 * 60_000,
        Uses::Test => 20 * 60_000,
        Uses::Set | Uses::Command | Uses::Approval | Uses::Ship => 10 * 60_000,
    }
}

pub(super) const fn default_effect(uses: Uses) -> Effect {
    match uses {
        Uses::Command => Effect::Once,
        Uses::Set | Uses::Agent | Uses::Test | Uses::Approval | Uses::Ship => Effect::Rerunnable,
    }
}

/// Whether a step of this kind may carry the field.
pub(super) fn allows(uses: Uses, field: &str) -> bool {
    match uses {
        Uses::Command | Uses::Agent | Uses::Test => true,
        Uses::Ship => field != "effect",
        Uses::Set | Uses::Approval => false,
    }
}

/// Reads `with`. What cannot be read is noted and replaced, so that the rest can still be checked.
pub(super) fn read(uses: Uses, with: Option<&Field<'_>>, pointer: String, faults: &Faults) -> StepKind {
    let mut fields = with.map_or_else(|| Fields::absent(pointer, faults), Field::fields);
    let kind = match uses {
        Uses::Set => StepKind::Set(read_set(&mut fields)),
        Uses::Command => StepKind::Command(read_command(&mut fields)),
        Uses::Agent => StepKind::Agent(read_agent(&mut fields)),
        Uses::Test => StepKind::Test(read_test(&mut fields)),
        Uses::Approval => StepKind::Approval(read_approval(&mut fields)),
        Uses::Ship => StepKind::Ship(read_ship(&mut fields)),
    };
    if with.is_none() {
        match uses {
            Uses::Set => fields.missing("outputs"),
            Uses::Command => fields.missing("run"),
            Uses::Agent | Uses::Test | Uses::Approval | Uses::Ship => {}
        }
    }
    fields.finish();
    kind
}

fn read_set(fields: &mut Fields<'_>) -> SetStep {
    let outputs = fields.require("outputs").map_or_else(
        || json!({}),
        |field| {
            if !field.value.is_object() {
                field.fault(FaultCode::WrongType, "Expected an object.");
            }
            Value::clone(field.value)
        },
    );
    SetStep { outputs }
}

fn read_command(fields: &mut Fields<'_>) -> CommandStep {
    CommandStep {
        run: fields.require("run").and_then(|field| field.text(MAX_SCRIPT)).unwrap_or_default(),
        env: fields.take("env").map(|field| read_env(&field)).unwrap_or_default(),
        workdir: fields.take("workdir").and_then(|field| read_path(&field)),
    }
}

fn read_agent(fields: &mut Fields<'_>) -> AgentStep {
    AgentStep {
        agent: fields.take("agent").and_then(|field| field.parsed(agent_name)),
        prompt: fields
            .take("prompt")
            .map_or_else(|| Some(DEFAULT_PROMPT.to_owned()), |field| field.text(MAX_PROMPT))
            .unwrap_or_default(),
        env: fields.take("env").map(|field| read_env(&field)).unwrap_or_default(),
    }
}

fn agent_name(text: &str) -> Result<String, &'static str> {
    let valid = (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    let expected = "1 to 63 letters, digits, dots, hyphens and underscores";
    if valid { Ok(text.to_owned()) } else { Err(expected) }
}

fn read_test(fields: &mut Fields<'_>) -> TestStep {
    TestStep {
        command: fields.take("command").map(|field| {
            let arguments = field.items(1..=MAX_ARGUMENTS);
            let mut texts = arguments.iter().enumerate().filter_map(|(index, argument)| {
                if index == 0 { argument.text(MAX_ARGUMENT) } else { argument.any_text(MAX_ARGUMENT) }
            });
            texts.by_ref().collect()
        }),
        report: fields.take("report").and_then(|field| read_path(&field)),
        expect: fields
            .take("expect")
            .and_then(|field| {
                field.word(&[("success", Expectation::Success), ("failure", Expectation::Failure)])
            })
            .unwrap_or(Expectation::Success),
        require_tests: fields.take("require_tests").and_then(|field| field.flag()).unwrap_or(false),
    }
}

fn read_ship(fields: &mut Fields<'_>) -> ShipStep {
    ShipStep {
        mode: fields
            .take("mode")
            .and_then(|field| field.word(&[("push", ShipMode::Push), ("dry_run", ShipMode::DryRun)])),
        message: fields
            .take("message")
            .map_or_else(|| Some(DEFAULT_MESSAGE.to_owned()), |field| field.text(MAX_MESSAGE)),
        branch: fields.take("branch").and_then(|field| field.text(MAX_BRANCH)),
    }
}

fn read_env(field: &Field<'_>) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for (name, value) in field.entries(MAX_ENV_ENTRIES) {
        if !is_env_name(name) {
            value.fault(
                FaultCode::InvalidFormat,
                "The name of a variable starts with a letter or underscore and holds letters, digits and underscores.",
            );
        } else if is_reserved_env(name) {
            value.fault(FaultCode::NotAllowed, format!("The runtime sets {name} itself."));
        }
        if let Some(text) = value.any_text(MAX_ENV_VALUE) {
            env.insert(name.to_owned(), text);
        }
    }
    env
}

fn is_env_name(name: &str) -> bool {
    name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Names that would change what the runtime hands to a step or how its programs are found.
fn is_reserved_env(name: &str) -> bool {
    name == "PATH" || ["JIDO_", "LD_", "GIT_"].iter().any(|prefix| name.starts_with(prefix))
}

/// A path or glob that stays beneath the workspace.
fn read_path(field: &Field<'_>) -> Option<String> {
    let text = field.text(MAX_PATH)?;
    if text.starts_with('/') || text.starts_with('\\') || text.split(['/', '\\']).any(|part| part == "..") {
        field.fault(FaultCode::NotAllowed, "The path must be relative and stay beneath the workspace.");
    }
    Some(text)
}
