use crate::support::{Backend, Database, Held, World, assert_refused, on_both_databases};
use persistence::Error;
use persistence::commands::*;
use std::time::Duration;

on_both_databases![
    renewing_moves_the_end_of_a_lease,
    only_the_holder_renews_a_lease,
    a_lease_that_ran_out_is_an_orphan_and_is_not_renewed,
    a_process_that_is_alone_finds_every_lease_but_its_own,
];

const LEASE: Duration = Duration::from_secs(600);

async fn renewing_moves_the_end_of_a_lease(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let before = world.rows(held.run_id).await;
    world.write(RenewLease { fence: held.fence.clone(), lease: LEASE }).await;
    let after = world.rows(held.run_id).await;
    let end = |rows: &crate::support::Rows| rows.attempts.last().unwrap().lease_expires_at.unwrap();
    assert!(end(&after).since(end(&before)) > Duration::from_secs(500));
    assert_eq!(after.run, before.run);
}

async fn only_the_holder_renews_a_lease(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let before = world.rows(held.run_id).await;
    let good = held.fence.clone();
    let others = [
        Fence { owner: "other".to_owned(), ..good.clone() },
        Fence { epoch: good.epoch + 1, ..good.clone() },
        Fence { epoch: good.epoch - 1, ..good },
    ];
    for fence in others {
        assert_refused!(world.store().write(RenewLease { fence, lease: LEASE }).await, Error::Fenced);
    }
    assert_eq!(world.rows(held.run_id).await, before);
    world.cancel(held.run_id).await.unwrap();
    let late = RenewLease { fence: held.fence, lease: LEASE };
    assert_refused!(world.store().write(late).await, Error::Fenced);
}

async fn a_lease_that_ran_out_is_an_orphan_and_is_not_renewed(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    assert_eq!(world.read(OrphanedAttempts::Expired).await, []);
    let past = match world.db.backend() {
        Backend::Sqlite => "1",
        Backend::Postgres => "now() - interval '1 second'",
    };
    world.db.plant(&format!("UPDATE step_attempts SET lease_expires_at = {past} WHERE state = 'leased'"));
    let orphans = world.read(OrphanedAttempts::Expired).await;
    assert_eq!(orphans.len(), 1);
    assert_eq!(Held::from(&orphans[0]).fence, held.fence);
    let late = RenewLease { fence: held.fence, lease: LEASE };
    assert_refused!(world.store().write(late).await, Error::Fenced);
}

async fn a_process_that_is_alone_finds_every_lease_but_its_own(db: Database) {
    let world = World::new(db).await;
    world.run().await;
    world.run().await;
    world.claim("old", 1).await;
    world.claim("new", 1).await;
    let orphans = world.read(OrphanedAttempts::NotOwnedBy("new".to_owned())).await;
    assert_eq!(orphans.len(), 1);
    assert_eq!(orphans[0].attempt.owner.as_deref(), Some("old"));
}
