//! Who is what: roles on projects and on the installation.
//!
//! Users are named, not numbered, here: who manages a project need not be able to list all users.

use super::users::refuse_owner;
use super::{missing, project, user_named};
use crate::error::{Error, Result};
use crate::input::{Body, MemberPath, ProjectMemberPath, ProjectPath};
use crate::problems;
use crate::server::App;
use actix_web::{HttpResponse, delete, get, put, web};
use domain::Role;
use engine::clock;
use persistence::commands::{ListMembers, RemoveMembership, SetInstallationRole, SetMembership};
use persistence::records::{MemberRecord, MembershipRecord, UserRecord};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{MemberList, MemberResponse, SetRoleRequest};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_project_members)
        .service(set_project_member)
        .service(remove_project_member)
        .service(list_members)
        .service(set_member)
        .service(remove_member);
}

/// List the members of a project
///
/// Everybody who can read it, by name: those with a role of their own here, and those whom the installation's gives one.
#[utoipa::path(
    tag = "users",
    params(ProjectPath),
    responses((status = 200, description = "The members.", body = MemberList), problems::Reading)
)]
#[get("/projects/{project_id}/members")]
async fn list_project_members(app: web::Data<App>, path: ProjectPath) -> Result<HttpResponse> {
    let found = project(&app, path.project_id).await?;
    let members = app.engine.store().read(ListMembers { project_id: Some(found.id) }).await?;
    Ok(HttpResponse::Ok().json(MemberList { items: members.into_iter().map(member).collect() }))
}

/// Give a role on a project
///
/// To the user of this name, in place of the role that they have there. Takes effect with their next request.
#[utoipa::path(
    tag = "users",
    params(ProjectMemberPath),
    request_body = SetRoleRequest,
    responses((status = 200, description = "The member.", body = MemberResponse), problems::Owning)
)]
#[put("/projects/{project_id}/members/{user_name}")]
async fn set_project_member(
    app: web::Data<App>,
    path: ProjectMemberPath,
    body: Body<SetRoleRequest>,
) -> Result<HttpResponse> {
    let found = project(&app, path.project_id).await?;
    let user = user_named(&app, &path.user_name).await?;
    let role = body.checked()?.role;
    let record = MembershipRecord { user_id: user.id, project_id: found.id, role, updated_at: clock::now() };
    app.engine.store().write(SetMembership(record)).await?;
    Ok(HttpResponse::Ok().json(member(MemberRecord { user, role: Some(role) })))
}

/// Take the role on a project away
///
/// A role on the installation still counts there. Takes effect with the user's next request; streams end within seconds.
#[utoipa::path(
    tag = "users",
    params(ProjectMemberPath),
    responses((status = 204, description = "Taken away."), problems::Owning)
)]
#[delete("/projects/{project_id}/members/{user_name}")]
async fn remove_project_member(app: web::Data<App>, path: ProjectMemberPath) -> Result<HttpResponse> {
    let project_id = project(&app, path.project_id).await?.id;
    let user_id = user_named(&app, &path.user_name).await?.id;
    let change = RemoveMembership { user_id, project_id };
    app.engine.store().write(change).await.map_err(missing("member"))?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the members of the installation
///
/// Everybody with a role on all projects, by name.
#[utoipa::path(
    tag = "users",
    responses((status = 200, description = "The members.", body = MemberList), problems::Reading)
)]
#[get("/members")]
async fn list_members(app: web::Data<App>) -> Result<HttpResponse> {
    let members = app.engine.store().read(ListMembers { project_id: None }).await?;
    Ok(HttpResponse::Ok().json(MemberList { items: members.into_iter().map(member).collect() }))
}

/// Give a role on the installation
///
/// It counts on every project. From maintainer on, the user publishes workflows, which every project may run. Nobody
/// changes the owner's.
#[utoipa::path(
    tag = "users",
    params(MemberPath),
    request_body = SetRoleRequest,
    responses((status = 200, description = "The member.", body = MemberResponse), problems::Owning)
)]
#[put("/members/{user_name}")]
async fn set_member(
    app: web::Data<App>,
    path: MemberPath,
    body: Body<SetRoleRequest>,
) -> Result<HttpResponse> {
    let user = user_named(&app, &path.user_name).await?;
    refuse_owner(&user)?;
    let role = body.checked()?.role;
    let user = set(&app, &user, Some(role)).await?;
    Ok(HttpResponse::Ok().json(member(MemberRecord { user, role: Some(role) })))
}

/// Take the role on the installation away
///
/// Roles on single projects stay. Takes effect with the user's next request; streams end within seconds.
#[utoipa::path(
    tag = "users",
    params(MemberPath),
    responses((status = 204, description = "Taken away."), problems::Owning)
)]
#[delete("/members/{user_name}")]
async fn remove_member(app: web::Data<App>, path: MemberPath) -> Result<HttpResponse> {
    let user = user_named(&app, &path.user_name).await?;
    refuse_owner(&user)?;
    if user.role.is_none() {
        return Err(Error::not_found("member"));
    }
    set(&app, &user, None).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn set(app: &App, user: &UserRecord, role: Option<Role>) -> Result<UserRecord> {
    let change = SetInstallationRole { id: user.id, role };
    app.engine.store().write(change).await.map_err(missing("user"))
}

fn member(record: MemberRecord) -> MemberResponse {
    let installation_role = record.user.installation_role();
    MemberResponse {
        user_id: record.user.id,
        name: record.user.name,
        is_owner: record.user.is_owner,
        role: record.role,
        installation_role,
        // Whoever is listed has one of the two.
        effective_role: installation_role.max(record.role).unwrap_or(Role::Viewer),
        disabled_at: record.user.disabled_at,
    }
}
