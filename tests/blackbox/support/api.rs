//! A client of one server, as a program writes it: JSON over HTTP, a token, nothing of the product's own code.

use super::{PATIENCE, Server};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::sync::Arc;

/// A caller. Its address is the server's present one, so it outlives a restart.
#[derive(Clone)]
pub struct Api {
    pub server: Arc<Server>,
    http: Client,
    token: Option<String>,
}

/// What a request came to.
pub struct Reply {
    /// Method and path, for messages.
    pub request: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    server: Arc<Server>,
}

impl Api {
    pub fn new(server: &Arc<Server>, token: Option<String>) -> Self {
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .expect("a client can be built");
        Self { server: Arc::clone(server), http, token }
    }

    /// The same client without its token.
    pub fn anonymous(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// A client that signs in by another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request; a path that begins with `/api/` or is no API path is taken as it is, any other is of version 1.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn url(&self, path: &str) -> String {
        let address = self.server.address();
        let own = ["/api/", "/openapi.json", "/docs", "/healthz", "/readyz", "/metrics"];
        if own.iter().any(|prefix| path.starts_with(prefix)) {
            format!("{address}{path}")
        } else {
            format!("{address}/api/v1{path}")
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().expect("the request is well formed");
        let name = format!("{} {}", request.method(), request.url());
        let fail = |error: reqwest::Error| -> ! { panic!("{name}: {error:?}\n{}", self.server.log()) };
        let response = match self.http.execute(request).await {
            Ok(response) => response,
            Err(error) => fail(error),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = match response.text().await {
            Ok(text) => text,
            Err(error) => fail(error),
        };
        Reply { request: name, status, headers, text, server: Arc::clone(&self.server) }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// A POST with a fresh idempotency key.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.posting(path, body)).await
    }

    pub fn posting(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).header("Idempotency-Key", super::unique("key")).json(body)
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.describe()))
    }

    /// The body of a success with exactly this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.describe());
        self.json()
    }

    /// The problem document, checked to be one and to have this status and code.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "expected {code}: {}", self.describe());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.describe());
        let body = self.json();
        assert_eq!(body["code"], code, "{}", self.describe());
        assert_eq!(body["status"], status, "{}", self.describe());
        assert_eq!(body["type"], format!("/docs/errors/{code}"), "{}", self.describe());
        for field in ["title", "detail", "instance", "remediation", "request_id"] {
            let text = body[field].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{field} is missing: {}", self.describe());
        }
        assert!(body.get("operation").is_some(), "operation is missing: {}", self.describe());
        body
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are text"))
    }

    pub fn describe(&self) -> String {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        format!(
            "{} -> {}\n{}\n{}\n{}",
            self.request,
            self.status,
            headers.join("\n"),
            self.text,
            self.server.log()
        )
    }
}
