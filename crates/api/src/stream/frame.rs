//! The text of server-sent events.

use serde::Serialize;
use std::fmt::Display;

/// Milliseconds after which a client reconnects.
const RETRY_MS: u32 = 1000;

/// The first piece of every stream: headers reach the client at once with it.
pub fn greeting() -> String {
    format!("retry: {RETRY_MS}\n\n")
}

/// A comment that keeps the connection alive.
pub fn heartbeat() -> String {
    ": alive\n\n".to_owned()
}

/// One event. JSON on one line needs no splitting.
pub fn event(id: impl Display, name: impl Display, data: &impl Serialize) -> String {
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("id: {id}\nevent: {name}\ndata: {data}\n\n")
}
