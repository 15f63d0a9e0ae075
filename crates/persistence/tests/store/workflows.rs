use crate::support::{Database, World, assert_refused, on_both_databases, pinned};
use domain::contract::{Pinned, WorkflowName};
use persistence::Error;
use persistence::commands::*;
use std::sync::Arc;

on_both_databases![
    the_same_content_makes_no_new_version,
    older_content_published_by_a_person_is_a_new_version,
    start_up_publishes_each_content_once,
    start_up_leaves_alone_what_a_person_edited,
    a_stored_version_is_the_document_that_was_published,
    workflows_and_versions_are_listed_page_by_page,
    a_started_run_keeps_its_version,
];

fn text(title: &str) -> Arc<Pinned> {
    pinned(&format!("{{ name: text, title: {title}, steps: [{{ key: work, uses: agent }}] }}"))
}

fn person(world: &World) -> Publisher {
    Publisher::Person(world.owner.clone())
}

/// The word for the outcome, and the version it names.
fn outcome(published: &Published) -> (&'static str, i64) {
    match published {
        Published::Created(version) => ("created", version.version),
        Published::Unchanged(version) => ("unchanged", version.version),
        Published::LeftAlone(version) => ("left alone", version.version),
    }
}

async fn the_same_content_makes_no_new_version(db: Database) {
    let world = World::new(db).await;
    let first = world.publish(&text("a"), person(&world)).await;
    let second = world.publish(&text("a"), person(&world)).await;
    assert_eq!((outcome(&first), outcome(&second)), (("created", 1), ("unchanged", 1)));
}

async fn older_content_published_by_a_person_is_a_new_version(db: Database) {
    let world = World::new(db).await;
    for (title, expected) in [("a", ("created", 1)), ("b", ("created", 2)), ("a", ("created", 3))] {
        let published = world.publish(&text(title), person(&world)).await;
        assert_eq!(outcome(&published), expected);
    }
    let name = WorkflowName::parse("text").unwrap();
    let workflow = world.read(GetWorkflow { name }).await;
    assert_eq!((workflow.newest_version, workflow.title.as_deref(), workflow.edited), (3, Some("a"), true));
}

async fn start_up_publishes_each_content_once(db: Database) {
    let world = World::new(db).await;
    for (title, expected) in
        [("a", ("created", 1)), ("b", ("created", 2)), ("a", ("unchanged", 1)), ("b", ("unchanged", 2))]
    {
        let published = world.publish(&text(title), Publisher::Builtin).await;
        assert_eq!(outcome(&published), expected, "{title}");
    }
}

async fn start_up_leaves_alone_what_a_person_edited(db: Database) {
    let world = World::new(db).await;
    world.publish(&text("a"), Publisher::Builtin).await;
    world.publish(&text("mine"), person(&world)).await;
    let again = world.publish(&text("b"), Publisher::Builtin).await;
    assert_eq!(outcome(&again), ("left alone", 2));
    let name = WorkflowName::parse("text").unwrap();
    assert_eq!(world.read(GetVersion { name, version: None }).await.version, 2);
}

async fn a_stored_version_is_the_document_that_was_published(db: Database) {
    let world = World::new(db).await;
    let name = world.pinned.definition().name.clone();
    let stored = world.read(GetVersion { name: name.clone(), version: Some(1) }).await;
    let read = Pinned::load(&stored.document, &stored.digest).unwrap();
    assert_eq!(read, *world.pinned);
    let unknown = GetVersion { name, version: Some(2) };
    assert_refused!(world.store().read(unknown).await, Error::NotFound);
}

async fn workflows_and_versions_are_listed_page_by_page(db: Database) {
    let world = World::new(db).await;
    for title in ["a", "b", "c"] {
        world.publish(&text(title), person(&world)).await;
    }
    let first = world.read(ListWorkflows { after: None, limit: 1 }).await;
    assert_eq!(first[0].name.as_str(), "flow");
    let rest = world.read(ListWorkflows { after: Some(first[0].name.clone()), limit: 9 }).await;
    assert_eq!(rest.len(), 1);
    let name = rest[0].name.clone();
    let versions = world.read(ListVersions { name: name.clone(), before: None, limit: 2 }).await;
    assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [3, 2]);
    let older = world.read(ListVersions { name, before: Some(2), limit: 2 }).await;
    assert_eq!(older.iter().map(|v| v.version).collect::<Vec<_>>(), [1]);
}

async fn a_started_run_keeps_its_version(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let edited = pinned("{ name: flow, steps: [{ key: plan, uses: agent }] }");
    assert_eq!(outcome(&world.publish(&edited, person(&world)).await), ("created", 2));
    let held = world.hold().await;
    let begun = world.begin(&held).await;
    assert_eq!((begun.run.workflow_version, begun.run.workflow_digest), (1, run.workflow_digest));
}
