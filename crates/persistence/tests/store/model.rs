//! Random commands on both databases at once: the rows stay sound, and both end in the same state.

use crate::support::{Backend, Database, Held, Rows, World};
use domain::approval::Decision;
use domain::failure::{FailureReason, StepFailure};
use domain::run::AttemptState;
use domain::{ApprovalId, RunId};
use persistence::commands::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

/// The gate's policy makes every effect of a decision reachable within a short sequence.
const FLOW: &str = r#"
name: model
steps:
  - { key: plan, uses: set, with: { outputs: { n: 1 } } }
  - { key: work, uses: agent, retry: { max_attempts: 2, initial_interval_ms: 1, backoff_factor: 1.0, max_interval_ms: 1 } }
  - key: gate
    uses: approval
    with: { on_reject: { action: retry_step, step: work, max_rounds: 1 }, expires_in: 1h }
  - { key: send, uses: command, with: { run: "true" } }
"#;

const SEQUENCES: u32 = 40;

/// What is tried next, whether or not the run is ready for it.
#[derive(Debug, Clone, Copy)]
enum Step {
    Claim,
    Begin,
    Complete,
    Fail(FailureReason),
    Lose,
    Open,
    OpenBlocked,
    Refresh(&'static str),
    Block,
    Decide(Decision, &'static str),
    Expire,
    Ship,
    Cancel,
}

fn step() -> impl Strategy<Value = Step> {
    let evidence = || prop_oneof![4 => Just("e"), 1 => Just("other")];
    let decision = prop_oneof![Just(Decision::Approved), Just(Decision::Rejected)];
    let reason = prop_oneof![Just(FailureReason::AgentFailed), Just(FailureReason::InvalidOutput)];
    prop_oneof![
        12 => Just(Step::Claim),
        10 => Just(Step::Begin),
        10 => Just(Step::Complete),
        2 => reason.prop_map(Step::Fail),
        2 => Just(Step::Lose),
        10 => Just(Step::Open),
        2 => Just(Step::OpenBlocked),
        2 => evidence().prop_map(Step::Refresh),
        1 => Just(Step::Block),
        8 => (decision, evidence()).prop_map(|(decision, evidence)| Step::Decide(decision, evidence)),
        1 => Just(Step::Expire),
        1 => Just(Step::Ship),
        1 => Just(Step::Cancel),
    ]
}

/// One run on one database, with the lease that its worker believes to hold.
struct Side {
    world: World,
    run: RunId,
    held: Option<Held>,
}

impl Side {
    async fn apply(&mut self, step: Step) -> Result<(), String> {
        let gate = self.newest_gate().await;
        let (outputs, report) = (json!({ "n": 2 }), AttemptReport::default());
        let change = match step {
            Step::Claim => {
                let claimed = self.world.claim("worker", 1).await;
                self.held = claimed.first().map(Held::from).or(self.held.take());
                return Ok(());
            }
            Step::Begin => Change::Begin { base_commit: None },
            Step::Complete => Change::Complete { outputs, report },
            Step::Fail(reason) => {
                let failure = StepFailure::new(reason, "failed");
                Change::Fail { failure, jitter: 0.5, report }
            }
            Step::Lose => Change::Lose,
            Step::Open => self.world.opening("e"),
            Step::OpenBlocked => {
                let (approval_id, opening) =
                    (ApprovalId::from_uuid(uuid::Uuid::now_v7()), self.world.blocked());
                Change::OpenGate { approval_id, opening, report }
            }
            Step::Refresh(evidence) => self.refresh(gate, self.world.pending(evidence)),
            Step::Block => self.refresh(gate, self.world.blocked()),
            Step::Decide(decision, evidence) => self.world.decision_on(gate, decision, evidence),
            Step::Expire => Change::ExpireGate { approval_id: gate },
            Step::Ship => Change::BeginShipping,
            Step::Cancel => Change::Cancel { reason: None },
        };
        self.send(step, change).await
    }

    async fn send(&mut self, step: Step, change: Change) -> Result<(), String> {
        let changed = match step {
            Step::Refresh(_) | Step::Block | Step::Decide(..) | Step::Expire | Step::Cancel => {
                self.world.change(self.run, change).await
            }
            _ => match self.held.clone() {
                Some(held) => self.world.work(&held, change).await,
                None => return Ok(()),
            },
        };
        let changed = changed.map_err(|error| error.to_string())?;
        if let (Some(held), Some(_)) = (&self.held, &changed.live) {
            self.held = Some(held.next(&changed));
        }
        Ok(())
    }

    fn refresh(&self, approval_id: ApprovalId, opening: GateOpening) -> Change {
        Change::RefreshGate { approval_id, opening, artifacts: Vec::new() }
    }

    async fn newest_gate(&self) -> ApprovalId {
        let newest = self.world.rows(self.run).await.approvals;
        newest.last().map_or(ApprovalId::from_uuid(uuid::Uuid::nil()), |(gate, _)| gate.id)
    }
}

/// The rows without what differs by nature: identifiers, and leases by the database's clock.
fn comparable(rows: Rows) -> Vec<String> {
    let mut lines = rows.event_names();
    lines.extend(
        rows.transitions
            .iter()
            .map(|t| format!("{:?} {} {:?} {}", t.from_status, t.to_status, t.step, t.reason)),
    );
    lines.extend(rows.attempts.iter().map(|a| {
        format!(
            "{}/{} {} {} {:?} {} {:?} {:?}",
            a.step, a.attempt, a.tries, a.state, a.workspace, a.epoch, a.outputs, a.failure
        )
    }));
    lines.extend(rows.approvals.iter().map(|(gate, votes)| {
        let votes: Vec<_> = votes.iter().map(|v| (v.decision, v.evidence_digest.hex().to_owned())).collect();
        format!("{} {} {:?} {} {votes:?}", gate.step, gate.round, gate.evidence_digest, gate.status)
    }));
    let run = rows.run;
    lines.push(format!(
        "{} {:?} {:?} {} {:?} {} {} {}",
        run.status,
        run.current_step,
        run.last_successful_step,
        run.shipping,
        run.failure_reason,
        run.revision,
        run.last_event_seq,
        run.last_transition_seq
    ));
    lines
}

/// A worker never holds two attempts, and never one that the rows give to nobody.
fn leases(rows: &Rows) -> usize {
    rows.attempts.iter().filter(|attempt| attempt.state == AttemptState::Leased).count()
}

async fn play(sides: &mut [Side; 2], steps: &[Step]) -> Result<(), TestCaseError> {
    for side in sides.iter_mut() {
        side.run = side.world.run().await.id;
        side.held = None;
    }
    for step in steps {
        let mut ends = Vec::new();
        for side in sides.iter_mut() {
            let before = side.world.rows(side.run).await;
            let end = side.apply(*step).await;
            let after = side.world.rows(side.run).await;
            if end.is_err() {
                prop_assert_eq!(&before, &after, "a refused {:?} changed something", step);
            }
            let (run, terminal) = (&after.run, before.run.status.is_terminal());
            prop_assert!(!terminal || before.run == *run, "{:?} changed a finished run", step);
            prop_assert!(leases(&after) <= 1);
            let violations = side.world.read(CheckDatabase { run_id: side.run }).await;
            prop_assert_eq!(violations, vec![], "after {:?}", step);
            ends.push((end, comparable(after)));
        }
        prop_assert_eq!(&ends[0], &ends[1], "the databases part at {:?}", step);
    }
    for side in sides.iter_mut() {
        // The next sequence claims only what is its own.
        let _ = side.world.cancel(side.run).await;
        side.world
            .db
            .plant("UPDATE step_attempts SET state = 'cancelled' WHERE state IN ('ready', 'leased')");
    }
    Ok(())
}

#[test]
fn random_commands_keep_both_databases_sound_and_alike() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let side = async |backend| Side {
        world: World::with(Database::create(backend).await, FLOW).await,
        run: RunId::from_uuid(uuid::Uuid::nil()),
        held: None,
    };
    let sides = runtime.block_on(async { [side(Backend::Sqlite).await, side(Backend::Postgres).await] });
    let sides = std::sync::Mutex::new(sides);
    let mut runner =
        TestRunner::new(Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() });
    let sequences = proptest::collection::vec(step(), 5..40);
    let played = runner.run(&sequences, |steps| {
        let mut sides = sides.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        runtime.block_on(play(&mut sides, &steps))
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}
