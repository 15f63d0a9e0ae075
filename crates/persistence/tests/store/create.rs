use crate::support::{Database, World, assert_refused, digest, on_both_databases};
use domain::ProjectId;
use domain::contract::WorkflowName;
use persistence::Error;
use persistence::commands::*;
use std::sync::Arc;
use uuid::Uuid;

on_both_databases![
    a_run_is_stored_with_its_transition_event_and_attempt,
    a_run_whose_pin_does_not_exist_is_refused_and_nothing_is_stored,
    a_run_of_an_unknown_project_is_refused,
    a_pin_that_cannot_be_written_leaves_nothing_and_its_key_works_afterwards,
    concurrent_runs_are_numbered_without_gaps,
    runs_of_two_projects_are_numbered_apart,
    text_with_nul_and_quotes_is_stored_on_every_database,
    a_project_name_is_taken_once,
    a_change_of_a_project_needs_its_revision,
];

async fn a_run_is_stored_with_its_transition_event_and_attempt(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let rows = world.rows(run.id).await;
    assert_eq!(rows.run, run);
    assert_eq!((run.number, run.root_run_id, run.attempt), (1, run.id, 1));
    assert_eq!(run.starters, [world.owner.id.unwrap()]);
    assert_eq!(run.settings, world.project.settings);
    assert_eq!(rows.event_names(), ["run_created"]);
    assert_eq!(rows.reasons(), ["run_created"]);
    assert_eq!(rows.attempt_states(), ["plan/1 ready"]);
    world.assert_sound(run.id).await;
}

async fn a_run_whose_pin_does_not_exist_is_refused_and_nothing_is_stored(db: Database) {
    let world = World::new(db).await;
    let good = world.new_run();
    let unpinned = [
        CreateRun { workflow_digest: digest("another document"), ..good.clone() },
        CreateRun { workflow_version: 2, ..good.clone() },
        CreateRun { workflow_name: WorkflowName::parse("other").unwrap(), ..good },
    ];
    for asked in unpinned {
        assert_refused!(world.store().write(asked).await, Error::NotFound);
    }
    assert_nothing_stored(&world).await;
}

async fn a_run_of_an_unknown_project_is_refused(db: Database) {
    let world = World::new(db).await;
    let project_id = ProjectId::from_uuid(Uuid::now_v7());
    let asked = CreateRun { project_id, ..world.new_run() };
    assert_refused!(world.store().write(asked).await, Error::NotFound);
    assert_nothing_stored(&world).await;
}

async fn a_pin_that_cannot_be_written_leaves_nothing_and_its_key_works_afterwards(db: Database) {
    let world = World::new(db).await;
    world.db.refuse_inserts("runs");
    let idempotency = Some(Idempotency {
        principal: world.owner.id.unwrap(),
        operation: "start_run",
        key: "k".to_owned(),
        request_hash: "h".to_owned(),
    });
    let asked = || CreateRun { idempotency: idempotency.clone(), ..world.new_run() };
    assert_refused!(world.store().write(asked()).await, Error::Database(_));
    assert_nothing_stored(&world).await;
    world.db.allow_inserts("runs");
    let reply = world.write(asked()).await;
    assert_eq!((reply.replayed, reply.value.number), (false, 1));
    world.assert_sound(reply.value.id).await;
}

async fn assert_nothing_stored(world: &World) {
    let filter = RunFilter::default();
    assert_eq!(world.read(ListRuns { filter, before: None, limit: 10 }).await, []);
    assert_eq!(world.read(FeedStart).await, FeedPosition::default());
    assert_eq!(world.next_due().await, None);
    let id = world.project.id;
    assert_eq!(world.read(GetProject { id }).await.last_run_number, 0);
}

async fn concurrent_runs_are_numbered_without_gaps(db: Database) {
    let world = Arc::new(World::new(db).await);
    let mut making = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let world = Arc::clone(&world);
        making.spawn(async move { world.run().await.number });
    }
    let mut numbers = making.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<i64>>());
}

async fn runs_of_two_projects_are_numbered_apart(db: Database) {
    let world = World::new(db).await;
    let record = world.another_project("other");
    world.write(CreateProject { record: record.clone(), idempotency: None }).await;
    let project_id = record.id;
    world.run().await;
    let there = world.write(CreateRun { project_id, ..world.new_run() }).await.value;
    let here = world.run().await;
    assert_eq!((there.number, here.number), (1, 2));
}

async fn text_with_nul_and_quotes_is_stored_on_every_database(db: Database) {
    let world = World::new(db).await;
    let inputs = serde_json::json!({ "task": "a\u{0}b", "literal": "\\u0000 'quoted' \"twice\" ü" });
    let run = world.write(CreateRun { inputs, ..world.new_run() }).await.value;
    let stored = world.rows(run.id).await.run.inputs;
    assert_eq!(stored["literal"], "\\u0000 'quoted' \"twice\" ü");
    let task = stored["task"].as_str().unwrap();
    assert!(["a\u{0}b", "a\u{fffd}b"].contains(&task), "{task:?}");
}

async fn a_project_name_is_taken_once(db: Database) {
    let world = World::new(db).await;
    let record = world.another_project("project");
    let again = CreateProject { record, idempotency: None };
    assert_refused!(world.store().write(again).await, Error::Taken { what: "the project's name" });
    let record = world.another_project("other");
    let other = world.write(CreateProject { record, idempotency: None }).await.value;
    let settings = world.project.settings.clone();
    let renamed =
        UpdateProject { id: other.id, expected_revision: 1, settings, now: world.at(1), idempotency: None };
    assert_refused!(world.store().write(renamed).await, Error::Taken { what: "the project's name" });
}

async fn a_change_of_a_project_needs_its_revision(db: Database) {
    let world = World::new(db).await;
    let mut settings = world.project.settings.clone();
    settings.default_branch = "trunk".to_owned();
    let change = UpdateProject {
        id: world.project.id,
        expected_revision: 1,
        settings,
        now: world.at(1),
        idempotency: None,
    };
    let changed = world.write(change.clone()).await.value;
    assert_eq!((changed.revision, changed.settings.default_branch.as_str()), (2, "trunk"));
    assert_refused!(world.store().write(change.clone()).await, Error::StaleRevision);
    let id = ProjectId::from_uuid(Uuid::now_v7());
    assert_refused!(world.store().write(UpdateProject { id, ..change }).await, Error::NotFound);
    let run = world.run().await;
    assert_eq!(run.settings.default_branch, "trunk", "a run pins the settings of its time");
}
