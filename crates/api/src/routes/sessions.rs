//! The caller's browser sessions.

use super::missing;
use crate::error::Result;
use crate::identity::{Credential, Principal};
use crate::input::SessionPath;
use crate::problems;
use crate::server::App;
use actix_web::{HttpResponse, delete, get, post, web};
use domain::SessionId;
use engine::clock;
use persistence::commands::{ListSessions, RevokeOtherSessions, RevokeSession};
use persistence::records::SessionRecord;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{OwnSessionResponse, RevokedSessions, SessionList};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_sessions).service(revoke_session).service(revoke_other_sessions);
}

/// List the caller's sessions
///
/// The live ones of the caller's browsers, oldest first.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "The sessions.", body = SessionList), problems::Reading)
)]
#[get("/sessions")]
async fn list_sessions(app: web::Data<App>, caller: Principal) -> Result<HttpResponse> {
    let query = ListSessions { user_id: caller.user.id, now: clock::now() };
    let records = app.engine.store().read(query).await?;
    let current = current(&caller);
    let items = records.into_iter().map(|record| session(record, current)).collect();
    Ok(HttpResponse::Ok().json(SessionList { items }))
}

/// End a session
///
/// It stops working with the next request, and its streams end within seconds.
#[utoipa::path(
    tag = "identity",
    params(SessionPath),
    responses((status = 204, description = "Ended."), problems::Owning)
)]
#[delete("/sessions/{session_id}")]
async fn revoke_session(app: web::Data<App>, caller: Principal, path: SessionPath) -> Result<HttpResponse> {
    let change = RevokeSession { id: path.session_id, user_id: caller.user.id, now: clock::now() };
    app.engine.store().write(change).await.map_err(missing("session"))?;
    Ok(HttpResponse::NoContent().finish())
}

/// End all other sessions
///
/// Every live session of the caller but the one that the request came by; all of them when it came by a token.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "How many were ended.", body = RevokedSessions), problems::Owning)
)]
#[post("/sessions/revoke-others")]
async fn revoke_other_sessions(app: web::Data<App>, caller: Principal) -> Result<HttpResponse> {
    let change = RevokeOtherSessions { user_id: caller.user.id, keep: current(&caller), now: clock::now() };
    let revoked = app.engine.store().write(change).await?;
    Ok(HttpResponse::Ok().json(RevokedSessions { revoked }))
}

/// The session that the request came by, if it was one.
fn current(caller: &Principal) -> Option<SessionId> {
    match caller.credential {
        Credential::Session(id) => Some(id),
        Credential::Token(_) => None,
    }
}

fn session(record: SessionRecord, current: Option<SessionId>) -> OwnSessionResponse {
    OwnSessionResponse {
        id: record.id,
        created_at: record.created_at,
        last_seen_at: record.last_seen_at,
        expires_at: record.expires_at,
        current: current == Some(record.id),
        user_agent: record.user_agent,
    }
}
