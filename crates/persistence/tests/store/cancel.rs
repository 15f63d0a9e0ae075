use crate::support::{Database, World, assert_refused, on_both_databases};
use domain::RunId;
use domain::approval::ApprovalStatus;
use domain::failure::FailureReason;
use domain::run::{InvalidTransition, Move, Refused, Status};
use persistence::Error;
use persistence::commands::*;

on_both_databases![
    a_run_is_cancelled_from_every_status_that_is_not_final,
    a_finished_run_refuses_to_be_cancelled_and_stays_as_it_is,
    a_run_that_ships_refuses_to_be_cancelled,
    the_reason_for_a_cancel_is_kept,
    an_unknown_run_is_not_found,
];

const SHIP: &str = "
name: shipping
steps:
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: send, uses: ship }
";

async fn a_run_is_cancelled_from_every_status_that_is_not_final(db: Database) {
    let world = World::new(db).await;
    let pending = world.run().await.id;
    assert_cancels(&world, pending, Status::Pending).await;
    let running = world.begun().await.run_id;
    assert_cancels(&world, running, Status::Running).await;
    let waiting = world.begun().await;
    world.fail(&waiting, FailureReason::AgentFailed).await;
    assert_cancels(&world, waiting.run_id, Status::Running).await;
    let (awaiting, _) = world.at_gate().await;
    assert_cancels(&world, awaiting, Status::AwaitingApproval).await;
    let gates = world.rows(awaiting).await.approvals;
    assert_eq!(gates[0].0.status, ApprovalStatus::Cancelled);
    assert_eq!(gates[0].0.decided_at, Some(world.at(60)));
    assert_eq!(world.claim("me", 10).await, [], "nothing is left to do");
}

async fn assert_cancels(world: &World, run: RunId, from: Status) {
    assert_eq!(world.rows(run).await.run.status, from);
    let cancelled = world.cancel(run).await.unwrap().run;
    assert_eq!(cancelled.status, Status::Cancelled);
    let rows = world.rows(run).await;
    let last = rows.transitions.last().unwrap();
    assert_eq!((last.from_status, last.to_status), (Some(from), Status::Cancelled));
    assert_eq!(last.actor, Some(world.owner.clone()));
    assert_eq!(rows.event_names().last().unwrap(), "run_cancelled");
    assert_eq!(rows.run, cancelled);
    world.assert_sound(run).await;
}

async fn a_finished_run_refuses_to_be_cancelled_and_stays_as_it_is(db: Database) {
    let world = World::new(db).await;
    let cancelled = world.run().await.id;
    world.cancel(cancelled).await.unwrap();
    let failed = world.begun().await;
    world.fail(&failed, FailureReason::InvalidOutput).await;
    let (completed, gate) = world.at_gate().await;
    world.approve(completed, gate).await;
    let wrap = world.hold().await;
    let deploy = wrap.next(&world.begin(&wrap).await);
    world.complete(&deploy).await;
    let finished =
        [(cancelled, Status::Cancelled), (failed.run_id, Status::Failed), (completed, Status::Completed)];
    for (run, status) in finished {
        let before = world.rows(run).await;
        assert_refused!(
            world.cancel(run).await,
            Error::Run(Refused::InvalidTransition(InvalidTransition { from, requested: Move::Cancel }))
                if from == status
        );
        assert_eq!(world.rows(run).await, before);
    }
}

async fn a_run_that_ships_refuses_to_be_cancelled(db: Database) {
    let world = World::with(db, SHIP).await;
    let (run, gate) = world.at_gate().await;
    world.approve(run, gate).await;
    let send = world.hold().await;
    world.begin(&send).await;
    world.work(&send, Change::BeginShipping).await.unwrap();
    let before = world.rows(run).await;
    assert!(before.run.shipping);
    assert_refused!(world.cancel(run).await, Error::Run(Refused::ShippingInProgress));
    assert_eq!(world.rows(run).await, before);
    let done = world.complete(&send).await;
    assert_eq!(done.run.status, Status::Completed);
    world.assert_sound(run).await;
}

async fn the_reason_for_a_cancel_is_kept(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await.id;
    let reason = Some("wrong task".to_owned());
    world.change(run, Change::Cancel { reason }).await.unwrap();
    let rows = world.rows(run).await;
    let metadata = rows.transitions.last().unwrap().metadata.clone().unwrap();
    assert_eq!(metadata["detail"], "wrong task");
    assert_eq!(rows.events.last().unwrap().data, Some(metadata));
}

async fn an_unknown_run_is_not_found(db: Database) {
    let world = World::new(db).await;
    let nowhere = RunId::from_uuid(uuid::Uuid::now_v7());
    assert_refused!(world.cancel(nowhere).await, Error::NotFound);
}
