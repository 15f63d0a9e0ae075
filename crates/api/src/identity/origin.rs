//! Whether a browser's request comes from our own pages.

use crate::error::{Error, Result};
use actix_web::HttpRequest;
use wire::ProblemCode;

/// What the request's headers say of the page that sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provenance {
    Own,
    Foreign,
    /// No browser says nothing: `Sec-Fetch-Site` and `Origin` are both absent.
    Unsaid,
}

/// Refuses a request by cookie unless the browser says that our own page sent it.
pub fn require_own_page(request: &HttpRequest) -> Result<()> {
    match provenance(request) {
        Provenance::Own => Ok(()),
        Provenance::Foreign | Provenance::Unsaid => Err(refused()),
    }
}

/// Refuses a request that a foreign page sent; one that no page sent is fine.
pub fn refuse_foreign_page(request: &HttpRequest) -> Result<()> {
    match provenance(request) {
        Provenance::Own | Provenance::Unsaid => Ok(()),
        Provenance::Foreign => Err(refused()),
    }
}

fn provenance(request: &HttpRequest) -> Provenance {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = header("sec-fetch-site") {
        return if site == "same-origin" { Provenance::Own } else { Provenance::Foreign };
    }
    let Some(origin) = header("origin") else { return Provenance::Unsaid };
    let info = request.connection_info();
    let own = format!("{}://{}", info.scheme(), info.host());
    if origin == own { Provenance::Own } else { Provenance::Foreign }
}

fn refused() -> Error {
    Error::new(
        ProblemCode::CrossSiteRequest,
        "The browser does not say that this server's own page sent the request.",
    )
}
