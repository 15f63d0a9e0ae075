//! Messages to a webhook.

use super::webhooks::webhook;
use super::{USUAL_LIMIT, listed, missing, page};
use crate::error::Result;
use crate::input::{Cursor, DeliveryPath, Params, WebhookPath};
use crate::server::App;
use crate::{problems, views};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use domain::DeliveryId;
use engine::clock;
use persistence::commands::{ListDeliveries as DeliveriesQuery, Ping, Redeliver};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{DeliveryList, DeliveryResponse, ListDeliveries};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(test_webhook).service(list_deliveries).service(redeliver_delivery);
}

/// Test a webhook
///
/// Queues a message of the type `ping`, which is of no run. A disabled webhook gets it once it is enabled.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    responses((status = 202, description = "The message is queued.", body = DeliveryResponse), problems::Owning)
)]
#[post("/projects/{project_id}/webhooks/{webhook_id}/test")]
async fn test_webhook(app: web::Data<App>, path: WebhookPath) -> Result<HttpResponse> {
    let change = Ping {
        project_id: path.project_id,
        id: path.webhook_id,
        delivery_id: DeliveryId::from_uuid(clock::new_id()),
        now: clock::now(),
    };
    let record = app.engine.store().write(change).await.map_err(missing("webhook"))?;
    app.engine.delivery_asked();
    Ok(HttpResponse::Accepted().json(views::delivery(record)))
}

/// List the deliveries of a webhook
///
/// Newest first: each message, how often it was tried, and what the receiver answered last.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath, ListDeliveries),
    responses((status = 200, description = "A page of deliveries.", body = DeliveryList), problems::Listing)
)]
#[get("/projects/{project_id}/webhooks/{webhook_id}/deliveries")]
async fn list_deliveries(
    app: web::Data<App>,
    request: HttpRequest,
    path: WebhookPath,
    params: Params<ListDeliveries>,
) -> Result<HttpResponse> {
    let webhook_id = webhook(&app, &path).await?.id;
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let before = query.cursor.map(|text| Cursor::read("deliveries", &text, "/query/cursor")).transpose()?;
    let asked = DeliveriesQuery { webhook_id, states: query.state, before, limit: limit + 1 };
    let (records, last) = page(app.engine.store().read(asked).await?, limit);
    let next_cursor = last.map(|last| Cursor::write("deliveries", records[last].id));
    let items = records.into_iter().map(views::delivery).collect();
    let list = DeliveryList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Send a delivery again
///
/// Whatever became of it, it is queued anew with all its attempts, under the same `webhook-id`.
#[utoipa::path(
    tag = "webhooks",
    params(DeliveryPath),
    responses((status = 202, description = "The message is queued.", body = DeliveryResponse), problems::Owning)
)]
#[post("/projects/{project_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver")]
async fn redeliver_delivery(app: web::Data<App>, path: DeliveryPath) -> Result<HttpResponse> {
    let change = Redeliver {
        project_id: path.project_id,
        webhook_id: path.webhook_id,
        id: path.delivery_id,
        now: clock::now(),
    };
    let record = app.engine.store().write(change).await.map_err(missing("delivery"))?;
    app.engine.delivery_asked();
    Ok(HttpResponse::Accepted().json(views::delivery(record)))
}
