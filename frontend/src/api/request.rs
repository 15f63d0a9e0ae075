//! Requests and how their answers are read.

use super::{Access, ApiClient, Failure, IdempotencyKey};
use domain::Digest;
use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wire::{Problem, ProblemCode};

/// A clock this far off is corrected; the header that tells has a resolution of one second.
const TOLERATED_OFFSET_MS: i64 = 2_000;

/// A request on its way to being sent.
pub struct Call {
    client: ApiClient,
    builder: RequestBuilder,
    body: Option<String>,
}

impl ApiClient {
    pub(super) fn get(self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(super) fn post(self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub(super) fn put(self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub(super) fn delete(self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    fn call(self, method: Method, path: &str) -> Call {
        Call { client: self, builder: RequestBuilder::new(path).method(method), body: None }
    }

    /// Notes what an answer tells beside its body.
    pub(super) fn note(self, response: &Response) {
        let Some(date) = response.headers().get("date") else { return };
        let server = js_sys::Date::parse(&date);
        if server.is_finite() {
            // The header cuts the second off: half of it is the best guess.
            let offset = (server + 500.0 - js_sys::Date::now()) as i64;
            let offset = if offset.abs() <= TOLERATED_OFFSET_MS { 0 } else { offset };
            if self.clock_offset_ms.get_untracked() != offset {
                self.clock_offset_ms.set(offset);
            }
        }
    }

    /// The failure that this answer stands for.
    pub(super) async fn failure_of(self, response: Response) -> Failure {
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        match serde_json::from_str::<Problem>(&text) {
            Ok(problem) => {
                if problem.code == ProblemCode::Unauthenticated {
                    let was_signed_in = match self.access.get_untracked() {
                        Access::SignedIn(_) | Access::Ended => true,
                        Access::Unknown | Access::SignedOut => false,
                    };
                    self.access.set(if was_signed_in { Access::Ended } else { Access::SignedOut });
                }
                Failure::Problem(Box::new(problem))
            }
            Err(error) => Failure::Unreadable { status, detail: error.to_string() },
        }
    }
}

impl Call {
    pub fn query(self, query: &impl Serialize) -> Self {
        let pairs = pairs_of(&serde_json::to_value(query).unwrap_or_default());
        Self {
            builder: self.builder.query(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
            ..self
        }
    }

    pub fn idempotent(self, key: &IdempotencyKey) -> Self {
        Self { builder: self.builder.header("Idempotency-Key", key.as_str()), ..self }
    }

    /// The request is only done while what it changes is as this tag says.
    pub fn if_match(self, tag: &str) -> Self {
        Self { builder: self.builder.header("If-Match", tag), ..self }
    }

    /// The request is only done while this is the evidence shown.
    pub fn if_evidence(self, digest: &Digest) -> Self {
        Self { builder: self.builder.header("If-Match", &format!("\"{digest}\"")), ..self }
    }

    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).ok();
        Self { builder: self.builder.header("Content-Type", "application/json"), body, ..self }
    }

    /// Sends it and reads the JSON of a success.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, Failure> {
        self.read_tagged().await.map(|(read, _)| read)
    }

    /// Sends it and reads the JSON of a success, with the tag that names its state.
    pub async fn read_tagged<T: DeserializeOwned>(self) -> Result<(T, Option<String>), Failure> {
        let response = self.send().await?;
        let (status, tag) = (response.status(), response.headers().get("etag"));
        let text = response.text().await.map_err(unreachable)?;
        let read = serde_json::from_str(&text);
        let read = read.map_err(|error| Failure::Unreadable { status, detail: error.to_string() })?;
        Ok((read, tag))
    }

    /// Sends it; a success has no body.
    pub async fn done(self) -> Result<(), Failure> {
        self.send().await.map(|_| ())
    }

    async fn send(self) -> Result<Response, Failure> {
        let Self { client, builder, body } = self;
        let request = match body {
            Some(body) => builder.body(body),
            None => builder.build(),
        };
        let response = request.map_err(unreachable)?.send().await.map_err(unreachable)?;
        client.note(&response);
        if response.ok() { Ok(response) } else { Err(client.failure_of(response).await) }
    }
}

pub(super) fn unreachable(error: gloo_net::Error) -> Failure {
    Failure::Unreachable(error.to_string())
}

/// The pairs of a query: what is null is left out, a list repeats its name.
fn pairs_of(query: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in query.as_object().into_iter().flatten() {
        let values = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            other => vec![other],
        };
        for value in values {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            pairs.push((name.clone(), text));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::pairs_of;
    use domain::run::Status;
    use wire::ListRuns;

    #[test]
    fn a_query_repeats_lists_and_leaves_out_what_is_absent() {
        let query = ListRuns {
            status: vec![Status::Running, Status::AwaitingApproval],
            limit: Some(20),
            ..ListRuns::default()
        };
        let pairs = pairs_of(&serde_json::to_value(query).unwrap());
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["limit=20", "status=running", "status=awaiting_approval"]);
    }
}
