use crate::support::{Database, Held, World, assert_refused, on_both_databases};
use domain::failure::{FailureReason, StepFailure};
use persistence::Error;
use persistence::commands::*;
use serde_json::json;

on_both_databases![
    a_write_under_a_stale_lease_changes_nothing,
    the_worker_of_a_cancelled_run_is_fenced,
    the_worker_that_lost_its_step_is_fenced_after_another_took_it_up,
    a_change_of_one_run_under_the_lease_of_another_is_fenced,
    a_gate_waits_for_people_and_no_worker_holds_it,
    a_worker_cannot_write_without_its_lease,
];

fn every_write_of_a_worker(world: &World) -> Vec<Change> {
    vec![
        Change::Begin { base_commit: None },
        Change::Complete { outputs: json!({}), report: AttemptReport::default() },
        Change::Fail {
            failure: StepFailure::new(FailureReason::AgentFailed, "late"),
            jitter: 0.0,
            report: AttemptReport::default(),
        },
        Change::Lose,
        world.opening("e"),
        Change::BeginShipping,
    ]
}

async fn assert_fenced(world: &World, held: &Held) {
    let before = world.rows(held.run_id).await;
    for change in every_write_of_a_worker(world) {
        assert_refused!(world.work(held, change).await, Error::Fenced);
    }
    assert_eq!(world.rows(held.run_id).await, before);
}

async fn a_write_under_a_stale_lease_changes_nothing(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let good = held.fence.clone();
    let attempt_id = domain::AttemptId::from_uuid(uuid::Uuid::now_v7());
    let stale = [
        Fence { epoch: good.epoch - 1, ..good.clone() },
        Fence { epoch: good.epoch + 1, ..good.clone() },
        Fence { owner: "other".to_owned(), ..good.clone() },
        Fence { attempt_id, ..good },
    ];
    for fence in stale {
        assert_fenced(&world, &Held { fence, ..held.clone() }).await;
    }
    world.complete(&held).await;
}

async fn the_worker_of_a_cancelled_run_is_fenced(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    world.cancel(held.run_id).await.unwrap();
    assert_fenced(&world, &held).await;
}

async fn the_worker_that_lost_its_step_is_fenced_after_another_took_it_up(db: Database) {
    let world = World::new(db).await;
    world.run().await;
    let old = world.hold().await;
    world.work(&old, Change::Lose).await.unwrap();
    let new = world.hold().await;
    // The same attempt, the same owner's name: only the epoch tells them apart.
    assert_eq!(new.fence.attempt_id, old.fence.attempt_id);
    assert_eq!(new.fence.owner, old.fence.owner);
    assert_fenced(&world, &old).await;
    world.begin(&new).await;
}

async fn a_change_of_one_run_under_the_lease_of_another_is_fenced(db: Database) {
    let world = World::new(db).await;
    let one = world.begun().await;
    let two = world.begun().await;
    assert_fenced(&world, &Held { run_id: one.run_id, ..two.clone() }).await;
    world.complete(&one).await;
    world.complete(&two).await;
}

async fn a_gate_waits_for_people_and_no_worker_holds_it(db: Database) {
    let world = World::new(db).await;
    let work = world.begun().await;
    let done = world.complete(&work).await;
    let gate = work.next(&done);
    world.open(&gate, "e").await;
    assert_fenced(&world, &gate).await;
}

async fn a_worker_cannot_write_without_its_lease(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let before = world.rows(held.run_id).await;
    for change in every_write_of_a_worker(&world) {
        assert_refused!(world.change(held.run_id, change).await, Error::Fenced);
    }
    assert_eq!(world.rows(held.run_id).await, before);
}
