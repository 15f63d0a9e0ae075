use crate::support::{Backend, Database, World, on_both_databases};
use domain::RunId;
use persistence::commands::CheckDatabase;

on_both_databases![a_sound_run_has_no_violation, every_planted_corruption_is_found];

async fn a_sound_run_has_no_violation(db: Database) {
    let world = World::new(db).await;
    let pending = world.run().await.id;
    world.assert_sound(pending).await;
    world.cancel(pending).await.unwrap();
    let (awaiting, gate) = world.at_gate().await;
    world.assert_sound(awaiting).await;
    world.approve(awaiting, gate).await;
    world.assert_sound(awaiting).await;
}

/// What is planted, in which run, and the invariant that must be named.
const CORRUPTIONS: [(Run, &str, &str); 28] = [
    (
        Run::Pending,
        "UPDATE runs SET status = 'running' WHERE id = {run}",
        "replayed_transitions_give_the_status",
    ),
    (
        Run::Gate,
        "DELETE FROM run_transitions WHERE run_id = {run} AND seq = 2",
        "transitions_are_numbered_without_gaps",
    ),
    (
        Run::Gate,
        "DELETE FROM run_transitions WHERE run_id = {run} AND seq = 3",
        "the_run_counts_its_transitions",
    ),
    (
        Run::Gate,
        "UPDATE run_transitions SET from_status = 'pending' WHERE run_id = {run} AND seq = 3",
        "transitions_chain",
    ),
    (
        Run::Gate,
        "UPDATE run_transitions SET to_status = 'completed' WHERE run_id = {run} AND seq = 2",
        "transitions_are_allowed",
    ),
    (
        Run::Gate,
        "DELETE FROM run_events WHERE run_id = {run} AND seq = 4",
        "events_are_numbered_without_gaps",
    ),
    (Run::Gate, "UPDATE runs SET last_event_seq = 99 WHERE id = {run}", "the_run_counts_its_events"),
    (
        Run::Gate,
        "UPDATE run_events SET kind = 'run_failed' WHERE run_id = {run} AND seq = 4",
        "one_terminal_event_and_it_is_last",
    ),
    (
        Run::Cancelled,
        "UPDATE run_events SET kind = 'run_started' WHERE run_id = {run} AND seq = 2",
        "one_terminal_event_and_it_is_last",
    ),
    (
        Run::Cancelled,
        "UPDATE step_attempts SET state = 'ready' WHERE run_id = {run}",
        "one_live_attempt_while_the_run_lives",
    ),
    (
        Run::Gate,
        "UPDATE step_attempts SET state = 'ready' WHERE run_id = {run} AND step = 'work'",
        "one_live_attempt_while_the_run_lives",
    ),
    (Run::Pending, "DELETE FROM step_attempts WHERE run_id = {run}", "one_live_attempt_while_the_run_lives"),
    (
        Run::Gate,
        "UPDATE approvals SET status = 'approved', decided_at = requested_at WHERE run_id = {run}",
        "an_open_gate_exactly_while_awaiting_approval",
    ),
    (
        Run::Approved,
        "UPDATE approvals SET status = 'pending', decided_at = NULL WHERE run_id = {run}",
        "an_open_gate_exactly_while_awaiting_approval",
    ),
    (
        Run::Approved,
        "UPDATE approvals SET decided_at = NULL WHERE run_id = {run}",
        "a_gate_is_decided_exactly_when_it_says_so",
    ),
    (
        Run::Gate,
        "UPDATE approvals SET decided_at = requested_at WHERE run_id = {run}",
        "a_gate_is_decided_exactly_when_it_says_so",
    ),
    (
        Run::Approved,
        "DELETE FROM approval_votes WHERE approval_id IN (SELECT id FROM approvals WHERE run_id = {run})",
        "the_votes_give_the_outcome_of_the_gate",
    ),
    (
        Run::Approved,
        "UPDATE approvals SET evidence_digest = 'sha256:0000000000000000000000000000000000000000000000000000000000000000' WHERE run_id = {run}",
        "the_votes_give_the_outcome_of_the_gate",
    ),
    (
        Run::Approved,
        "UPDATE approvals SET status = 'rejected' WHERE run_id = {run}",
        "the_votes_give_the_outcome_of_the_gate",
    ),
    (
        Run::Approved,
        r#"UPDATE approval_votes SET actor = '{"kind":"user","id":"0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77","name":"owner"}' WHERE approval_id IN (SELECT id FROM approvals WHERE run_id = {run})"#,
        "a_vote_is_of_the_user_who_cast_it",
    ),
    (
        Run::Approved,
        r#"UPDATE approvals SET policy = '{"required_approvals":1,"allow_self_approval":false,"rationale_on_reject":"optional","expires_in_ms":null,"on_reject":{"action":"cancel"},"evidence_from":null}' WHERE run_id = {run}"#,
        "nobody_approved_their_own_run_where_that_is_forbidden",
    ),
    (
        Run::Approved,
        r#"UPDATE approvals SET policy = '{"required_approvals":1,"allow_self_approval":true,"approvers":{"users":["alice"]},"rationale_on_reject":"optional","expires_in_ms":null,"on_reject":{"action":"cancel"},"evidence_from":null}' WHERE run_id = {run}"#,
        "a_vote_is_of_somebody_whom_the_policy_names",
    ),
    (
        Run::Gate,
        "UPDATE approvals SET evidence_digest = NULL WHERE run_id = {run}",
        "a_pending_gate_shows_evidence",
    ),
    (
        Run::Leased,
        "UPDATE step_attempts SET owner = NULL WHERE run_id = {run}",
        "a_lease_has_owner_epoch_and_end",
    ),
    (
        Run::Leased,
        "UPDATE step_attempts SET epoch = 0 WHERE run_id = {run}",
        "a_lease_has_owner_epoch_and_end",
    ),
    (
        Run::Leased,
        "UPDATE step_attempts SET lease_expires_at = NULL WHERE run_id = {run}",
        "a_lease_has_owner_epoch_and_end",
    ),
    (
        Run::Cancelled,
        "UPDATE runs SET completed_at = NULL WHERE id = {run}",
        "a_run_has_an_end_exactly_when_it_is_over",
    ),
    (Run::Failed, "UPDATE runs SET failure = NULL WHERE id = {run}", "a_failed_run_has_its_failure"),
];

/// Where a run stands when it is corrupted.
#[derive(Clone, Copy)]
enum Run {
    Pending,
    Leased,
    Gate,
    Approved,
    Cancelled,
    Failed,
}

async fn prepare(world: &World, run: Run) -> RunId {
    match run {
        Run::Pending => world.run().await.id,
        Run::Leased => world.begun().await.run_id,
        Run::Gate => world.at_gate().await.0,
        Run::Approved => {
            let (run, gate) = world.at_gate().await;
            world.approve(run, gate).await;
            run
        }
        Run::Cancelled => {
            let run = world.run().await.id;
            world.cancel(run).await.unwrap();
            run
        }
        Run::Failed => {
            let held = world.begun().await;
            world.fail(&held, domain::failure::FailureReason::InvalidOutput).await;
            held.run_id
        }
    }
}

async fn every_planted_corruption_is_found(db: Database) {
    let world = World::new(db).await;
    for (run, sql, invariant) in CORRUPTIONS {
        let run_id = prepare(&world, run).await;
        world.assert_sound(run_id).await;
        let literal = world.db.literal(run_id.as_uuid());
        world.db.plant(&sql.replace("{run}", &literal));
        let violations = world.read(CheckDatabase { run_id }).await;
        let named: Vec<&str> = violations.iter().map(|violation| violation.invariant).collect();
        assert!(named.contains(&invariant), "{sql}: {violations:?}");
        assert!(violations.iter().all(|violation| violation.run_id == run_id));
        clear(&world);
    }
}

/// Takes the corrupted run's work out of the queue.
fn clear(world: &World) {
    let far = match world.db.backend() {
        Backend::Sqlite => "9000000000000000",
        Backend::Postgres => "'2200-01-01'",
    };
    world.db.plant(&format!("UPDATE step_attempts SET available_at = {far}"));
}
