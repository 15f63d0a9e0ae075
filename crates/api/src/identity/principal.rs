//! The caller, as their credential proves.

use super::{hash_secret, session_cookie};
use crate::error::{Error, Result};
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::access::Rights;
use domain::approval::Voter;
use domain::{Actor, Permission, ProjectId, SessionId, Timestamp, TokenId};
use engine::clock;
use persistence::Store;
use persistence::commands::{FindSession, FindToken, TouchSession};
use persistence::records::{Account, UserRecord};
use std::future::{Ready, ready};
use std::time::Duration;
use wire::ProblemCode;

/// A session ends this long after the sign-in, whatever happens.
pub const SESSION_LIFE: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// A session ends after this long without a request.
const IDLE_LIMIT: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// How exactly the last request of a session is remembered.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// What the caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    Session(SessionId),
    Token(TokenId),
}

/// The caller.
#[derive(Debug, Clone)]
pub struct Principal {
    pub user: UserRecord,
    pub credential: Credential,
    /// What they may do by this credential.
    pub rights: Rights,
    /// When the credential ends by itself.
    pub expires_at: Option<Timestamp>,
    secret_hash: String,
}

impl Principal {
    /// The author of what the caller does.
    pub fn actor(&self) -> Actor {
        let token = match self.credential {
            Credential::Token(id) => Some(id),
            Credential::Session(_) => None,
        };
        Actor::user(self.user.id, self.user.name.clone(), token)
    }

    /// The caller as a gate of this project sees them.
    pub fn voter(&self, project: ProjectId) -> Voter {
        Voter { id: self.user.id, name: self.user.name.clone(), role: self.rights.role_on(project) }
    }
}

/// Finds who sent the request; `None` when nobody is signed in. A token wins over a cookie.
pub async fn authenticate(store: &Store, request: &HttpRequest) -> Result<Option<Principal>> {
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        let secret = header.to_str().ok().and_then(bearer);
        let Some(secret) = secret else { return Ok(None) };
        return by_token(store, hash_secret(secret)).await;
    }
    match session_cookie(request) {
        Some(secret) => by_session(store, hash_secret(&secret)).await,
        None => Ok(None),
    }
}

/// The caller as the store knows them now; `None` when the credential stands no more. Streams ask again and again.
pub async fn renewed(store: &Store, principal: &Principal) -> Result<Option<Principal>> {
    match principal.credential {
        Credential::Token(_) => by_token(store, principal.secret_hash.clone()).await,
        Credential::Session(_) => by_session(store, principal.secret_hash.clone()).await,
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, secret) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

async fn by_token(store: &Store, token_hash: String) -> Result<Option<Principal>> {
    let found = store.read(FindToken { token_hash, now: clock::now() }).await?;
    Ok(found.map(|(token, account)| Principal {
        rights: rights(&account, token.scopes, token.project_ids),
        user: account.user,
        credential: Credential::Token(token.id),
        expires_at: token.expires_at,
        secret_hash: token.token_hash,
    }))
}

/// Who has the live session with this hash.
pub async fn by_session(store: &Store, token_hash: String) -> Result<Option<Principal>> {
    let now = clock::now();
    let Some((session, account)) = store.read(FindSession { token_hash, now }).await? else {
        return Ok(None);
    };
    let idle = now.since(session.last_seen_at);
    if idle > IDLE_LIMIT {
        return Ok(None);
    }
    if idle > TOUCH_EVERY {
        store.write(TouchSession { id: session.id, now }).await?;
    }
    Ok(Some(Principal {
        rights: rights(&account, None, None),
        user: account.user,
        credential: Credential::Session(session.id),
        expires_at: Some(session.expires_at),
        secret_hash: session.token_hash,
    }))
}

fn rights(account: &Account, scopes: Option<Vec<Permission>>, only: Option<Vec<ProjectId>>) -> Rights {
    let installation = account.user.installation_role();
    Rights { installation, projects: account.memberships.clone(), scopes, only }
}

impl FromRequest for Principal {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    /// The guard has put it there.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        ready(found.ok_or_else(|| Error::new(ProblemCode::Unauthenticated, "Nobody is signed in.")))
    }
}
