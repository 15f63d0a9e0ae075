//! The few REST calls that the demo makes.

use crate::{
    error::Error,
    process::{self, Document},
};
use serde_json::Value;
use std::{
    cell::Cell,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use ureq::{Agent, Body, http::Response};

/// The longest wait for an ordinary answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A client of one server, signed in by an API token.
#[derive(Debug)]
pub struct Api {
    agent: Agent,
    base: String,
    token: String,
    /// Makes each idempotency key of this client another one.
    keys: Cell<u32>,
}

impl Api {
    pub fn new(address: &str, token: String) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_connect(Some(ANSWER_WITHIN));
        let agent = config.build().new_agent();
        Self { agent, base: format!("{address}/api/v1"), token, keys: Cell::new(0) }
    }

    /// Fetches a JSON document.
    pub fn get(&self, path: &str) -> Result<Document, Error> {
        let request = format!("GET {path}");
        let text = self.fetch(path, "application/json")?;
        process::parse_json(&request, &text)
    }

    /// Fetches a document as text of the given media type.
    pub fn fetch(&self, path: &str, media_type: &str) -> Result<String, Error> {
        let request = format!("GET {path}");
        let call = self.agent.get(self.url(path)).header("Authorization", self.bearer());
        let call = call.header("Accept", media_type).config().timeout_global(Some(ANSWER_WITHIN)).build();
        accepted(&request, call.call())
    }

    /// Creates something.
    pub fn post(&self, path: &str, body: &Value) -> Result<Document, Error> {
        self.send(path, body, &[])
    }

    /// Does something to exactly the state that the entity tag names.
    pub fn post_if_match(&self, path: &str, etag: &str, body: &Value) -> Result<Document, Error> {
        self.send(path, body, &[("If-Match", &format!("\"{etag}\""))])
    }

    /// Opens a server-sent event stream behind the event with this number (0: from the start).
    ///
    /// The stream is cut after `within`; the caller resumes it.
    pub fn open_stream(&self, path: &str, after: u64, within: Duration) -> Result<Response<Body>, Error> {
        let request = format!("GET {path}");
        let call = self.agent.get(self.url(path)).header("Authorization", self.bearer());
        let mut call = call.header("Accept", "text/event-stream");
        if after > 0 {
            call = call.header("Last-Event-ID", after.to_string());
        }
        let call =
            call.config().timeout_recv_response(Some(ANSWER_WITHIN)).timeout_recv_body(Some(within)).build();
        let mut response = call.call().map_err(no_answer(&request))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refused(&request, &mut response))
    }

    fn send(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Result<Document, Error> {
        let request = format!("POST {path}");
        let call = self.agent.post(self.url(path)).header("Authorization", self.bearer());
        let mut call = call.header("Idempotency-Key", self.next_key());
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        let call = call.config().timeout_global(Some(ANSWER_WITHIN)).build();
        let text = accepted(&request, call.send_json(body))?;
        process::parse_json(&request, &text)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn next_key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        format!("demo-{nanos}-{}", self.keys.get())
    }
}

/// The text of a successful answer; anything else is an error with the whole problem document in it.
fn accepted(request: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<String, Error> {
    let mut response = answer.map_err(no_answer(request))?;
    if response.status().is_success() {
        return response.body_mut().read_to_string().map_err(no_answer(request));
    }
    Err(refused(request, &mut response))
}

fn refused(request: &str, response: &mut Response<Body>) -> Error {
    let body = response.body_mut().read_to_string().unwrap_or_default();
    Error::Refused { request: request.to_owned(), status: response.status().as_u16(), body }
}

fn no_answer(request: &str) -> impl FnOnce(ureq::Error) -> Error {
    let request = request.to_owned();
    move |source| Error::NoAnswer { request, source: Box::new(source) }
}
