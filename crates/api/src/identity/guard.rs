//! The gate before every operation: who are you, did your own page send this, may you do it.

use super::origin::{refuse_foreign_page, require_own_page};
use super::principal::{authenticate, renewed};
use super::{Credential, Principal};
use crate::context::Seen;
use crate::error::{Error, Result};
use crate::pages::no_operation;
use crate::permission::{Need, authorize, need_of};
use crate::server::App;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, ResponseError, web};
use domain::{Permission, ProjectId};
use persistence::Store;
use persistence::commands::GetProject;
use wire::ProblemCode;

/// Lets a request through when its operation is public, or when the caller may do it.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let admitted = admitted(&request).await;
    match admitted {
        Ok(Some(principal)) => {
            request.extensions_mut().insert(principal);
        }
        Ok(None) => {}
        Err(error) => return Ok(request.into_response(error.error_response())),
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

async fn admitted(request: &ServiceRequest) -> Result<Option<Principal>> {
    let operation = request.extensions().get::<Seen>().and_then(|seen| seen.operation);
    // What names no operation reaches no handler, whatever the router would make of it.
    let operation = operation.ok_or_else(|| no_operation(request.request()))?;
    let need = need_of(operation).ok_or_else(|| Error::new(ProblemCode::Forbidden, "Nobody may do this."))?;
    if need == Need::Public {
        if changes_something(request.request()) {
            refuse_foreign_page(request.request())?;
        }
        return Ok(None);
    }
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| Error::internal("the application's state is missing"))?;
    let store = app.engine.store();
    let principal = authenticate(store, request.request()).await?.ok_or_else(|| {
        Error::new(ProblemCode::Unauthenticated, "The request shows no valid token or session.")
    })?;
    match principal.credential {
        Credential::Session(_) if changes_something(request.request()) => {
            require_own_page(request.request())?
        }
        Credential::Session(_) | Credential::Token(_) => {}
    }
    let Need::Permission(permission) = need else { return Ok(Some(principal)) };
    let project = project_of(request);
    match authorize(&principal, permission, project) {
        Ok(()) => Ok(Some(principal)),
        Err(refusal) => Err(not_found_first(store, project, refusal).await),
    }
}

/// The caller as the store knows them now, while the credential stands and they may still do this.
pub async fn readmit(
    store: &Store,
    principal: &Principal,
    permission: Permission,
    project: Option<ProjectId>,
) -> Result<Principal> {
    let principal = renewed(store, principal).await?.ok_or_else(|| {
        Error::new(ProblemCode::Unauthenticated, "The token or session has ended meanwhile.")
    })?;
    authorize(&principal, permission, project)?;
    Ok(principal)
}

/// A project that does not exist is not found, even by those who may not do this on any.
async fn not_found_first(store: &Store, project: Option<ProjectId>, refusal: Error) -> Error {
    let Some(id) = project else { return refusal };
    match store.read(GetProject { id }).await {
        Err(persistence::Error::NotFound) => Error::not_found("project"),
        Ok(_) | Err(_) => refusal,
    }
}

/// Refuses whoever may not do this; for operations that lie outside the guarded part of the API.
pub(crate) async fn admit(app: &App, request: &HttpRequest, permission: Permission) -> Result<()> {
    let principal = authenticate(app.engine.store(), request).await?.ok_or_else(|| {
        Error::new(ProblemCode::Unauthenticated, "The request shows no valid token or session.")
    })?;
    authorize(&principal, permission, None)
}

fn changes_something(request: &HttpRequest) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The project that the path names.
fn project_of(request: &ServiceRequest) -> Option<ProjectId> {
    let mut segments = request.path().split('/').skip_while(|segment| *segment != "projects");
    ProjectId::parse(segments.nth(1)?).ok()
}
