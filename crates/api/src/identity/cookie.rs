//! The session cookie: `__Host-` and `Secure` over https; a plain name on an http loopback, where no browser would
//! keep a secure one.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::COOKIE;

const SECURE_NAME: &str = "__Host-jido_session";
const PLAIN_NAME: &str = "jido_session";

/// The session secret that the browser sent. Over https the plain name does not count: anybody on http could set it.
pub fn read(request: &HttpRequest) -> Option<String> {
    let wanted = name(request);
    let headers = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    headers
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then(|| value.to_owned()))
}

/// A cookie that carries this secret until the session's absolute end.
pub fn session(request: &HttpRequest, secret: String) -> Cookie<'static> {
    let life = i64::try_from(super::SESSION_LIFE.as_secs()).unwrap_or(i64::MAX);
    cookie(request, secret, Duration::seconds(life))
}

/// A cookie that makes the browser forget the session.
pub fn cleared(request: &HttpRequest) -> Cookie<'static> {
    cookie(request, String::new(), Duration::ZERO)
}

fn cookie(request: &HttpRequest, value: String, max_age: Duration) -> Cookie<'static> {
    Cookie::build(name(request), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_https(request))
        .max_age(max_age)
        .finish()
}

fn name(request: &HttpRequest) -> &'static str {
    if is_https(request) { SECURE_NAME } else { PLAIN_NAME }
}

fn is_https(request: &HttpRequest) -> bool {
    request.connection_info().scheme() == "https"
}
