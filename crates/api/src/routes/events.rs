//! Events, as lists and as streams.

use super::run;
use crate::error::{Error, Result};
use crate::identity::{Principal, readmit};
use crate::input::{Params, RunPath};
use crate::server::App;
use crate::stream::{self, AllEvents, RunEvents, Watch};
use crate::{problems, views};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::{FaultCode, Permission, RunId};
use persistence::commands::{FeedStart, ListEvents as EventsQuery};
use persistence::records::EventRecord;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{EventList, FeedQuery, ListEvents};

const USUAL_EVENTS: i64 = 200;
/// The wait that stands in for a lost hint.
const POLL: Duration = Duration::from_secs(1);

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_events).service(stream_events).service(stream_all_events);
}

/// List the events of a run
///
/// In order. With `wait_ms` the answer waits for an event when there is none yet.
#[utoipa::path(
    tag = "events",
    params(RunPath, ListEvents),
    responses((status = 200, description = "The events.", body = EventList), problems::Listing)
)]
#[get("/projects/{project_id}/runs/{run_id}/events")]
async fn list_events(
    app: web::Data<App>,
    caller: Principal,
    path: RunPath,
    params: Params<ListEvents>,
) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let query = params.checked()?;
    let after = query.after.unwrap_or(0);
    let limit = query.limit.unwrap_or(USUAL_EVENTS);
    let patience = Duration::from_millis(query.wait_ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0));
    let asked = EventsQuery { run_id: found.id, after, limit };
    let records = await_events(&app, asked, patience).await?;
    if !patience.is_zero() {
        // The wait may have outlived the permission.
        readmit(app.engine.store(), &caller, Permission::ReadRuns, Some(path.project_id)).await?;
    }
    let next_after = records.last().map_or(after, |last| last.seq);
    let origin = (&found).into();
    let items = records.into_iter().map(|record| views::event(record, &origin)).collect();
    Ok(HttpResponse::Ok().json(EventList { items, next_after }))
}

/// The events, once there are any or patience is at its end.
async fn await_events(app: &App, query: EventsQuery, patience: Duration) -> Result<Vec<EventRecord>> {
    let deadline = Instant::now() + patience;
    // Subscribed before the first look: an event between the two is not missed.
    let mut hints = app.engine.hub().subscribe();
    let mut stopping = app.stopping.clone();
    loop {
        let records = app.engine.store().read(query.clone()).await?;
        if !records.is_empty() || Instant::now() >= deadline || *stopping.borrow() {
            return Ok(records);
        }
        let look_at = deadline.min(Instant::now() + POLL);
        tokio::select! {
            () = hinted(&mut hints, query.run_id, look_at) => {}
            _ = stopping.changed() => {}
        }
    }
}

/// Waits until a hint about the run, or until `look_at`.
async fn hinted(hints: &mut tokio::sync::broadcast::Receiver<RunId>, run: RunId, look_at: Instant) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match timeout_at(look_at, hints.recv()).await {
            Ok(Ok(hinted)) if hinted != run => {}
            Ok(Err(RecvError::Closed)) => tokio::time::sleep_until(look_at).await,
            Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => return,
        }
    }
}

/// Stream the events of a run
///
/// Server-sent events: `id` is the event's seq, `event` its name, `data` the event as JSON. Resumes behind
/// `Last-Event-ID`, or `after`. Ends once the run has ended; resuming after that answers 204, which tells a browser
/// to stop.
#[utoipa::path(
    tag = "events",
    params(RunPath, FeedQuery, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event seen.")),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream"),
        (status = 204, description = "The run has ended and every event was seen."),
        problems::Listing,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}/events/stream")]
async fn stream_events(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: RunPath,
    params: Params<FeedQuery>,
) -> Result<HttpResponse> {
    let watch = Watch::new(app.clone(), caller, Some(path.project_id));
    let found = run(&app, path.project_id, path.run_id).await?;
    let (after, pointer) = resume_from(&request, params.checked()?);
    let after = match after {
        None => 0,
        Some(text) => text
            .parse::<i64>()
            .ok()
            .filter(|seq| (0..=found.last_event_seq).contains(seq))
            .ok_or_else(|| {
                Error::fault(pointer, FaultCode::InvalidFormat, "Expected the seq of an event of this run.")
            })?,
    };
    if found.status.is_terminal() && after >= found.last_event_seq {
        return Ok(HttpResponse::NoContent().finish());
    }
    let origin = (&found).into();
    Ok(stream::answer(RunEvents::new(watch, found.id, origin, after)))
}

/// Stream the events of all runs
///
/// Server-sent events: `id` is an opaque cursor, `event` the event's name, `data` the event as JSON. Resumes behind
/// `Last-Event-ID`, or `after`; without either it begins with what happens from now on.
#[utoipa::path(
    tag = "events",
    params(FeedQuery, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event seen.")),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream"),
        problems::Listing,
    )
)]
#[get("/events/stream")]
async fn stream_all_events(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    params: Params<FeedQuery>,
) -> Result<HttpResponse> {
    let watch = Watch::new(app.clone(), caller, None);
    let (after, pointer) = resume_from(&request, params.checked()?);
    let after = match after {
        Some(text) => AllEvents::place(&text, pointer)?,
        None => app.engine.store().read(FeedStart).await?,
    };
    Ok(stream::answer(AllEvents::new(watch, after)))
}

/// Where the stream resumes, and what said so.
pub(super) fn resume_from(request: &HttpRequest, query: FeedQuery) -> (Option<String>, &'static str) {
    match request.headers().get("Last-Event-ID") {
        Some(id) => (Some(String::from_utf8_lossy(id.as_bytes()).into_owned()), "/headers/Last-Event-ID"),
        None => (query.after, "/query/after"),
    }
}
