//! Users.

use super::{USUAL_LIMIT, listed, missing, page};
use crate::error::{Error, Result};
use crate::identity::{Principal, hash_secret, link, new_secret};
use crate::input::{Cursor, Params, UserPath};
use crate::permission::{authorize, require_whole};
use crate::problems;
use crate::server::App;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use domain::{Permission, UserId};
use engine::clock;
use persistence::commands::{CreateOwnerLink, DisableUser, EnableUser, GetUser, ListUsers};
use persistence::records::{OwnerLinkRecord, UserRecord};
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{PageQuery, ProblemCode, SignInLinkResponse, UserList, UserResponse};

/// How long a sign-in link can be used.
const LINK_LIFE: Duration = Duration::from_secs(15 * 60);

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_users)
        .service(get_user)
        .service(disable_user)
        .service(enable_user)
        .service(create_sign_in_link);
}

/// List users
///
/// Oldest first, disabled ones too.
#[utoipa::path(
    tag = "users",
    params(PageQuery),
    responses((status = 200, description = "A page of users.", body = UserList), problems::Listing)
)]
#[get("/users")]
async fn list_users(
    app: web::Data<App>,
    request: HttpRequest,
    params: Params<PageQuery>,
) -> Result<HttpResponse> {
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let after = query.cursor.map(|text| Cursor::read("users", &text, "/query/cursor")).transpose()?;
    let (records, last) = page(app.engine.store().read(ListUsers { after, limit: limit + 1 }).await?, limit);
    let next_cursor = last.map(|last| Cursor::write("users", records[last].id));
    let list = UserList { items: records.into_iter().map(response).collect(), next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Get a user
///
/// Their roles on single projects stand with the projects.
#[utoipa::path(
    tag = "users",
    params(UserPath),
    responses((status = 200, description = "The user.", body = UserResponse), problems::Reading)
)]
#[get("/users/{user_id}")]
async fn get_user(app: web::Data<App>, path: UserPath) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(response(user(&app, path.user_id).await?)))
}

/// Disable a user
///
/// Their sessions, tokens and links end for good, with the next request; open streams within seconds. What they did
/// keeps their name. Nobody disables the owner.
#[utoipa::path(
    tag = "users",
    params(UserPath),
    responses((status = 200, description = "The user.", body = UserResponse), problems::Owning)
)]
#[post("/users/{user_id}/disable")]
async fn disable_user(app: web::Data<App>, path: UserPath) -> Result<HttpResponse> {
    refuse_owner(&user(&app, path.user_id).await?)?;
    let change = DisableUser { id: path.user_id, now: clock::now() };
    let record = app.engine.store().write(change).await.map_err(missing("user"))?;
    Ok(HttpResponse::Ok().json(response(record)))
}

/// Enable a user
///
/// They have the roles that they had, and sign in by a new link.
#[utoipa::path(
    tag = "users",
    params(UserPath),
    responses((status = 200, description = "The user.", body = UserResponse), problems::Owning)
)]
#[post("/users/{user_id}/enable")]
async fn enable_user(app: web::Data<App>, path: UserPath) -> Result<HttpResponse> {
    let change = EnableUser { id: path.user_id };
    let record = app.engine.store().write(change).await.map_err(missing("user"))?;
    Ok(HttpResponse::Ok().json(response(record)))
}

/// Make a sign-in link
///
/// A one-time link that signs the user in, for 15 minutes: for oneself, in another browser, or by somebody who may
/// manage users for anybody but the owner. A token that is limited to scopes or projects makes none: the link is not.
#[utoipa::path(
    tag = "users",
    params(UserPath),
    responses((status = 201, description = "The link.", body = SignInLinkResponse), problems::Owning)
)]
#[post("/users/{user_id}/sign-in-links")]
async fn create_sign_in_link(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: UserPath,
) -> Result<HttpResponse> {
    if path.user_id != caller.user.id {
        authorize(&caller, Permission::ManageUsers, None)?;
        refuse_owner(&user(&app, path.user_id).await?)?;
    }
    require_whole(&caller)?;
    let secret = new_secret();
    let now = clock::now();
    let record = OwnerLinkRecord {
        token_hash: hash_secret(&secret),
        user_id: path.user_id,
        created_at: now,
        expires_at: now.plus(LINK_LIFE),
        used_at: None,
    };
    let expires_at = record.expires_at;
    let made = app.engine.store().write(CreateOwnerLink(record)).await;
    made.map_err(missing("user who may sign in"))?;
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(SignInLinkResponse {
        user_id: path.user_id,
        url: link(&request, "/sign-in", &secret),
        expires_at,
    }))
}

async fn user(app: &App, id: UserId) -> Result<UserRecord> {
    app.engine.store().read(GetUser { id }).await.map_err(missing("user"))
}

/// Nobody is above the owner.
pub fn refuse_owner(user: &UserRecord) -> Result<()> {
    if user.is_owner {
        return Err(Error::new(ProblemCode::Forbidden, "Nobody disables, demotes or signs in as the owner."));
    }
    Ok(())
}

fn response(record: UserRecord) -> UserResponse {
    UserResponse {
        id: record.id,
        role: record.installation_role(),
        name: record.name,
        is_owner: record.is_owner,
        created_at: record.created_at,
        disabled_at: record.disabled_at,
    }
}
