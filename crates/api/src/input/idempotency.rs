//! `Idempotency-Key`: repeating a request with its key gets the stored reply.

use super::Body;
use crate::error::{Error, Result};
use crate::identity::Principal;
use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use domain::FaultCode;
use persistence::commands::Idempotency;
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};

pub const HEADER: &str = "Idempotency-Key";
/// What [`is_key`] takes, as JSON Schema says it.
pub const PATTERN: &str = r"^[\x21-\x7e]{1,255}$";
const MAX_CHARACTERS: usize = 255;

/// The key that the request brought, with what makes the request the same one.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: Option<String>,
    /// Method, path and `If-Match`, each ended by a line feed.
    head: String,
}

impl IdempotencyKey {
    /// What the store compares; `None` without a key.
    pub fn of<T>(
        &self,
        principal: &Principal,
        operation: &'static str,
        body: &Body<T>,
    ) -> Option<Idempotency> {
        let mut hash = Sha256::new();
        hash.update(self.head.as_bytes());
        hash.update(body.bytes());
        Some(Idempotency {
            principal: principal.user.id,
            operation,
            key: self.key.clone()?,
            request_hash: hex::encode(hash.finalize()),
        })
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<IdempotencyKey> {
    let values: Vec<_> = request.headers().get_all(HEADER).collect();
    let key = match values.as_slice() {
        [] => None,
        [one] => Some(one.to_str().ok().filter(|text| is_key(text)).ok_or_else(malformed)?.to_owned()),
        _ => return Err(malformed()),
    };
    let if_match: Vec<&str> =
        request.headers().get_all(IF_MATCH).map(|value| value.to_str().unwrap_or_default()).collect();
    let head = format!("{}\n{}\n{}\n", request.method(), request.path(), if_match.join(","));
    Ok(IdempotencyKey { key, head })
}

fn is_key(text: &str) -> bool {
    (1..=MAX_CHARACTERS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn malformed() -> Error {
    Error::fault(
        "/headers/Idempotency-Key",
        FaultCode::InvalidFormat,
        format!("Expected one key of 1 to {MAX_CHARACTERS} visible ASCII characters."),
    )
}
