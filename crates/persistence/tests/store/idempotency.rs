use crate::support::{Database, World, assert_refused, digest, on_both_databases, pinned};
use domain::RunId;
use domain::approval::Decision;
use persistence::Error;
use persistence::commands::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

on_both_databases![
    the_same_request_gets_the_stored_reply,
    a_key_used_for_another_request_is_refused_and_makes_nothing,
    a_key_belongs_to_one_principal_and_one_operation,
    concurrent_identical_requests_make_one_run,
    concurrent_identical_requests_make_one_project,
    concurrent_publishers_of_one_document_make_one_version,
    concurrent_first_starts_make_one_owner,
    a_repeated_cancel_gets_the_reply_of_the_first,
    a_refused_request_leaves_its_key_free,
];

fn keyed(world: &World, key: &str, hash: &str) -> Option<Idempotency> {
    Some(Idempotency {
        principal: world.owner.id.unwrap(),
        operation: "create_run",
        key: key.to_owned(),
        request_hash: digest(hash).hex().to_owned(),
    })
}

async fn the_same_request_gets_the_stored_reply(db: Database) {
    let world = World::new(db).await;
    let ask = || CreateRun { idempotency: keyed(&world, "k", "h"), ..world.new_run() };
    let first = world.write(ask()).await;
    let second = world.write(ask()).await;
    assert!(!first.replayed && second.replayed);
    assert_eq!(first.value, second.value);
    assert_eq!(world.read(GetProject { id: world.project.id }).await.last_run_number, 1);
}

async fn a_key_used_for_another_request_is_refused_and_makes_nothing(db: Database) {
    let world = World::new(db).await;
    world.write(CreateRun { idempotency: keyed(&world, "k", "h"), ..world.new_run() }).await;
    let other = CreateRun { idempotency: keyed(&world, "k", "other"), ..world.new_run() };
    assert_refused!(world.store().write(other).await, Error::IdempotencyKeyReused);
    assert_eq!(world.read(GetProject { id: world.project.id }).await.last_run_number, 1);
}

async fn a_key_belongs_to_one_principal_and_one_operation(db: Database) {
    let world = World::new(db).await;
    let own = keyed(&world, "k", "h").unwrap();
    let principal = world.person("other").id.unwrap();
    let keys = [
        own.clone(),
        Idempotency { principal, ..own.clone() },
        Idempotency { operation: "retry_run", ..own },
    ];
    for idempotency in keys.map(Some) {
        let reply = world.write(CreateRun { idempotency, ..world.new_run() }).await;
        assert!(!reply.replayed);
    }
}

async fn concurrent_identical_requests_make_one_run(db: Database) {
    let world = Arc::new(World::new(db).await);
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let world = Arc::clone(&world);
        asking.spawn(async move {
            let asked = CreateRun { idempotency: keyed(&world, "k", "h"), ..world.new_run() };
            world.write(asked).await
        });
    }
    let replies = asking.join_all().await;
    let runs: BTreeSet<RunId> = replies.iter().map(|reply| reply.value.id).collect();
    assert_eq!(runs.len(), 1);
    assert_eq!(replies.iter().filter(|reply| !reply.replayed).count(), 1);
    assert_eq!(world.read(GetProject { id: world.project.id }).await.last_run_number, 1);
}

async fn concurrent_identical_requests_make_one_project(db: Database) {
    let world = Arc::new(World::new(db).await);
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let world = Arc::clone(&world);
        asking.spawn(async move {
            let record = world.another_project("twin");
            world.write(CreateProject { record, idempotency: keyed(&world, "k", "h") }).await
        });
    }
    let replies = asking.join_all().await;
    assert!(replies.iter().all(|reply| reply.value == replies[0].value));
    assert_eq!(replies.iter().filter(|reply| !reply.replayed).count(), 1);
}

async fn concurrent_publishers_of_one_document_make_one_version(db: Database) {
    let world = Arc::new(World::new(db).await);
    let fresh = pinned("{ name: fresh, steps: [{ key: work, uses: agent }] }");
    let mut publishing = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (world, fresh) = (Arc::clone(&world), Arc::clone(&fresh));
        publishing.spawn(async move { world.publish(&fresh, Publisher::Builtin).await });
    }
    let published = publishing.join_all().await;
    let created = published.iter().filter(|p| matches!(p, Published::Created(_)));
    assert_eq!(created.count(), 1);
}

async fn concurrent_first_starts_make_one_owner(db: Database) {
    let world = Arc::new(World::new(db).await);
    world.db.plant("DELETE FROM users");
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let world = Arc::clone(&world);
        starting.spawn(async move {
            let id = domain::UserId::from_uuid(Uuid::now_v7());
            let owner = persistence::records::UserRecord::owner(id, "owner".to_owned(), world.start);
            world.write(EnsureOwner(owner)).await.id
        });
    }
    let owners: BTreeSet<_> = starting.join_all().await.into_iter().collect();
    assert_eq!(owners.len(), 1);
}

async fn a_repeated_cancel_gets_the_reply_of_the_first(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let mut asked = world.asked(run.id, &world.owner, Change::Cancel { reason: None });
    asked.idempotency = keyed(&world, "k", "h");
    let first = world.write(asked.clone()).await;
    let before = world.rows(run.id).await;
    let second = world.write(asked).await;
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(first.value, second.value);
    assert_eq!(world.rows(run.id).await, before);
}

async fn a_refused_request_leaves_its_key_free(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    let stale = world.decision_on(gate, Decision::Approved, "other");
    let mut asked = world.asked(run, &world.owner, stale);
    asked.idempotency = keyed(&world, "k", "h");
    assert_refused!(world.store().write(asked.clone()).await, Error::Decision(_));
    asked.change = world.decision(gate, Decision::Approved);
    assert!(!world.write(asked).await.replayed);
}
