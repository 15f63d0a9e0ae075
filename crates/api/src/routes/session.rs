//! Signing in and out.

use crate::error::{Error, Result};
use crate::identity::{
    Credential, Principal, SESSION_LIFE, cleared, hash_secret, new_secret, new_session_cookie,
};
use crate::input::Body;
use crate::problems;
use crate::server::App;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use domain::{SessionId, UserId};
use engine::clock;
use persistence::commands::{RedeemOwnerLink, RevokeSession, RevokeToken};
use persistence::records::SessionRecord;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ProblemCode, SessionResponse, SignInRequest};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(sign_in_with_owner_link).service(get_session).service(delete_session);
}

/// Sign in with an owner link
///
/// Spends the one-time link and opens a browser session: its cookie lasts 14 days, or two without a request.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = SignInRequest,
    responses(
        (status = 200, description = "The session.", body = SessionResponse, headers(
            ("Set-Cookie" = String, description = "The session's cookie."))),
        problems::SigningIn,
    )
)]
#[post("/session/owner-link")]
async fn sign_in_with_owner_link(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<SignInRequest>,
) -> Result<HttpResponse> {
    let token = body.checked()?.token;
    let secret = new_secret();
    let now = clock::now();
    let session = SessionRecord {
        id: SessionId::from_uuid(clock::new_id()),
        // The store puts the link's user in its place.
        user_id: UserId::from_uuid(clock::new_id()),
        token_hash: hash_secret(&secret),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(SESSION_LIFE),
        revoked_at: None,
    };
    let expires_at = Some(session.expires_at);
    let redeem = RedeemOwnerLink { token_hash: hash_secret(&token), session, now };
    let user = match app.engine.store().write(redeem).await {
        Ok(user) => user,
        Err(persistence::Error::NotFound) => {
            return Err(Error::new(
                ProblemCode::OwnerLinkInvalid,
                "The link is unknown, spent or out of date.",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(HttpResponse::Ok()
        .cookie(new_session_cookie(&request, secret))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(SessionResponse {
            user_id: user.id,
            name: user.name,
            is_owner: user.is_owner,
            credential: "session".to_owned(),
            expires_at,
        }))
}

/// Get who is signed in
///
/// By session or by token.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "The caller.", body = SessionResponse), problems::Reading)
)]
#[get("/session")]
async fn get_session(caller: Principal) -> HttpResponse {
    let credential = match caller.credential {
        Credential::Session(_) => "session",
        Credential::Token(_) => "token",
    };
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(SessionResponse {
        user_id: caller.user.id,
        name: caller.user.name,
        is_owner: caller.user.is_owner,
        credential: credential.to_owned(),
        expires_at: caller.expires_at,
    })
}

/// Sign out
///
/// Ends the session, or revokes the token, that the request came with. Its streams end within seconds.
#[utoipa::path(
    tag = "identity",
    responses((status = 204, description = "Signed out."), problems::Owning)
)]
#[delete("/session")]
async fn delete_session(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
) -> Result<HttpResponse> {
    let now = clock::now();
    let store = app.engine.store();
    match caller.credential {
        Credential::Session(id) => store.write(RevokeSession { id, now }).await?,
        Credential::Token(id) => store.write(RevokeToken { id, user_id: caller.user.id, now }).await?,
    }
    Ok(HttpResponse::NoContent().cookie(cleared(&request)).finish())
}
