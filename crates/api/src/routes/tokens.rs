//! API tokens.

use super::missing;
use crate::error::Result;
use crate::identity::{Principal, hash_secret, new_secret};
use crate::input::{Body, TokenPath};
use crate::problems;
use crate::server::App;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, delete, get, post, web};
use domain::TokenId;
use engine::clock;
use persistence::commands::{CreateToken, ListTokens, RevokeToken};
use persistence::records::TokenRecord;
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{CreateTokenRequest, CreatedTokenResponse, TokenList, TokenResponse};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create_token).service(list_tokens).service(revoke_token);
}

/// Create an API token
///
/// Its secret is in this answer and nowhere else: the server keeps a hash.
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
    let secret = new_secret();
    let now = clock::now();
    let record = TokenRecord {
        id: TokenId::from_uuid(clock::new_id()),
        user_id: caller.user.id,
        name: wanted.name,
        token_hash: hash_secret(&secret),
        created_at: now,
        expires_at: wanted.expires_in_days.map(|days| now.plus(DAY * days)),
        revoked_at: None,
    };
    app.engine.store().write(CreateToken(record.clone())).await?;
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(CreatedTokenResponse { token: token(record), secret }))
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
    Ok(HttpResponse::Ok().json(TokenList { items: records.into_iter().map(token).collect() }))
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

fn token(record: TokenRecord) -> TokenResponse {
    TokenResponse {
        id: record.id,
        name: record.name,
        created_at: record.created_at,
        expires_at: record.expires_at,
        revoked_at: record.revoked_at,
    }
}
