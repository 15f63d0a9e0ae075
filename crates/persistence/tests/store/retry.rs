use crate::support::{Database, World, assert_refused, on_both_databases};
use domain::contract::StepKey;
use domain::run::AttemptState;
use domain::{Actor, RunId};
use persistence::Error;
use persistence::commands::*;
use persistence::records::{AttemptRecord, RunRecord};
use std::sync::Arc;
use uuid::Uuid;

on_both_databases![
    a_retry_is_the_next_attempt_of_its_lineage_and_leaves_the_first_untouched,
    a_retry_keeps_the_settings_that_the_first_run_pinned,
    concurrent_retries_are_counted_apart,
    a_lineage_of_another_project_is_not_found,
    a_step_retry_takes_over_successes_and_begins_within_the_definition,
];

fn retry(world: &World, of: &RunRecord, by: &Actor) -> CreateRun {
    let retry = Retry {
        parent: of.id,
        root_run_id: of.root_run_id,
        settings: of.settings.clone(),
        base_commit: Some("c0ffee".to_owned()),
        step: None,
    };
    CreateRun { retry: Some(retry), actor: by.clone(), ..world.new_run() }
}

fn key(text: &str) -> StepKey {
    StepKey::parse(text).unwrap()
}

async fn cancelled(world: &World) -> RunRecord {
    let run = world.run().await;
    world.cancel(run.id).await.unwrap().run
}

async fn a_retry_is_the_next_attempt_of_its_lineage_and_leaves_the_first_untouched(db: Database) {
    let world = World::new(db).await;
    let first = cancelled(&world).await;
    let before = world.rows(first.id).await;
    let colleague = world.person("colleague");
    let second = world.write(retry(&world, &first, &colleague)).await.value;
    assert_eq!((second.attempt, second.retry_of, second.root_run_id), (2, Some(first.id), first.id));
    assert_eq!(second.base_commit.as_deref(), Some("c0ffee"));
    let mut starters = vec![world.owner.id.unwrap(), colleague.id.unwrap()];
    starters.sort_unstable();
    assert_eq!(second.starters, starters);
    let rows = world.rows(second.id).await;
    assert_eq!(rows.run, second);
    assert_eq!(rows.event_names(), ["run_created", "run_retried"]);
    assert_eq!(rows.attempt_states(), ["plan/1 ready"]);
    world.assert_sound(second.id).await;
    let third = world.write(retry(&world, &second, &colleague)).await.value;
    assert_eq!((third.attempt, third.retry_of, third.root_run_id), (3, Some(second.id), first.id));
    let after = world.rows(first.id).await;
    assert_eq!((after.run.clone(), after.event_names()), (before.run.clone(), before.event_names()));
    let lineage = world.read(ListLineage { root_run_id: first.id }).await;
    assert_eq!(lineage.iter().map(|run| run.id).collect::<Vec<_>>(), [first.id, second.id, third.id]);
}

async fn a_retry_keeps_the_settings_that_the_first_run_pinned(db: Database) {
    let world = World::new(db).await;
    let first = cancelled(&world).await;
    let mut settings = world.project.settings.clone();
    settings.default_branch = "elsewhere".to_owned();
    let update = UpdateProject {
        id: world.project.id,
        expected_revision: 1,
        settings,
        now: world.at(5),
        idempotency: None,
    };
    world.write(update).await;
    let second = world.write(retry(&world, &first, &world.owner)).await.value;
    assert_eq!(second.settings, first.settings);
    assert_eq!(world.run().await.settings.default_branch, "elsewhere");
}

async fn concurrent_retries_are_counted_apart(db: Database) {
    let world = Arc::new(World::new(db).await);
    let first = cancelled(&world).await;
    let mut making = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let asked = retry(&world, &first, &world.owner);
        let world = Arc::clone(&world);
        making.spawn(async move { world.write(asked).await.value.attempt });
    }
    let mut attempts = making.join_all().await;
    attempts.sort_unstable();
    assert_eq!(attempts, (2..=13).collect::<Vec<u32>>());
}

async fn a_lineage_of_another_project_is_not_found(db: Database) {
    let world = World::new(db).await;
    let first = cancelled(&world).await;
    let record = world.another_project("other");
    let project_id = record.id;
    world.write(CreateProject { record, idempotency: None }).await;
    let elsewhere = CreateRun { project_id, ..retry(&world, &first, &world.owner) };
    assert_refused!(world.store().write(elsewhere).await, Error::NotFound);
    let mut unknown = retry(&world, &first, &world.owner);
    unknown.retry.as_mut().unwrap().root_run_id = RunId::from_uuid(Uuid::now_v7());
    assert_refused!(world.store().write(unknown).await, Error::NotFound);
    let project = world.read(GetProject { id: world.project.id }).await;
    assert_eq!(project.last_run_number, 1);
}

async fn a_step_retry_takes_over_successes_and_begins_within_the_definition(db: Database) {
    let world = World::new(db).await;
    let first = cancelled(&world).await;
    let before = world.rows(first.id).await;
    let mut taken = before.attempts[0].clone();
    taken.state = AttemptState::Succeeded;
    taken.outputs = Some(serde_json::json!({ "found": 7 }));
    let from = |inherited: Vec<AttemptRecord>| {
        let mut asked = retry(&world, &first, &world.owner);
        let step = key("edit");
        asked.first_step = step.clone();
        let start_commit = Some("5eed".to_owned());
        asked.retry.as_mut().unwrap().step = Some(StepRetry { requested: step, start_commit, inherited });
        asked
    };
    let second = world.write(from(vec![taken])).await.value;
    assert_eq!(
        (second.first_step.clone(), second.start_commit.as_deref()),
        (Some(key("edit")), Some("5eed"))
    );
    assert_eq!(second.last_successful_step, Some(key("plan")));
    let rows = world.rows(second.id).await;
    assert_eq!(rows.attempt_states(), ["plan/1 succeeded", "edit/1 ready"]);
    assert_eq!(rows.attempts[0].inherited_from, Some(first.id));
    world.assert_sound(second.id).await;
    let scope = world.read(RunScope { run_id: second.id }).await.scope;
    assert_eq!(scope.render("{{ steps.plan.outputs.found }}").unwrap(), "7");
    // What was inherited once is inherited from where it was made.
    let third = world.write(from(vec![rows.attempts[0].clone()])).await.value;
    assert_eq!(world.rows(third.id).await.attempts[0].inherited_from, Some(first.id));
    assert_eq!(world.rows(first.id).await.attempts, before.attempts);
}
