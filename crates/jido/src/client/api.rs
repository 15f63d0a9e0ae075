//! Calls of the REST interface.

use super::call::Call;
use super::failure::Failure;
use super::server::is_this_machine;
use crate::output::note;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::thread;
use std::time::Duration;
use ureq::http::{Request, Response, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};
use url::Url;
use wire::Problem;

/// How often a request that may be repeated is sent before it is given up.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// No answer is longer.
const MAX_BYTES: u64 = 256 << 20;

/// A client of one server.
#[derive(Debug, Clone)]
pub struct Api {
    agent: Agent,
    server: String,
    token: Option<String>,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub cookie: Option<String>,
    /// The server that a redirection names.
    elsewhere: Option<String>,
    pub bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.bytes).ok()
    }
}

impl Api {
    pub fn new(server: &str, token: Option<String>) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        // A proxy is another machine: it neither reaches this one's own servers nor should see what is meant for them.
        let own = Url::parse(server).is_ok_and(|url| is_this_machine(&url));
        let proxy = if own { None } else { Proxy::try_from_env() };
        let agent = Agent::config_builder()
            .proxy(proxy)
            .http_status_as_error(false)
            // A token follows nobody elsewhere.
            .max_redirects(0)
            .tls_config(tls)
            .user_agent(concat!("jido/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(10)))
            .build()
            .new_agent();
        Self { agent, server: server.to_owned(), token }
    }

    pub fn server(&self) -> &str {
        &self.server
    }

    /// The answer's JSON. What may be repeated is, when the server is away for a moment.
    pub fn json(&self, call: &Call) -> Result<Value, Failure> {
        self.document(&self.send(call)?)
    }

    /// The JSON that an answer holds.
    pub fn document(&self, answer: &Answer) -> Result<Value, Failure> {
        answer.json().ok_or_else(|| self.unreadable(answer.status))
    }

    /// The answer's JSON with its meaning.
    pub fn typed<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Failure> {
        self.meaning(self.json(call)?)
    }

    /// What an answer's JSON means.
    pub fn meaning<T: DeserializeOwned>(&self, document: Value) -> Result<T, Failure> {
        serde_json::from_value(document).map_err(|_| self.unreadable(200))
    }

    /// As many items of a list as are asked for, over as many pages as that takes, and the cursor of what follows.
    pub fn list(&self, call: &Call, limit: usize) -> Result<(Vec<Value>, Option<String>), Failure> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let size = (limit - items.len()).clamp(1, 200);
            let mut page = call.clone().query("limit", size);
            if let Some(cursor) = cursor.take() {
                page = page.query("cursor", cursor);
            }
            let mut document = self.json(&page)?;
            items.extend(self.items(&mut document)?);
            cursor = document["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() || items.len() >= limit {
                return Ok((items, cursor));
            }
        }
    }

    /// The items of one page of a list.
    pub fn items(&self, page: &mut Value) -> Result<Vec<Value>, Failure> {
        match page.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(self.unreadable(200)),
        }
    }

    /// A success, or the failure that it is.
    pub fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut tries = 1;
        loop {
            let failure = match self.try_once(call) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if tries == TRIES || !call.may_be_repeated() || !is_passing(&failure) {
                return Err(failure);
            }
            if tries == 1 {
                note(&format!("jido: {failure}; trying again"));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
            tries += 1;
        }
    }

    /// Sends the request once.
    pub fn try_once(&self, call: &Call) -> Result<Answer, Failure> {
        let answer = self.exchange(call)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        if let Some(to) = answer.elsewhere.clone().filter(|_| answer.status < 400) {
            return Err(Failure::Elsewhere { server: self.server.clone(), to });
        }
        let document = answer.json().unwrap_or_default();
        match serde_json::from_value::<Problem>(document.clone()) {
            Ok(problem) => Err(Failure::Refused { problem: Box::new(problem), document }),
            Err(_) => Err(self.unreadable(answer.status)),
        }
    }

    fn exchange(&self, call: &Call) -> Result<Answer, Failure> {
        let away = |error: ureq::Error| Failure::Unreachable {
            server: self.server.clone(),
            detail: error.to_string(),
        };
        let mut request = Request::builder().method(call.method.clone()).uri(self.url(call)?.as_str());
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let (media_type, bytes) = call.body.clone().unwrap_or_default();
        if !media_type.is_empty() {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        let request = request.body(bytes).map_err(|error| away(error.into()))?;
        let request = self.agent.configure_request(request).timeout_global(Some(call.patience())).build();
        let mut response: Response<Body> = self.agent.run(request).map_err(away)?;
        let cookie = response.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|text| text.split(';').next()).map(str::to_owned);
        let bytes = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(away)?;
        let to = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let elsewhere = to.and_then(|to| Url::parse(to).ok()).map(|to| to.origin().ascii_serialization());
        Ok(Answer { status: response.status().as_u16(), cookie, elsewhere, bytes })
    }

    fn url(&self, call: &Call) -> Result<Url, Failure> {
        let bad = || Failure::BadAddress(self.server.clone());
        let mut url = Url::parse(&self.server).map_err(|_| bad())?;
        url.path_segments_mut().map_err(|()| bad())?.extend(["api", "v1"]).extend(&call.path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }

    pub fn unreadable(&self, status: u16) -> Failure {
        Failure::Unreadable { server: self.server.clone(), status }
    }
}

/// Whether the same request may well succeed in a moment.
pub fn is_passing(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } => true,
        Failure::Unreadable { status, .. } => *status >= 500,
        Failure::Refused { problem, .. } => problem.status == 503,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_queries_are_encoded() {
        let api = Api::new("http://127.0.0.1:1", None);
        let call = Call::get(["workflows", "a/b c?"]).query("title", "100 %&x=1");
        let url = api.url(&call).unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:1/api/v1/workflows/a%2Fb%20c%3F?title=100+%25%26x%3D1");
    }
}
