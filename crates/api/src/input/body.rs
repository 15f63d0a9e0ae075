//! JSON bodies.

use super::Checked;
use crate::error::{Error, Result};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::marker::PhantomData;
use utoipa::ToSchema;
use validator::Validate;
use wire::ProblemCode;

/// The most bytes of a body.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// A body that has been read but not yet checked: what the path names is looked up first.
#[derive(Debug)]
pub struct Body<T> {
    bytes: Bytes,
    media_type: String,
    form: PhantomData<fn() -> T>,
}

impl<T> Body<T> {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Whether the media type is JSON or a structured form of it.
    pub fn is_json(&self) -> bool {
        self.media_type == "application/json" || self.media_type.ends_with("+json")
    }
}

impl<T: DeserializeOwned + Validate + ToSchema> Body<T> {
    /// The value, or every fault of it. An empty body counts as an empty object.
    pub fn checked(&self) -> Result<T> {
        Checked::new(self.json()?, "")?.accept()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        if self.bytes.is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        if !self.is_json() {
            return Err(unsupported("application/json"));
        }
        serde_json::from_slice(&self.bytes).map_err(malformed)
    }
}

/// The body is of another type than these.
pub fn unsupported(supported: &str) -> Error {
    Error::new(ProblemCode::UnsupportedMediaType, format!("This operation reads {supported}."))
}

fn malformed(error: serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    Error::new(ProblemCode::MalformedJson, format!("Line {line}, column {column}: {what}."))
}

impl<T> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = header.unwrap_or_default().split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let payload = payload.take();
        Box::pin(async move { Ok(Self { bytes: read(payload).await?, media_type, form: PhantomData }) })
    }
}

async fn read(mut payload: Payload) -> Result<Bytes> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Error::new(ProblemCode::MalformedRequest, format!("The body broke off: {error}."))
        })?;
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(Error::new(
                ProblemCode::BodyTooLarge,
                format!("A body has at most {MAX_BODY_BYTES} bytes."),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}
