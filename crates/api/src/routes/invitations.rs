//! Invitations of new users.

use super::{USUAL_LIMIT, listed, missing, page};
use crate::error::{Error, Result};
use crate::identity::{Principal, hash_secret, link, new_secret};
use crate::input::{Body, Cursor, InvitationPath, Params};
use crate::permission::require_whole;
use crate::problems;
use crate::server::App;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use domain::access::Visibility;
use domain::{Fault, FaultCode, InvitationId, ProjectId, Timestamp};
use engine::clock;
use persistence::Store;
use persistence::commands::{
    CreateInvitation, ListInvitations, ListProjects, ListedProjects, RevokeInvitation,
};
use persistence::records::{Grant, InvitationRecord};
use std::collections::BTreeSet;
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    CreateInvitationRequest, CreatedInvitationResponse, GrantedRole, InvitationList, InvitationResponse,
    PageQuery,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const USUAL_HOURS: u32 = 72;
/// What lies between the server's address and the secret: the page asks for a user name there.
const PAGE: &str = "/sign-in?invitation=1";

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create_invitation).service(list_invitations).service(revoke_invitation);
}

/// Invite a new user
///
/// Makes a one-time link; whoever opens it chooses a user name and has the roles named. It stops working when whoever
/// made it may manage users no more. A token that is limited to scopes or projects invites nobody.
#[utoipa::path(
    tag = "users",
    request_body = CreateInvitationRequest,
    responses((status = 201, description = "The invitation with its link.", body = CreatedInvitationResponse), problems::Owning)
)]
#[post("/invitations")]
async fn create_invitation(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    body: Body<CreateInvitationRequest>,
) -> Result<HttpResponse> {
    require_whole(&caller)?;
    let wanted = body.checked()?;
    let grants: Vec<Grant> = wanted
        .memberships
        .into_iter()
        .map(|granted| Grant { project_id: granted.project_id, role: granted.role })
        .collect();
    let faults = faults(app.engine.store(), &grants).await?;
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let secret = new_secret();
    let now = clock::now();
    let record = InvitationRecord {
        id: InvitationId::from_uuid(clock::new_id()),
        token_hash: hash_secret(&secret),
        label: wanted.name,
        grants,
        invited_by: caller.user.id,
        created_by: caller.actor(),
        created_at: now,
        expires_at: now.plus(HOUR * wanted.expires_in_hours.unwrap_or(USUAL_HOURS)),
        revoked_at: None,
        accepted_at: None,
        accepted_by: None,
    };
    app.engine.store().write(CreateInvitation(record.clone())).await?;
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(CreatedInvitationResponse {
        invitation: response(record, now),
        url: link(&request, PAGE, &secret),
    }))
}

/// Each project stands once and exists; the installation stands once.
async fn faults(store: &Store, grants: &[Grant]) -> Result<Vec<Fault>> {
    let known = existing(store, grants.iter().filter_map(|grant| grant.project_id).collect()).await?;
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (index, grant) in grants.iter().enumerate() {
        let pointer = format!("/memberships/{index}/project_id");
        if !seen.insert(grant.project_id) {
            faults.push(Fault::new(pointer, FaultCode::NotUnique, "There is another role for the same."));
        } else if grant.project_id.is_some_and(|id| !known.contains(&id)) {
            faults.push(Fault::new(pointer, FaultCode::NotFound, "There is no such project."));
        }
    }
    Ok(faults)
}

/// Those of the projects that exist.
pub async fn existing(store: &Store, ids: Vec<ProjectId>) -> Result<BTreeSet<ProjectId>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let limit = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let query = ListProjects {
        visibility: Visibility::Projects(ids),
        listed: ListedProjects::All,
        name: None,
        after: None,
        limit,
    };
    Ok(store.read(query).await?.into_iter().map(|project| project.id).collect())
}

/// List invitations
///
/// Newest first, spent ones too, never their links.
#[utoipa::path(
    tag = "users",
    params(PageQuery),
    responses((status = 200, description = "A page of invitations.", body = InvitationList), problems::Listing)
)]
#[get("/invitations")]
async fn list_invitations(
    app: web::Data<App>,
    request: HttpRequest,
    params: Params<PageQuery>,
) -> Result<HttpResponse> {
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let before = query.cursor.map(|text| Cursor::read("invitations", &text, "/query/cursor")).transpose()?;
    let found = app.engine.store().read(ListInvitations { before, limit: limit + 1 }).await?;
    let (records, last) = page(found, limit);
    let next_cursor = last.map(|last| Cursor::write("invitations", records[last].id));
    let now = clock::now();
    let items = records.into_iter().map(|record| response(record, now)).collect();
    let list = InvitationList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Revoke an invitation
///
/// Its link works no more. An invitation that was accepted stays so: its user can be disabled.
#[utoipa::path(
    tag = "users",
    params(InvitationPath),
    responses((status = 200, description = "The invitation.", body = InvitationResponse), problems::Owning)
)]
#[delete("/invitations/{invitation_id}")]
async fn revoke_invitation(app: web::Data<App>, path: InvitationPath) -> Result<HttpResponse> {
    let now = clock::now();
    let change = RevokeInvitation { id: path.invitation_id, now };
    let record = app.engine.store().write(change).await.map_err(missing("invitation"))?;
    Ok(HttpResponse::Ok().json(response(record, now)))
}

fn response(record: InvitationRecord, now: Timestamp) -> InvitationResponse {
    let status = if record.accepted_at.is_some() {
        "accepted"
    } else if record.revoked_at.is_some() {
        "revoked"
    } else if record.expires_at <= now {
        "expired"
    } else {
        "open"
    };
    let grants = record.grants.into_iter();
    InvitationResponse {
        id: record.id,
        name: record.label,
        memberships: grants.map(|g| GrantedRole { project_id: g.project_id, role: g.role }).collect(),
        status: status.to_owned(),
        created_by: record.created_by,
        created_at: record.created_at,
        expires_at: record.expires_at,
        revoked_at: record.revoked_at,
        accepted_at: record.accepted_at,
        accepted_by: record.accepted_by,
    }
}
