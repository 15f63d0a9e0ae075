//! Slots: how many runs of a group are worked on at once.

use crate::support::{Backend, Database, Held, World, assert_refused, on_both_databases};
use domain::RunId;
use domain::concurrency::{Concurrency, FullGroup, Group, OnLimit};
use domain::run::Status;
use persistence::Error;
use persistence::commands::*;
use persistence::records::RunRecord;
use std::collections::BTreeSet;
use std::sync::Arc;

on_both_databases![
    a_full_group_leases_no_more_and_the_oldest_run_goes_first,
    a_gate_holds_no_slot_and_its_run_takes_one_again_afterwards,
    concurrent_claimers_never_lease_more_than_the_limit,
    runs_that_wait_for_a_slot_do_not_keep_others_from_their_work,
    a_limit_of_the_project_counts_the_runs_of_every_workflow,
    a_limit_that_refuses_names_the_runs_in_progress_and_stores_nothing,
    a_newer_run_cancels_the_one_in_progress_and_waits_for_its_processes,
    a_run_that_ships_is_not_cancelled_for_a_newer_one,
];

/// A workflow with an agent's step before a gate, and this limit.
fn limited(max_runs: u32, on_limit: OnLimit) -> String {
    format!(
        "{}\n",
        crate::support::FLOW.replace(
            "policies: { retry:",
            &format!("policies: {{ concurrency: {{ max_runs: {max_runs}, on_limit: {on_limit} }}, retry:"),
        )
    )
}

async fn world(db: Database, max_runs: u32, on_limit: OnLimit) -> World {
    World::with(db, &limited(max_runs, on_limit)).await
}

fn ids(claimed: &[Claimed]) -> Vec<RunId> {
    claimed.iter().map(|claimed| claimed.run.id).collect()
}

/// Takes the run from its first lease to its open gate.
async fn to_gate(world: &World, claimed: &Claimed) -> domain::ApprovalId {
    let held = Held::from(claimed);
    let begun = world.begin(&held).await;
    let work = held.next(&begun);
    let done = world.complete(&work).await;
    world.open(&work.next(&done), "e").await
}

async fn a_full_group_leases_no_more_and_the_oldest_run_goes_first(db: Database) {
    let world = world(db, 1, OnLimit::Queue).await;
    let runs = [world.run().await.id, world.run().await.id, world.run().await.id];
    let first = world.claim("one", 10).await;
    assert_eq!(ids(&first), [runs[0]]);
    assert_eq!(world.claim("two", 10).await, []);
    let full = FullGroup { group: Group::Workflow, limit: 1, runs: vec![runs[0]] };
    assert_eq!(world.read(FindFullGroup { run_id: runs[1] }).await, Some(full));
    assert_eq!(world.read(FindFullGroup { run_id: runs[0] }).await, None);
    let lease = world.rows(runs[0]).await.attempts[0].lease_expires_at;
    assert_eq!(world.next_due().await, lease, "a run that waits for a slot is no timer");
    // From step to step the worker keeps the slot.
    world.begin(&Held::from(&first[0])).await;
    assert_eq!(world.claim("two", 10).await, []);
    world.cancel(runs[0]).await.unwrap();
    world.write(ReleaseSlots { run_id: runs[0] }).await;
    assert_eq!(ids(&world.claim("two", 10).await), [runs[1]]);
}

async fn a_gate_holds_no_slot_and_its_run_takes_one_again_afterwards(db: Database) {
    let world = world(db, 1, OnLimit::Queue).await;
    let (first, second, third) = (world.run().await.id, world.run().await.id, world.run().await.id);
    let gate = to_gate(&world, &world.claim("me", 10).await[0]).await;
    let claimed = world.claim("me", 10).await;
    assert_eq!(ids(&claimed), [second], "a run at its gate holds no slot");
    world.approve(first, gate).await;
    assert_eq!(world.claim("me", 10).await, [], "approved, it waits for a slot like any other");
    to_gate(&world, &claimed[0]).await;
    assert_eq!(ids(&world.claim("me", 10).await), [first], "the oldest run goes first");
    assert_eq!(world.read(FindFullGroup { run_id: third }).await.unwrap().runs, [first]);
}

async fn concurrent_claimers_never_lease_more_than_the_limit(db: Database) {
    let world = Arc::new(world(db, 3, OnLimit::Queue).await);
    let mut runs = BTreeSet::new();
    for _ in 0..12 {
        runs.insert(world.run().await.id);
    }
    let other = match world.db.backend() {
        Backend::Sqlite => world.store().clone(),
        Backend::Postgres => world.db.open_again().await.unwrap(),
    };
    let mut seen = BTreeSet::new();
    while seen.len() < runs.len() {
        let mut claiming = tokio::task::JoinSet::new();
        for number in 0..16 {
            let store = if number % 2 == 0 { world.store().clone() } else { other.clone() };
            let claim = ClaimAttempts {
                owner: format!("worker {number}"),
                lease: std::time::Duration::from_secs(30),
                limit: 4,
            };
            claiming.spawn(async move { store.write(claim).await.unwrap() });
        }
        let claimed: Vec<Claimed> = claiming.join_all().await.into_iter().flatten().collect();
        assert_eq!(claimed.len(), 3.min(runs.len() - seen.len()), "{:?}", ids(&claimed));
        for claimed in &claimed {
            assert!(seen.insert(claimed.run.id));
            to_gate(&world, claimed).await;
        }
    }
    assert_eq!(seen, runs);
}

async fn runs_that_wait_for_a_slot_do_not_keep_others_from_their_work(db: Database) {
    let world = world(db, 1, OnLimit::Queue).await;
    for _ in 0..5 {
        world.run().await;
    }
    let record = world.another_project("other");
    world.write(CreateProject { record: record.clone(), idempotency: None }).await;
    let there = CreateRun { project_id: record.id, ..world.new_run() };
    let there = world.write(there).await.value.id;
    assert_eq!(world.claim("one", 1).await.len(), 1);
    assert_eq!(ids(&world.claim("one", 1).await), [there]);
}

async fn a_limit_of_the_project_counts_the_runs_of_every_workflow(db: Database) {
    let world = World::new(db).await;
    let mut settings = world.project.settings.clone();
    settings.concurrency = Some(Concurrency { max_runs: 1, on_limit: OnLimit::Queue });
    let (id, now) = (world.project.id, world.at(1));
    let unlimited = world.run().await.id;
    world.write(UpdateProject { id, expected_revision: 1, settings, now, idempotency: None }).await;
    let other = crate::support::pinned(&crate::support::FLOW.replace("name: flow", "name: other"));
    world.publish(&other, Publisher::Builtin).await;
    let limited = CreateRun {
        workflow_name: other.definition().name.clone(),
        workflow_digest: other.digest().clone(),
        ..world.new_run()
    };
    let limited = world.write(limited).await.value.id;
    assert_eq!(ids(&world.claim("me", 10).await), [unlimited], "a run keeps the settings of its time");
    let full = FullGroup { group: Group::Project, limit: 1, runs: vec![unlimited] };
    assert_eq!(world.read(FindFullGroup { run_id: limited }).await, Some(full));
}

async fn a_limit_that_refuses_names_the_runs_in_progress_and_stores_nothing(db: Database) {
    let world = world(db, 1, OnLimit::Refuse).await;
    let first = world.run().await;
    let key = Idempotency {
        principal: world.owner.id.unwrap(),
        operation: "start_run",
        key: "k".to_owned(),
        request_hash: "h".to_owned(),
    };
    let again = || CreateRun { idempotency: Some(key.clone()), ..world.new_run() };
    match world.store().write(again()).await {
        Err(Error::ConcurrencyLimit(full)) => {
            assert_eq!(*full, FullGroup { group: Group::Workflow, limit: 1, runs: vec![first.id] });
        }
        other => panic!("{other:?}"),
    }
    let id = world.project.id;
    assert_eq!(world.read(GetProject { id }).await.last_run_number, 1);
    to_gate(&world, &world.claim("me", 10).await[0]).await;
    let second = world.write(again()).await;
    assert!(!second.replayed, "the key was free");
    assert_eq!(second.value.number, 2, "a run at its gate is not in progress");
}

/// The newer of two runs, of which the older one's agent works.
async fn superseding(world: &World, held: &Held) -> RunRecord {
    let newer = world.run().await;
    assert_eq!(world.rows(newer.id).await.run.status, Status::Pending);
    assert_eq!(world.rows(held.run_id).await.run.project_id, newer.project_id);
    newer
}

async fn a_newer_run_cancels_the_one_in_progress_and_waits_for_its_processes(db: Database) {
    let world = world(db, 1, OnLimit::CancelInProgress).await;
    let held = world.begun().await;
    let newer = superseding(&world, &held).await;
    let older = world.rows(held.run_id).await;
    assert_eq!(older.run.status, Status::Cancelled);
    assert_eq!(older.reasons().last(), Some(&"superseded"));
    assert_eq!(older.transitions.last().unwrap().actor, Some(world.owner.clone()));
    let created = &world.rows(newer.id).await.events[0];
    assert_eq!(created.data.as_ref().unwrap()["superseded"], serde_json::json!([held.run_id]));
    assert_eq!(world.claim("me", 10).await, [], "its processes may still run");
    let full = world.read(FindFullGroup { run_id: newer.id }).await.unwrap();
    assert_eq!(full.runs, [held.run_id]);
    assert_eq!(world.next_due().await, older.attempts.last().unwrap().held_until);
    assert_eq!(world.write(ReleaseSlots { run_id: held.run_id }).await, 1);
    assert_eq!(ids(&world.claim("me", 10).await), [newer.id]);
    world.assert_sound(held.run_id).await;
    assert_refused!(world.work(&held, crate::support::failure_of_agent()).await, Error::Fenced);
}

async fn a_run_that_ships_is_not_cancelled_for_a_newer_one(db: Database) {
    let world = world(db, 1, OnLimit::CancelInProgress).await;
    let held = world.begun().await;
    let truth = match world.db.backend() {
        Backend::Sqlite => "1",
        Backend::Postgres => "true",
    };
    world.db.plant(&format!("UPDATE runs SET shipping = {truth}"));
    let newer = superseding(&world, &held).await;
    assert_eq!(world.rows(held.run_id).await.run.status, Status::Running);
    assert_eq!(world.claim("me", 10).await, []);
    assert_eq!(world.read(FindFullGroup { run_id: newer.id }).await.unwrap().runs, [held.run_id]);
}
