use crate::support::{Database, World, assert_refused, on_both_databases};
use domain::failure::FailureReason;
use domain::run::{AttemptState, Status};
use persistence::Error;
use persistence::commands::*;

on_both_databases![
    a_rerunnable_step_runs_again_after_its_worker_died,
    a_step_that_runs_once_becomes_a_typed_failure,
    a_step_whose_workers_keep_dying_is_given_up,
    a_loss_is_recorded_once,
];

async fn a_rerunnable_step_runs_again_after_its_worker_died(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    world.work(&held, Change::Lose).await.unwrap();
    let rows = world.rows(held.run_id).await;
    assert_eq!(rows.run.status, Status::Running);
    assert_eq!(rows.attempt_states()[2..], ["work/1 lost", "work/2 ready"]);
    assert_eq!(rows.event_names_after(7), ["step_failed(work)"]);
    assert_eq!(rows.attempts[3].tries, 1, "a loss is no try");
    let again = world.hold().await;
    world.begin(&again).await;
    world.assert_sound(held.run_id).await;
}

async fn a_step_that_runs_once_becomes_a_typed_failure(db: Database) {
    let world =
        World::with(db, r#"{ name: once, steps: [{ key: deploy, uses: command, with: { run: "true" } }] }"#)
            .await;
    let held = world.begun().await;
    let lost = world.work(&held, Change::Lose).await.unwrap().run;
    assert_eq!(lost.status, Status::Failed);
    assert_eq!(lost.failure_reason, Some(FailureReason::WorkerLost));
    world.assert_sound(held.run_id).await;
}

async fn a_step_whose_workers_keep_dying_is_given_up(db: Database) {
    let world = World::new(db).await;
    let mut held = world.begun().await;
    for _ in 0..2 {
        let lost = world.work(&held, Change::Lose).await.unwrap();
        assert_eq!(lost.run.status, Status::Running);
        held = world.hold().await;
        world.begin(&held).await;
    }
    let lost = world.work(&held, Change::Lose).await.unwrap().run;
    assert_eq!(lost.failure_reason, Some(FailureReason::WorkerLost));
    world.assert_sound(held.run_id).await;
}

async fn a_loss_is_recorded_once(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    world.work(&held, Change::Lose).await.unwrap();
    let before = world.rows(held.run_id).await;
    assert_refused!(world.work(&held, Change::Lose).await, Error::Fenced);
    let again = world.hold().await;
    assert_refused!(world.work(&held, Change::Lose).await, Error::Fenced);
    let after = world.rows(held.run_id).await;
    assert_eq!(after.attempts[3].state, AttemptState::Leased);
    assert_eq!(after.attempts[3].id, again.fence.attempt_id);
    assert_eq!((after.run, after.events), (before.run, before.events));
}
