//! Signing in and out.

use crate::error::{Error, Result};
use crate::identity::{
    Credential, Principal, SESSION_LIFE, by_session, cleared, hash_secret, new_secret, new_session_cookie,
};
use crate::input::Body;
use crate::problems;
use crate::server::App;
use actix_web::http::header::{CACHE_CONTROL, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, post, web};
use domain::{SessionId, UserId};
use engine::clock;
use persistence::commands::{AcceptInvitation, RedeemOwnerLink, RevokeSession, RevokeToken};
use persistence::records::{SessionRecord, UserRecord};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{AcceptInvitationRequest, ProblemCode, SessionResponse, SignInRequest};

/// How much of a browser's name is kept, in characters.
const MAX_AGENT: usize = 300;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(sign_in_with_owner_link)
        .service(accept_invitation)
        .service(get_session)
        .service(delete_session);
}

/// Sign in with a one-time link
///
/// Spends the owner's link or a user's sign-in link and opens a browser session: its cookie lasts 14 days, or two
/// without a request.
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
    let opening = Opening::new(&request);
    let session = opening.session.clone();
    let redeem = RedeemOwnerLink { token_hash: hash_secret(&token), now: session.created_at, session };
    app.engine.store().write(redeem).await.map_err(link_invalid)?;
    opening.answer(&app, &request, HttpResponse::Ok()).await
}

/// Accept an invitation
///
/// Spends the one-time link, makes the user of the chosen name with the roles that the invitation gives, and opens a
/// browser session: all of it, or nothing.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = AcceptInvitationRequest,
    responses(
        (status = 201, description = "The session of the new user.", body = SessionResponse, headers(
            ("Set-Cookie" = String, description = "The session's cookie."))),
        problems::Accepting,
    )
)]
#[post("/session/invitation")]
async fn accept_invitation(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<AcceptInvitationRequest>,
) -> Result<HttpResponse> {
    let wanted = body.checked()?;
    let opening = Opening::new(&request);
    let (session, now) = (opening.session.clone(), opening.session.created_at);
    let user = UserRecord::new(UserId::from_uuid(clock::new_id()), wanted.name.to_string(), now);
    let accept = AcceptInvitation { token_hash: hash_secret(&wanted.token), user, session, now };
    app.engine.store().write(accept).await.map_err(link_invalid)?;
    opening.answer(&app, &request, HttpResponse::Created()).await
}

/// A session that is about to be opened.
struct Opening {
    secret: String,
    session: SessionRecord,
}

impl Opening {
    fn new(request: &HttpRequest) -> Self {
        let secret = new_secret();
        let now = clock::now();
        let agent = request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let session = SessionRecord {
            id: SessionId::from_uuid(clock::new_id()),
            // The store puts the link's user in its place.
            user_id: UserId::from_uuid(clock::new_id()),
            token_hash: hash_secret(&secret),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(SESSION_LIFE),
            revoked_at: None,
            user_agent: agent.map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect()),
        };
        Self { secret, session }
    }

    /// The answer to whoever has just signed in.
    async fn answer(
        self,
        app: &App,
        request: &HttpRequest,
        mut response: HttpResponseBuilder,
    ) -> Result<HttpResponse> {
        let caller = by_session(app.engine.store(), self.session.token_hash).await?;
        let caller = caller.ok_or_else(|| Error::internal("a session that was opened is not there"))?;
        Ok(response
            .cookie(new_session_cookie(request, self.secret))
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(who(caller)))
    }
}

/// What the store does not find is a link that does not work: why, nobody is told.
fn link_invalid(error: persistence::Error) -> Error {
    match error {
        persistence::Error::NotFound => {
            Error::new(ProblemCode::OwnerLinkInvalid, "The link is unknown, spent or out of date.")
        }
        other => other.into(),
    }
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
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(who(caller))
}

fn who(caller: Principal) -> SessionResponse {
    let credential = match caller.credential {
        Credential::Session(_) => "session",
        Credential::Token(_) => "token",
    };
    SessionResponse {
        user_id: caller.user.id,
        role: caller.user.installation_role(),
        permissions: caller.rights.permissions_anywhere(),
        name: caller.user.name,
        is_owner: caller.user.is_owner,
        credential: credential.to_owned(),
        expires_at: caller.expires_at,
    }
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
        Credential::Session(id) => {
            store.write(RevokeSession { id, user_id: caller.user.id, now }).await?;
        }
        Credential::Token(id) => {
            store.write(RevokeToken { id, user_id: caller.user.id, now }).await?;
        }
    }
    Ok(HttpResponse::NoContent().cookie(cleared(&request)).finish())
}
