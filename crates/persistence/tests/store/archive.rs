use crate::support::{Database, World, assert_refused, on_both_databases};
use domain::access::Visibility;
use persistence::Error;
use persistence::commands::*;

on_both_databases![
    an_archived_project_takes_no_runs,
    archiving_again_changes_nothing,
    projects_are_listed_page_by_page
];

async fn an_archived_project_takes_no_runs(db: Database) {
    let world = World::new(db).await;
    let (id, now) = (world.project.id, world.at(1));
    world.write(ArchiveProject { id, now, idempotency: None }).await;
    assert_refused!(world.store().write(world.new_run()).await, Error::NotFound);
    assert_eq!(world.read(GetProject { id }).await.last_run_number, 0);
}

async fn archiving_again_changes_nothing(db: Database) {
    let world = World::new(db).await;
    let id = world.project.id;
    let first = world.write(ArchiveProject { id, now: world.at(1), idempotency: None }).await.value;
    let second = world.write(ArchiveProject { id, now: world.at(2), idempotency: None }).await.value;
    assert_eq!((first.archived_at, first.revision), (Some(world.at(1)), 2));
    assert_eq!(first, second);
}

async fn projects_are_listed_page_by_page(db: Database) {
    let world = World::new(db).await;
    for name in ["b", "a"] {
        let record = world.another_project(name);
        world.write(CreateProject { record, idempotency: None }).await;
    }
    let list = |after| ListProjects {
        visibility: Visibility::All,
        listed: ListedProjects::NotArchived,
        name: None,
        after,
        limit: 2,
    };
    let first = world.read(list(None)).await;
    let rest = world.read(list(Some(first[1].id))).await;
    let names: Vec<&str> = first.iter().chain(&rest).map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["project", "b", "a"]);
}
