use crate::support::{Database, World, on_both_databases};
use domain::RunId;
use domain::access::Visibility;
use persistence::commands::*;
use persistence::records::FeedEvent;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

on_both_databases![
    the_feed_holds_every_event_in_order_with_what_a_reader_needs,
    the_feed_is_read_on_from_any_place,
    a_reader_beside_many_writers_misses_nothing_and_sees_nothing_twice,
    an_event_of_an_open_transaction_holds_the_later_ones_back,
    the_events_of_a_run_are_read_on_from_any_seq,
];

fn place(event: &FeedEvent) -> FeedPosition {
    FeedPosition { xact: event.xact, position: event.position }
}

async fn page(world: &World, after: FeedPosition, limit: i64) -> Vec<FeedEvent> {
    world.read(FeedEvents { visibility: Visibility::All, after, limit }).await.events
}

/// The first `count` events. Transactions of other databases of the cluster hold the feed back while they are open.
async fn first(world: &World, count: usize) -> Vec<FeedEvent> {
    for _ in 0..200 {
        let feed = page(world, FeedPosition::default(), 1000).await;
        if feed.len() >= count {
            return feed;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the feed never showed {count} events");
}

async fn the_feed_holds_every_event_in_order_with_what_a_reader_needs(db: Database) {
    let world = World::new(db).await;
    let (one, _) = world.at_gate().await;
    let two = world.run().await.id;
    let feed = first(&world, 11).await;
    let of = |run: RunId| -> Vec<_> {
        let own = feed.iter().filter(|e| e.event.run_id == run);
        own.map(|e| e.event.clone()).collect()
    };
    assert_eq!(of(one), world.rows(one).await.events);
    assert_eq!(of(two), world.rows(two).await.events);
    let last = feed.last().unwrap();
    assert_eq!(last.project_id, world.project.id);
    assert_eq!((last.workflow_name.as_str(), last.workflow_version), ("flow", 1));
    assert_eq!(last.correlation_id, "c-1");
    assert_eq!(world.read(FeedStart).await, place(last));
}

async fn the_feed_is_read_on_from_any_place(db: Database) {
    let world = World::new(db).await;
    assert_eq!(world.read(FeedStart).await, FeedPosition::default());
    world.at_gate().await;
    let all: Vec<_> = first(&world, 10).await.iter().map(place).collect();
    for (index, after) in all.iter().enumerate() {
        let rest: Vec<_> = page(&world, *after, 3).await.iter().map(place).collect();
        assert_eq!(rest, all[index + 1..].iter().copied().take(3).collect::<Vec<_>>());
    }
}

async fn a_reader_beside_many_writers_misses_nothing_and_sees_nothing_twice(db: Database) {
    let world = Arc::new(World::new(db).await);
    let writing = Arc::new(AtomicBool::new(true));
    let reader = {
        let (world, writing) = (Arc::clone(&world), Arc::clone(&writing));
        tokio::spawn(async move {
            let (mut seen, mut after) = (Vec::new(), FeedPosition::default());
            loop {
                let was_writing = writing.load(Ordering::SeqCst);
                let events = page(&world, after, 7).await;
                after = events.last().map_or(after, place);
                let done = events.is_empty() && !was_writing;
                seen.extend(events);
                if done {
                    return seen;
                }
            }
        })
    };
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..8_u64 {
        let world = Arc::clone(&world);
        writers.spawn(async move {
            for _ in 0..12 {
                let run = world.run().await.id;
                tokio::time::sleep(Duration::from_micros(300 * number)).await;
                world.cancel(run).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    first(&world, 192).await;
    writing.store(false, Ordering::SeqCst);
    let seen = reader.await.unwrap();
    let mut by_run: BTreeMap<RunId, Vec<i64>> = BTreeMap::new();
    for event in &seen {
        by_run.entry(event.event.run_id).or_default().push(event.event.seq);
    }
    assert_eq!(by_run.len(), 96);
    assert!(by_run.values().all(|seqs| *seqs == [1, 2]), "{by_run:?}");
    assert!(seen.windows(2).all(|two| (two[0].xact, two[0].position) < (two[1].xact, two[1].position)));
}

async fn an_event_of_an_open_transaction_holds_the_later_ones_back(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let Some(open) = world.db.hold_event(run.id.as_uuid()).await else {
        return; // SQLite has one writer: no transaction is open beside another.
    };
    let later = world.run().await;
    let feed = page(&world, FeedPosition::default(), 10).await;
    assert!(feed.iter().all(|event| event.event.run_id != later.id), "the later event would be skipped past");
    open.commit().await;
    let feed = first(&world, 3).await;
    let order: Vec<_> = feed.iter().map(|event| (event.event.run_id, event.event.seq)).collect();
    assert_eq!(order, [(run.id, 1), (run.id, 2), (later.id, 1)]);
}

async fn the_events_of_a_run_are_read_on_from_any_seq(db: Database) {
    let world = World::new(db).await;
    let run_id = world.begun().await.run_id;
    let first = world.read(ListEvents { run_id, after: 0, limit: 3 }).await;
    assert_eq!(first.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let rest = world.read(ListEvents { run_id, after: 3, limit: 100 }).await;
    assert_eq!(rest.iter().map(|event| event.seq).collect::<Vec<_>>(), [4, 5, 6, 7]);
    let transitions = world.read(ListTransitions { run_id, after: 1, limit: 10 }).await;
    assert_eq!(transitions.len(), 1);
}
