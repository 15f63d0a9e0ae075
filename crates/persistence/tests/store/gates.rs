use crate::support::{Database, World, assert_refused, digest, on_both_databases};
use domain::approval::{ApprovalStatus, Decision, DecisionRefused};
use domain::run::{InvalidTransition, Move, Refused, Status};
use domain::{ApprovalId, RunId, Timestamp};
use persistence::Error;
use persistence::commands::*;
use std::time::Duration;

on_both_databases![
    an_open_gate_shows_its_evidence_and_frozen_policy,
    a_blocked_gate_takes_no_decision_until_it_is_refreshed,
    a_refresh_replaces_the_evidence,
    a_rejection_sends_the_work_back_until_the_rounds_are_used_up,
    a_rejection_cancels_where_the_policy_says_so,
    a_gate_that_expired_cancels_its_run,
    a_gate_whose_time_is_up_takes_no_decision,
    a_decided_gate_is_neither_refreshed_nor_expired,
    a_gate_of_another_run_is_not_found,
];

async fn refresh(
    world: &World,
    run: RunId,
    approval_id: ApprovalId,
    opening: GateOpening,
) -> persistence::Result<Changed> {
    let artifacts = Vec::new();
    world.change(run, Change::RefreshGate { approval_id, opening, artifacts }).await
}

async fn an_open_gate_shows_its_evidence_and_frozen_policy(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    let rows = world.rows(run).await;
    assert_eq!(rows.run.status, Status::AwaitingApproval);
    assert_eq!(rows.attempt_states().last().unwrap(), "gate/1 waiting");
    let (approval, votes) = rows.approvals[0].clone();
    assert_eq!((approval.id, approval.round, approval.status), (gate, 1, ApprovalStatus::Pending));
    assert_eq!(approval.evidence_digest, Some(digest("e")));
    assert_eq!(approval.expires_at, Some(world.at(60).plus(Duration::from_secs(72 * 3600))));
    assert_eq!(votes, []);
    let newest = world.read(GetApproval { run_id: run, id: None }).await;
    assert_eq!(newest, (approval, votes));
    world.assert_sound(run).await;
}

async fn a_blocked_gate_takes_no_decision_until_it_is_refreshed(db: Database) {
    let world = World::new(db).await;
    let work = world.begun().await;
    let gate = work.next(&world.complete(&work).await);
    let mut opening = world.opening("e");
    if let Change::OpenGate { opening, .. } = &mut opening {
        *opening = world.blocked();
    }
    let opened = world.work(&gate, opening).await.unwrap();
    let (approval, _) = opened.approval.unwrap();
    assert_eq!((approval.status, approval.diagnostics.len()), (ApprovalStatus::Blocked, 1));
    let run = work.run_id;
    let before = world.rows(run).await;
    for decision in [Decision::Approved, Decision::Rejected] {
        let refused = world.change(run, world.decision(approval.id, decision)).await;
        assert_refused!(refused, Error::Decision(DecisionRefused::ContextBlocked));
    }
    assert_eq!(world.rows(run).await, before);
    refresh(&world, run, approval.id, world.pending("e")).await.unwrap();
    let rows = world.rows(run).await;
    assert_eq!(
        rows.event_names_after(9),
        ["approval_blocked(gate)", "approval_refreshed(gate)", "approval_requested(gate)"]
    );
    assert_eq!(rows.approvals[0].0.diagnostics, []);
    world.approve(run, approval.id).await;
    world.assert_sound(run).await;
}

async fn a_refresh_replaces_the_evidence(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    refresh(&world, run, gate, world.pending("new")).await.unwrap();
    let before = world.rows(run).await;
    let stale = world.change(run, world.decision(gate, Decision::Approved)).await;
    assert_refused!(
        stale,
        Error::Decision(DecisionRefused::StaleEvidence { current }) if current == digest("new")
    );
    assert_eq!(world.rows(run).await, before);
    let fresh = world.decision_on(gate, Decision::Approved, "new");
    world.change(run, fresh).await.unwrap();
}

async fn a_rejection_sends_the_work_back_until_the_rounds_are_used_up(db: Database) {
    let world = World::new(db).await;
    let (run, mut gate) = world.at_gate().await;
    for round in 1..=2_u32 {
        let seq = world.rows(run).await.run.last_event_seq;
        let rejected = world.reject(run, gate).await.unwrap();
        assert_eq!(rejected.run.status, Status::Running);
        let held = world.hold().await;
        let scope = world.read(RunScope { run_id: run }).await;
        assert_eq!(scope.rejection.unwrap()["rationale"], "because");
        world.begin(&held).await;
        let rows = world.rows(run).await;
        assert_eq!(rows.event_names_after(seq), ["approval_rejected(gate)", "step_started(work)"]);
        assert_eq!(rows.attempts.last().unwrap().attempt, round + 1);
        let done = world.complete(&held).await;
        gate = world.open(&held.next(&done), "e").await;
        let (approval, _) = world.read(GetApproval { run_id: run, id: Some(gate) }).await;
        assert_eq!(approval.round, round + 1);
        world.assert_sound(run).await;
    }
    let rejected = world.reject(run, gate).await.unwrap();
    assert_eq!(rejected.run.status, Status::Cancelled);
    world.assert_sound(run).await;
}

async fn a_rejection_cancels_where_the_policy_says_so(db: Database) {
    let world = World::with(db, "{ name: plain, steps: [{ key: gate, uses: approval }] }").await;
    let gate = world.begun().await;
    let id = world.open(&gate, "e").await;
    let rejected = world.reject(gate.run_id, id).await.unwrap();
    assert_eq!(rejected.run.status, Status::Cancelled);
    assert_eq!(rejected.approval.unwrap().0.status, ApprovalStatus::Rejected);
    let rows = world.rows(gate.run_id).await;
    assert_eq!(rows.event_names_after(4), ["approval_rejected(gate)", "run_cancelled"]);
    assert_eq!(rows.reasons().last(), Some(&"approval_rejected"));
    world.assert_sound(gate.run_id).await;
}

async fn a_gate_that_expired_cancels_its_run(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    let expiry = world.at(60).plus(Duration::from_secs(72 * 3600));
    let early = Timestamp::from_micros(expiry.micros() - 1);
    assert_eq!(world.read(DueGates { now: early }).await, []);
    assert_eq!(world.read(DueGates { now: expiry }).await, [(run, gate)]);
    let expired = world.change(run, Change::ExpireGate { approval_id: gate }).await.unwrap();
    assert_eq!(expired.run.status, Status::Cancelled);
    assert_eq!(expired.approval.unwrap().0.status, ApprovalStatus::Expired);
    let rows = world.rows(run).await;
    assert_eq!(rows.reasons().last(), Some(&"approval_expired"));
    assert_eq!(rows.event_names_after(10), ["approval_expired(gate)", "run_cancelled"]);
    assert_eq!(world.read(DueGates { now: expiry }).await, []);
    world.assert_sound(run).await;
}

async fn a_gate_whose_time_is_up_takes_no_decision(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    let before = world.rows(run).await;
    for decision in [Decision::Approved, Decision::Rejected] {
        let mut asked = world.asked(run, &world.owner, world.decision(gate, decision));
        asked.now = world.at(60).plus(Duration::from_secs(72 * 3600));
        assert_refused!(
            world.store().write(asked).await,
            Error::Decision(DecisionRefused::AlreadyDecided { status: ApprovalStatus::Expired })
        );
    }
    assert_eq!(world.rows(run).await, before);
}

async fn a_decided_gate_is_neither_refreshed_nor_expired(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    world.approve(run, gate).await;
    let before = world.rows(run).await;
    assert_refused!(
        refresh(&world, run, gate, world.pending("new")).await,
        Error::Decision(DecisionRefused::AlreadyDecided { status: ApprovalStatus::Approved })
    );
    let expire = Change::ExpireGate { approval_id: gate };
    assert_refused!(world.change(run, expire).await, Error::NotFound);
    assert_eq!(world.rows(run).await, before);
}

async fn a_gate_of_another_run_is_not_found(db: Database) {
    let world = World::new(db).await;
    let (_, gate) = world.at_gate().await;
    let other = world.run().await;
    let decision = world.decision(gate, Decision::Approved);
    assert_refused!(world.change(other.id, decision).await, Error::NotFound);
    let early = Change::BeginShipping;
    let held = world.hold().await;
    assert_refused!(
        world.work(&held, early).await,
        Error::Run(Refused::InvalidTransition(InvalidTransition {
            from: Status::Pending,
            requested: Move::Complete
        }))
    );
}
