//! One-time links.

use actix_web::HttpRequest;

/// A link to this page of the server, as the caller reaches it. The secret is in the fragment, which browsers never
/// send: no log of a server or proxy has it.
pub fn link(request: &HttpRequest, page: &str, secret: &str) -> String {
    let info = request.connection_info();
    format!("{}://{}{page}#token={secret}", info.scheme(), info.host())
}
