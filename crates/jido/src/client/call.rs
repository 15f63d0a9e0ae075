//! One request of the REST interface.

use serde_json::{Value, json};
use std::time::Duration;
use ureq::http::Method;

/// The longest a server may take for an answer, beyond what the request itself asks it to wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<(&'static str, Vec<u8>)>,
    /// How long the request asks the server to wait.
    wait: Duration,
    /// The longest that anybody waits for the answer.
    longest: Option<Duration>,
}

impl Call {
    pub fn get<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::GET, path)
    }

    pub fn post<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::POST, path)
    }

    pub fn delete<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::DELETE, path)
    }

    fn new<'a>(method: Method, path: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            method,
            path: path.into_iter().map(str::to_owned).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            wait: Duration::ZERO,
            longest: None,
        }
    }

    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a key the request may be repeated: the server answers the repetition with the stored reply.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Lets the server wait with its answer.
    pub fn waiting(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self.query("wait_ms", wait.as_millis())
    }

    /// Gives the request up after this time, even where a server usually has more.
    pub fn within(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// How long its answer may take.
    pub(super) fn patience(&self) -> Duration {
        let usual = PATIENCE + self.wait;
        self.longest.map_or(usual, |longest| longest.min(usual))
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().into_bytes())
    }

    pub fn body(mut self, media_type: &'static str, bytes: Vec<u8>) -> Self {
        self.body = Some((media_type, bytes));
        self
    }

    /// A request that changes nothing, or that the server recognises by its key.
    pub(super) fn may_be_repeated(&self) -> bool {
        self.method == Method::GET || self.headers.iter().any(|(name, _)| *name == "Idempotency-Key")
    }
}

/// The body of a decision or a reason: absent where nothing was said.
pub fn said(name: &str, text: Option<&str>) -> Value {
    text.map_or_else(|| json!({}), |text| json!({ name: text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_server_recognises_is_repeated() {
        assert!(Call::get(["runs"]).may_be_repeated());
        assert!(Call::post(["runs"]).key("k").may_be_repeated());
        assert!(!Call::post(["runs"]).may_be_repeated());
        assert!(!Call::delete(["tokens", "x"]).may_be_repeated());
    }

    #[test]
    fn an_answer_may_take_no_longer_than_who_asks_has_time() {
        let call = Call::get(["events"]).waiting(Duration::from_secs(20));
        assert_eq!(call.patience(), Duration::from_secs(80));
        assert_eq!(call.within(Duration::from_secs(3)).patience(), Duration::from_secs(3));
    }
}
