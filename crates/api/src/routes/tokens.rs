//! API tokens.

use super::invitations::existing;
use super::missing;
use crate::error::{Error, Result};
use crate::identity::{Credential, Principal, hash_secret, new_secret};
use crate::input::{Body, TokenPath};
use crate::problems;
use crate::server::App;
use crate::views::render_token;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, delete, get, post, web};
use domain::access::Rights;
use domain::{Fault, FaultCode, Permission, ProjectId, Timestamp, TokenId};
use engine::clock;
use persistence::commands::{CreateToken, ListTokens, RevokeToken};
use persistence::records::TokenRecord;
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{CreateTokenRequest, CreatedTokenResponse, TokenList};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create_token).service(list_tokens).service(revoke_token);
}

/// Create an API token
///
/// Its secret is in this answer and nowhere else: the server keeps a hash. It may do what its user may at that time,
/// within its scopes and projects. A token that makes a token gives at most what it has itself.
#[utoipa::path(
    tag = "identity",
    request_body = CreateTokenRequest,
    responses((status = 201, description = "The token with its secret.", body = CreatedTokenResponse), problems::Owning)
)]
#[post("/tokens")]
async fn create_token(
    app: web::Data<App>,
    caller: Principal,
    body: Body<CreateTokenRequest>,
) -> Result<HttpResponse> {
    let wanted = body.checked()?;
    let now = clock::now();
    let limits = limits(&app, &caller, &wanted, now).await?;
    let secret = new_secret();
    let record = TokenRecord {
        id: TokenId::from_uuid(clock::new_id()),
        user_id: caller.user.id,
        name: wanted.name,
        token_hash: hash_secret(&secret),
        created_at: now,
        expires_at: limits.expires_at,
        revoked_at: None,
        scopes: limits.scopes,
        project_ids: limits.project_ids,
    };
    app.engine.store().write(CreateToken(record.clone())).await?;
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(CreatedTokenResponse { token: render_token(record), secret }))
}

/// What a new token is limited to.
struct Limits {
    scopes: Option<Vec<Permission>>,
    project_ids: Option<Vec<ProjectId>>,
    expires_at: Option<Timestamp>,
}

/// The limits asked for, or every fault of them: what the caller's own credential withholds cannot be given.
async fn limits(
    app: &App,
    caller: &Principal,
    wanted: &CreateTokenRequest,
    now: Timestamp,
) -> Result<Limits> {
    let Rights { scopes: own_scopes, only, .. } = &caller.rights;
    let mut faults = Vec::new();
    for (index, scope) in wanted.scopes.iter().flatten().enumerate() {
        if own_scopes.as_ref().is_some_and(|own| !own.contains(scope)) {
            let detail = format!("The token that asks does not have the scope {scope} itself.");
            faults.push(Fault::new(format!("/scopes/{index}"), FaultCode::NotAllowed, detail));
        }
    }
    let known = existing(app.engine.store(), wanted.project_ids.clone().unwrap_or_default()).await?;
    for (index, id) in wanted.project_ids.iter().flatten().enumerate() {
        if !known.contains(id) || caller.rights.role_on(*id).is_none() {
            let pointer = format!("/project_ids/{index}");
            faults.push(Fault::new(pointer, FaultCode::NotFound, "There is no such project."));
        }
    }
    let asked = wanted.expires_in_days.map(|days| now.plus(DAY * days));
    let most = match caller.credential {
        Credential::Token(_) => caller.expires_at,
        Credential::Session(_) => None,
    };
    if let (Some(asked), Some(most)) = (asked, most)
        && asked > most
    {
        let detail = format!("The token that asks ends at {most}.");
        faults.push(Fault::new("/expires_in_days", FaultCode::TooLarge, detail));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    Ok(Limits {
        scopes: wanted.scopes.clone().or_else(|| own_scopes.clone()),
        project_ids: wanted.project_ids.clone().or_else(|| only.clone()),
        expires_at: asked.or(most),
    })
}

/// List the caller's API tokens
///
/// Oldest first, revoked ones too, never their secrets.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "The tokens.", body = TokenList), problems::Reading)
)]
#[get("/tokens")]
async fn list_tokens(app: web::Data<App>, caller: Principal) -> Result<HttpResponse> {
    let records = app.engine.store().read(ListTokens { user_id: caller.user.id }).await?;
    Ok(HttpResponse::Ok().json(TokenList { items: records.into_iter().map(render_token).collect() }))
}

/// Revoke an API token
///
/// It stops working with the next request, and its streams end within seconds.
#[utoipa::path(
    tag = "identity",
    params(TokenPath),
    responses((status = 204, description = "Revoked."), problems::Owning)
)]
#[delete("/tokens/{token_id}")]
async fn revoke_token(app: web::Data<App>, caller: Principal, path: TokenPath) -> Result<HttpResponse> {
    let change = RevokeToken { id: path.token_id, user_id: caller.user.id, now: clock::now() };
    app.engine.store().write(change).await.map_err(missing("token"))?;
    Ok(HttpResponse::NoContent().finish())
}
