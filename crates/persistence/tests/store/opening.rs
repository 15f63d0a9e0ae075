use crate::support::{Backend, Database, World, assert_refused, on_both_databases};
use persistence::Error;

on_both_databases![
    a_database_of_a_newer_program_is_refused,
    opening_a_database_again_keeps_what_it_holds,
    a_value_of_another_version_is_reported_not_misread,
    lost_connections_cost_no_later_request,
];

async fn a_database_of_a_newer_program_is_refused(db: Database) {
    db.plant("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')");
    assert_refused!(db.open_again().await.map(|_| ()), Error::NewerSchema);
}

async fn opening_a_database_again_keeps_what_it_holds(db: Database) {
    let world = World::new(db).await;
    let run = world.begun().await.run_id;
    let before = world.rows(run).await;
    let store = world.db.open_again().await.unwrap();
    let found = store.read(persistence::commands::GetRun { project_id: None, id: run }).await.unwrap();
    assert_eq!(found, before.run);
    let mut world = world;
    world.db.store = store;
    assert_eq!(world.rows(run).await, before);
    world.cancel(run).await.unwrap();
}

async fn a_value_of_another_version_is_reported_not_misread(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    world.db.plant("UPDATE run_events SET kind = 'run_teleported'");
    let asked = persistence::commands::ListEvents { run_id: run.id, after: 0, limit: 10 };
    assert_refused!(world.store().read(asked).await, Error::Corrupt(_));
}

async fn lost_connections_cost_no_later_request(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    world.db.cut_connections();
    assert_eq!(world.rows(run.id).await.run, run);
    world.db.cut_connections();
    if world.db.backend() == Backend::Postgres {
        // A write is not repeated blindly: it may say that it cannot know. The next one goes through.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let first = world.cancel(run.id).await;
        assert!(matches!(first, Ok(_) | Err(Error::Unavailable(_))), "{first:?}");
    }
    world.run().await;
}
