use crate::support::{Database, Held, World, assert_refused, on_both_databases};
use domain::AttemptId;
use domain::failure::FailureReason;
use domain::run::AttemptState;
use persistence::Error;
use persistence::commands::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

on_both_databases![
    a_claim_leases_the_attempt_and_hands_over_its_run,
    two_owners_never_share_an_attempt,
    thirty_two_claimers_share_out_the_work_exactly,
    no_more_is_claimed_than_asked_for,
    work_that_is_not_due_is_not_claimed,
    each_lease_of_an_attempt_has_a_higher_epoch,
    the_process_of_a_lease_is_stored_for_its_holder_alone,
    the_next_timer_is_the_earliest_of_work_lease_and_gate,
];

async fn a_claim_leases_the_attempt_and_hands_over_its_run(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let claimed = world.claim("me", 10).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].run, run);
    let attempt = &claimed[0].attempt;
    assert_eq!((attempt.state, attempt.epoch), (AttemptState::Leased, 1));
    assert_eq!(attempt.owner.as_deref(), Some("me"));
    assert!(attempt.lease_expires_at.unwrap() > world.at(3600));
    assert_eq!(world.rows(run.id).await.attempts, std::slice::from_ref(attempt));
}

async fn two_owners_never_share_an_attempt(db: Database) {
    let world = World::new(db).await;
    world.run().await;
    assert_eq!(world.claim("one", 10).await.len(), 1);
    assert_eq!(world.claim("two", 10).await, []);
}

async fn thirty_two_claimers_share_out_the_work_exactly(db: Database) {
    let world = Arc::new(World::new(db).await);
    for _ in 0..40 {
        world.run().await;
    }
    let mut claiming = tokio::task::JoinSet::new();
    for number in 0..32 {
        let world = Arc::clone(&world);
        claiming.spawn(async move {
            let mut got: Vec<(AttemptId, i64)> = Vec::new();
            for _ in 0..3 {
                let claimed = world.claim(&format!("worker {number}"), 2).await;
                got.extend(claimed.iter().map(|c| (c.attempt.id, c.attempt.epoch)));
            }
            got
        });
    }
    let claimed: Vec<_> = claiming.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<AttemptId> = claimed.iter().map(|(id, _)| *id).collect();
    assert_eq!((claimed.len(), distinct.len()), (40, 40));
    assert!(claimed.iter().all(|(_, epoch)| *epoch == 1));
}

async fn no_more_is_claimed_than_asked_for(db: Database) {
    let world = World::new(db).await;
    let first = world.run().await;
    world.run().await;
    let claimed = world.claim("me", 1).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].run.id, first.id, "the oldest comes first");
}

async fn work_that_is_not_due_is_not_claimed(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    // The step's retry waits for an hour from a minute after the start, which was an hour ago.
    world.fail(&held, FailureReason::AgentFailed).await;
    assert_eq!(world.claim("me", 10).await, []);
    assert_eq!(world.next_due().await, Some(world.at(3660)));
}

async fn each_lease_of_an_attempt_has_a_higher_epoch(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    for epoch in 1..=3 {
        let held = world.hold().await;
        assert_eq!(held.fence.epoch, epoch);
        // The run had not begun: the same attempt goes back to the queue.
        world.work(&held, Change::Lose).await.unwrap();
        assert_eq!(world.rows(run.id).await.attempt_states(), ["plan/1 ready"]);
    }
    world.assert_sound(run.id).await;
}

async fn the_process_of_a_lease_is_stored_for_its_holder_alone(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let process = serde_json::json!({ "pid": 7 });
    let fence = held.fence.clone();
    world.write(RecordProcess { fence, process: process.clone() }).await;
    let stale = Fence { epoch: held.fence.epoch + 1, ..held.fence.clone() };
    let stolen = RecordProcess { fence: stale, process: serde_json::json!({ "pid": 8 }) };
    assert_refused!(world.store().write(stolen).await, Error::Fenced);
    let rows = world.rows(held.run_id).await;
    assert_eq!(rows.attempts.last().unwrap().process, Some(process));
}

async fn the_next_timer_is_the_earliest_of_work_lease_and_gate(db: Database) {
    let world = World::new(db).await;
    assert_eq!(world.next_due().await, None);
    world.at_gate().await;
    let expiry = world.at(60).plus(Duration::from_secs(72 * 3600));
    assert_eq!(world.next_due().await, Some(expiry));
    let run = world.run().await;
    assert_eq!(world.next_due().await, Some(run.created_at));
    let held = Held::from(&world.claim("me", 1).await[0]);
    let rows = world.rows(held.run_id).await;
    assert_eq!(world.next_due().await, rows.attempts[0].lease_expires_at);
}
