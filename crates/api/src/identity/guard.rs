//! The gate before every operation: who are you, did your own page send this, may you do it.

use super::origin::{refuse_foreign_page, require_own_page};
use super::principal::authenticate;
use super::{Credential, Principal};
use crate::context::Seen;
use crate::error::{Error, Result};
use crate::pages::no_operation;
use crate::permission::{Permission, authorize, permission_of};
use crate::server::App;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, ResponseError, web};
use domain::ProjectId;
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
    let permission =
        permission_of(operation).ok_or_else(|| Error::new(ProblemCode::Forbidden, "Nobody may do this."))?;
    if permission == Permission::Public {
        if changes_something(request.request()) {
            refuse_foreign_page(request.request())?;
        }
        return Ok(None);
    }
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| Error::internal("the application's state is missing"))?;
    let principal = authenticate(app.engine.store(), request.request()).await?.ok_or_else(|| {
        Error::new(ProblemCode::Unauthenticated, "The request shows no valid token or session.")
    })?;
    match principal.credential {
        Credential::Session(_) if changes_something(request.request()) => {
            require_own_page(request.request())?
        }
        Credential::Session(_) | Credential::Token(_) => {}
    }
    authorize(&principal, permission, project_of(request))?;
    Ok(Some(principal))
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
