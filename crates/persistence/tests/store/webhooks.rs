use crate::support::{Database, World, on_both_databases};
use domain::event::EventKind;
use domain::publication::{Channel, DeliveryState, Fault, Reason, Resolution};
use domain::{DeliveryId, WebhookId};
use persistence::Error;
use persistence::commands::*;
use persistence::records::WebhookRecord;
use std::time::Duration;
use uuid::Uuid;

on_both_databases! {
    events_are_queued_with_their_commit_for_those_who_want_them,
    a_delivery_is_claimed_by_one_owner_until_its_claim_runs_out,
    no_webhook_takes_more_than_its_share_of_a_claim,
    an_attempt_that_lost_its_claim_writes_nothing,
}

async fn webhook(world: &World, events: Option<Vec<EventKind>>) -> WebhookId {
    let record = WebhookRecord {
        id: WebhookId::from_uuid(Uuid::now_v7()),
        project_id: world.project.id,
        url: "https://example.com/hook".to_owned(),
        events,
        enabled: true,
        disabled_reason: None,
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        previous_secret: None,
        previous_secret_until: None,
        created_by: world.owner.clone(),
        created_at: world.start,
        updated_at: world.start,
        revision: 1,
    };
    world.write(CreateWebhook(record)).await.id
}

fn claim(owner: &str, lease: Duration) -> ClaimDeliveries {
    ClaimDeliveries { owner: owner.to_owned(), lease, limit: 16, under_way: Vec::new(), per_webhook: 2 }
}

const LONG: Duration = Duration::from_secs(600);

fn finish(claimed: &ClaimedDelivery, end: DeliveryEnd, world: &World) -> FinishDelivery {
    FinishDelivery {
        delivery: claimed.delivery.clone(),
        attempted: Attempted { status: Some(500), response: None, duration_ms: 3 },
        end,
        diagnostic_id: Uuid::now_v7(),
        now: world.at(9),
    }
}

async fn log(world: &World, webhook_id: WebhookId) -> Vec<(DeliveryId, String, DeliveryState, u32)> {
    let query = ListDeliveries { webhook_id, states: Vec::new(), before: None, limit: 100 };
    let found = world.read(query).await;
    found.into_iter().map(|line| (line.id, line.kind, line.state, line.attempts)).collect()
}

async fn events_are_queued_with_their_commit_for_those_who_want_them(db: Database) {
    let world = World::new(db).await;
    let all = webhook(&world, None).await;
    let few = webhook(&world, Some(vec![EventKind::RunStarted])).await;
    let run = world.run().await;
    let kinds = |lines: Vec<(DeliveryId, String, DeliveryState, u32)>| -> Vec<String> {
        lines.into_iter().map(|line| line.1).collect()
    };
    assert_eq!(kinds(log(&world, all).await), ["run_created"]);
    assert_eq!(kinds(log(&world, few).await), Vec::<String>::new());
    let held = world.hold().await;
    world.begin(&held).await;
    let events = world.read(ListEvents { run_id: run.id, after: 0, limit: 100 }).await;
    let newest_first: Vec<String> = events.iter().rev().map(|event| event.kind.to_string()).collect();
    assert_eq!(kinds(log(&world, all).await), newest_first, "each event once");
    assert_eq!(kinds(log(&world, few).await), ["run_started"]);
}

async fn a_delivery_is_claimed_by_one_owner_until_its_claim_runs_out(db: Database) {
    let world = World::new(db).await;
    webhook(&world, None).await;
    world.run().await;
    let first = world.write(claim("one", Duration::ZERO)).await.remove(0);
    let Message::Event { event, .. } = &first.message else { panic!("{first:?}") };
    assert_eq!((event.kind, first.delivery.attempts), (EventKind::RunCreated, 1));
    let again = world.write(claim("other", LONG)).await.remove(0);
    assert_eq!((again.delivery.id, again.delivery.attempts), (first.delivery.id, 2), "under the same id");
    assert!(world.write(claim("one", LONG)).await.is_empty(), "it is the other's");
    world.write(ReleaseDeliveries { owner: "one".to_owned(), now: world.start }).await;
    assert_eq!(world.write(claim("one", LONG)).await.len(), 1, "a lone process takes up what another left");
}

async fn no_webhook_takes_more_than_its_share_of_a_claim(db: Database) {
    let world = World::new(db).await;
    let (one, other) = (webhook(&world, None).await, webhook(&world, None).await);
    for _ in 0..4 {
        world.run().await;
    }
    let shares = |claimed: &[ClaimedDelivery]| {
        [one, other].map(|id| claimed.iter().filter(|claimed| claimed.webhook.id == id).count())
    };
    assert_eq!(shares(&world.write(claim("me", LONG)).await), [2, 2]);
    let full = ClaimDeliveries { under_way: vec![(one, 2), (other, 1)], ..claim("me", LONG) };
    assert_eq!(shares(&world.write(full).await), [0, 1]);
}

async fn an_attempt_that_lost_its_claim_writes_nothing(db: Database) {
    let world = World::new(db).await;
    let hook = webhook(&world, None).await;
    let run = world.run().await;
    let lost = world.write(claim("one", Duration::ZERO)).await.remove(0);
    let held = world.write(claim("other", LONG)).await.remove(0);
    let fault = Fault::new(Reason::ResponseStatus, "The receiver answered 500.");
    let late = finish(&lost, DeliveryEnd::Gone { fault: fault.clone() }, &world);
    assert!(matches!(world.db.store.write(late).await, Err(Error::Fenced)));
    assert_eq!(world.read(ListDiagnostics { run_id: run.id }).await, []);
    let query = GetWebhook { project_id: world.project.id, id: hook };
    assert!(world.read(query).await.enabled, "what came too late disables nothing");

    world.write(finish(&held, DeliveryEnd::Exhausted { fault }, &world)).await;
    let found = world.read(ListDiagnostics { run_id: run.id }).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].channel, found[0].sink_id, found[0].seq), (Channel::Webhook, Some(hook), Some(1)));
    assert_eq!((found[0].resolution, found[0].attempts), (Some(Resolution::Exhausted), 1));
    assert_eq!(log(&world, hook).await[0].2, DeliveryState::Exhausted);
}
