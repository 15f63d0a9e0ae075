use crate::support::{Database, World, assert_refused, on_both_databases};
use domain::approval::{ApprovalStatus, Decision, DecisionRefused};
use domain::run::Status;
use persistence::Error;
use persistence::commands::*;

on_both_databases![
    the_starter_cannot_approve_where_the_policy_forbids_it,
    enough_votes_of_different_people_pass_the_gate,
    one_rejection_is_final,
    votes_for_earlier_evidence_do_not_count,
    the_same_decision_again_gets_the_stored_result,
    a_rationale_is_asked_for_where_the_policy_requires_it,
    rounds_that_are_used_up_refuse_where_the_policy_says_so,
    a_cancelled_gate_keeps_its_votes,
];

const TWO_OF_THEM: &str = "
name: two
steps:
  - { key: work, uses: agent }
  - key: gate
    uses: approval
    with:
      required_approvals: 2
      allow_self_approval: false
      rationale_on_reject: required
      on_reject: { action: retry_step, step: work, max_rounds: 1, on_exhausted: refuse }
";

async fn the_starter_cannot_approve_where_the_policy_forbids_it(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let before = world.rows(run).await;
    let own = world.change(run, world.decision(gate, Decision::Approved)).await;
    assert_refused!(own, Error::Decision(DecisionRefused::SelfApprovalForbidden));
    assert_eq!(world.rows(run).await, before);
}

async fn enough_votes_of_different_people_pass_the_gate(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let (ann, bob) = (world.person("ann"), world.person("bob"));
    let approve = || world.decision(gate, Decision::Approved);
    let first = world.decide(run, &ann, approve()).await.unwrap();
    assert_eq!(first.run.status, Status::AwaitingApproval);
    let (_, votes) = first.approval.unwrap();
    assert_eq!((votes.len(), votes[0].actor.clone()), (1, ann));
    let second = world.decide(run, &bob, approve()).await.unwrap();
    let (approval, votes) = second.approval.unwrap();
    assert_eq!((approval.status, votes.len()), (ApprovalStatus::Approved, 2));
    assert_eq!(approval.decided_at, Some(world.at(60)));
    let rows = world.rows(run).await;
    assert_eq!(
        rows.event_names_after(6),
        ["approval_voted(gate)", "approval_granted(gate)", "step_completed(gate)", "run_completed"]
    );
    assert_eq!(rows.approvals, [(approval, votes)]);
    world.assert_sound(run).await;
}

async fn one_rejection_is_final(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let (ann, bob) = (world.person("ann"), world.person("bob"));
    world.decide(run, &ann, world.decision(gate, Decision::Approved)).await.unwrap();
    world.decide(run, &bob, world.decision(gate, Decision::Rejected)).await.unwrap();
    let late = world.decide(run, &world.person("eve"), world.decision(gate, Decision::Approved)).await;
    assert_refused!(
        late,
        Error::Decision(DecisionRefused::AlreadyDecided { status: ApprovalStatus::Rejected })
    );
    assert_eq!(world.rows(run).await.attempt_states().last().unwrap(), "work/2 ready");
    world.assert_sound(run).await;
}

async fn votes_for_earlier_evidence_do_not_count(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let (ann, bob) = (world.person("ann"), world.person("bob"));
    world.decide(run, &ann, world.decision(gate, Decision::Approved)).await.unwrap();
    let (opening, artifacts) = (world.pending("new"), Vec::new());
    let refresh = Change::RefreshGate { approval_id: gate, opening, artifacts };
    world.change(run, refresh).await.unwrap();
    let fresh = || world.decision_on(gate, Decision::Approved, "new");
    let first = world.decide(run, &bob, fresh()).await.unwrap();
    assert_eq!(first.run.status, Status::AwaitingApproval, "ann has not seen the new evidence");
    let second = world.decide(run, &ann, fresh()).await.unwrap();
    assert_eq!(second.run.status, Status::Completed);
    assert_eq!(second.approval.unwrap().1.len(), 3);
    world.assert_sound(run).await;
}

async fn the_same_decision_again_gets_the_stored_result(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let ann = world.person("ann");
    let approve = || world.decision(gate, Decision::Approved);
    world.decide(run, &ann, approve()).await.unwrap();
    let before = world.rows(run).await;
    let again = world.decide(run, &ann, approve()).await.unwrap();
    assert_eq!((again.run, again.approval), (before.run.clone(), before.approvals.first().cloned()));
    let other = world.decide(run, &ann, world.decision(gate, Decision::Rejected)).await;
    assert_refused!(
        other,
        Error::Decision(DecisionRefused::VoteAlreadyCast { decision: Decision::Approved })
    );
    assert_eq!(world.rows(run).await, before);
}

async fn a_rationale_is_asked_for_where_the_policy_requires_it(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let before = world.rows(run).await;
    for given in [None, Some("  ".to_owned())] {
        let mut silent = world.decision(gate, Decision::Rejected);
        if let Change::Decide { rationale, .. } = &mut silent {
            *rationale = given;
        }
        let refused = world.change(run, silent).await;
        assert_refused!(refused, Error::Decision(DecisionRefused::RationaleRequired));
    }
    assert_eq!(world.rows(run).await, before);
}

async fn rounds_that_are_used_up_refuse_where_the_policy_says_so(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    world.reject(run, gate).await.unwrap();
    let held = world.hold().await;
    world.begin(&held).await;
    let done = world.complete(&held).await;
    let second = world.open(&held.next(&done), "e").await;
    let before = world.rows(run).await;
    assert_refused!(
        world.reject(run, second).await,
        Error::Decision(DecisionRefused::RoundsExhausted { max_rounds: 1 })
    );
    assert_eq!(world.rows(run).await, before);
}

async fn a_cancelled_gate_keeps_its_votes(db: Database) {
    let world = World::with(db, TWO_OF_THEM).await;
    let (run, gate) = world.at_gate().await;
    let ann = world.person("ann");
    world.decide(run, &ann, world.decision(gate, Decision::Approved)).await.unwrap();
    let cancelled = world.cancel(run).await.unwrap();
    let (approval, votes) = cancelled.approval.unwrap();
    assert_eq!((approval.status, votes.len()), (ApprovalStatus::Cancelled, 1));
    assert_eq!(world.rows(run).await.approvals, [(approval, votes)]);
    world.assert_sound(run).await;
}
