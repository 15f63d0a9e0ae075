//! A run in memory: applies what `decide` returns, as the store does.

use crate::support::definition;
use domain::Timestamp;
use domain::approval::DecisionEffect;
use domain::contract::{Definition, RejectWorkspace, StepKey, TemplateScope};
use domain::event::EventKind;
use domain::failure::{Failure, FailureReason, StepFailure};
use domain::run::{
    AttemptState, AttemptWrite, Changes, Command, EventDraft, LiveAttempt, Opening, Refused, RunState,
    Status, TransitionDraft, decide,
};
use serde_json::{Map, json};
use std::collections::BTreeMap;

pub const WORKFLOW: &str = "
name: every_kind
inputs: { type: object, properties: { task: { type: string } } }
steps:
  - { key: compute, uses: set, with: { outputs: { text: '{{ inputs.task }}!' } } }
  - { key: work, uses: agent, retry: { max_attempts: 2, initial_interval_ms: 1000 } }
  - { key: prepare, uses: command, with: { run: make } }
  - { key: gate, uses: approval, with: { on_reject: { action: retry_step, step: work } } }
  - { key: send, uses: ship }
  - { key: report, uses: set, with: { outputs: { said: '{{ steps.compute.outputs.text }}' } } }
policies: { retry: { steps: [work] } }
";

pub struct Driver {
    pub definition: Definition,
    pub status: Status,
    pub last_successful_step: Option<StepKey>,
    pub shipping: bool,
    /// Every attempt in the order made, each as last written.
    pub attempts: Vec<AttemptWrite>,
    pub transitions: Vec<TransitionDraft>,
    pub events: Vec<EventDraft>,
    pub failure: Option<Failure>,
    scope: TemplateScope,
}

impl Driver {
    /// A run as it was created: pending, with the first step's attempt in the queue.
    pub fn new(yaml: &str) -> Self {
        Self::of(definition(yaml))
    }

    pub fn of(definition: Definition) -> Self {
        let first = AttemptWrite {
            step: definition.steps[0].key.clone(),
            attempt: 1,
            tries: 1,
            state: AttemptState::Ready,
            delay_ms: 0,
            outputs: None,
            failure: None,
            workspace: RejectWorkspace::Keep,
        };
        Self {
            definition,
            status: Status::Pending,
            last_successful_step: None,
            shipping: false,
            attempts: vec![first],
            transitions: Vec::new(),
            events: Vec::new(),
            failure: None,
            scope: TemplateScope::new(json!({ "task": "mend" }), json!({ "id": "r1" })),
        }
    }

    pub fn live(&self) -> Option<&AttemptWrite> {
        self.attempts
            .iter()
            .rev()
            .find(|a| matches!(a.state, AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting))
    }

    pub fn state(&self) -> RunState {
        let live = self.live();
        let mut highest: BTreeMap<StepKey, u32> = BTreeMap::new();
        for attempt in &self.attempts {
            highest.insert(attempt.step.clone(), attempt.attempt);
        }
        let lost = live.map_or(0, |live| {
            let earlier = self.attempts.iter().rev().filter(|a| a.step == live.step).skip(1);
            earlier.take_while(|a| a.state == AttemptState::Lost).count()
        });
        RunState {
            status: self.status,
            first_step: None,
            last_successful_step: self.last_successful_step.clone(),
            live: live.map(|a| LiveAttempt {
                step: a.step.clone(),
                attempt: a.attempt,
                tries: a.tries,
                begun: a.state != AttemptState::Ready,
            }),
            attempts: highest,
            lost: u32::try_from(lost).unwrap(),
            shipping: self.shipping,
            scope: self.scope.clone(),
        }
    }

    /// Decides and applies; a refusal changes nothing.
    pub fn send(&mut self, command: Command) -> Result<Changes, Refused> {
        let changes = decide(&self.state(), &self.definition, command, Timestamp::from_micros(1))?;
        self.status = changes.status;
        self.last_successful_step.clone_from(&changes.last_successful_step);
        self.shipping = changes.shipping;
        self.transitions.extend(changes.transitions.clone());
        self.events.extend(changes.events.clone());
        self.failure = self.failure.take().or(changes.failure.clone());
        for write in &changes.attempts {
            if let (AttemptState::Succeeded, Some(outputs)) = (write.state, &write.outputs) {
                self.scope.add_outputs(&write.step, outputs.clone());
            }
            match self.attempts.iter_mut().find(|a| a.step == write.step && a.attempt == write.attempt) {
                Some(row) => *row = write.clone(),
                None => self.attempts.push(write.clone()),
            }
        }
        Ok(changes)
    }

    /// Sends commands that must all be accepted.
    pub fn run(&mut self, commands: impl IntoIterator<Item = Command>) -> &mut Self {
        for command in commands {
            self.send(command.clone()).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        }
        self
    }

    /// The events as lines: `step_started work#1`.
    pub fn told(&self) -> String {
        let line = |event: &EventDraft| match (&event.step, event.attempt) {
            (Some(step), Some(attempt)) => format!("{} {step}#{attempt}", event.kind),
            _ => event.kind.to_string(),
        };
        self.events.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub fn kinds(&self) -> Vec<EventKind> {
        self.events.iter().map(|event| event.kind).collect()
    }

    /// The attempts as texts: `work#1 failed`.
    pub fn rows(&self) -> Vec<String> {
        self.attempts.iter().map(|a| format!("{}#{} {}", a.step, a.attempt, a.state)).collect()
    }
}

pub fn start() -> Command {
    Command::Start { data: Map::new() }
}

pub fn complete() -> Command {
    Command::CompleteStep { outputs: json!({}), data: Map::new() }
}

pub fn fail(reason: FailureReason) -> Command {
    Command::FailStep { failure: StepFailure::new(reason, "It broke."), jitter: 0.0 }
}

pub fn open(opening: Opening) -> Command {
    Command::OpenGate { opening, data: Map::new() }
}

pub fn refresh(was_blocked: Opening, opening: Opening) -> Command {
    Command::RefreshGate { was_blocked, opening, data: Map::new() }
}

pub fn decided(effect: DecisionEffect) -> Command {
    Command::Decide { effect, outputs: json!({ "decision": "x" }), data: Map::new() }
}

pub fn cancel() -> Command {
    Command::Cancel { reason: None }
}
