//! The HTTP client of webhooks: no redirects, no proxies, no addresses out of reach, bounded in time and size.

use super::address::{Reach, Refused, literal};
use crate::config::Webhooks;
use crate::error::with_causes;
use bytes::Bytes;
use domain::publication::{Fault, Reason};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use ipnet::IpNet;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;
use url::Url;

/// Bytes of an answer that are kept; the rest is not read.
const KEPT: usize = 2048;

type Plain = Client<HttpConnector<Resolver>, Full<Bytes>>;
type Encrypted = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

pub struct HttpClient {
    plain: Plain,
    /// Absent where the machine has no root certificates that it trusts.
    encrypted: Option<Encrypted>,
    config: Webhooks,
}

/// What a receiver answered.
pub struct Answer {
    pub status: u16,
    /// Its beginning.
    pub text: String,
}

impl HttpClient {
    pub fn new(config: &Webhooks) -> Self {
        let connector = |reach| {
            let allowed = config.allow_networks.clone().into();
            let mut connector = HttpConnector::new_with_resolver(Resolver { reach, allowed });
            connector.enforce_http(reach == Reach::Allowed);
            connector
        };
        // A connection is used once: messages are rare, and every one of them is checked against its address.
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_max_idle_per_host(0);
        let encrypted = match HttpsConnectorBuilder::new().with_native_roots() {
            Ok(builder) => Some(
                client.build(builder.https_only().enable_http1().wrap_connector(connector(Reach::Public))),
            ),
            Err(error) => {
                tracing::warn!(%error, "webhooks with https cannot be reached: no root certificates were found");
                None
            }
        };
        Self { plain: client.build(connector(Reach::Allowed)), encrypted, config: config.clone() }
    }

    /// Sends one request. Every answer is one, whatever its status.
    pub async fn post(&self, url: &Url, headers: [(&str, String); 3], body: &str) -> Result<Answer, Fault> {
        let sent = tokio::time::timeout(self.config.timeout(), self.exchange(url, headers, body)).await;
        sent.unwrap_or_else(|_| {
            let waited = self.config.timeout_seconds;
            Err(Fault::new(Reason::TimedOut, format!("The receiver did not answer within {waited} s.")))
        })
    }

    async fn exchange(&self, url: &Url, headers: [(&str, String); 3], body: &str) -> Result<Answer, Fault> {
        let reach = Reach::of(url);
        if let Some(address) = literal(url) {
            // The configuration may have changed since the URL was accepted.
            reach
                .check(address, &self.config.allow_networks)
                .map_err(|refused| Fault::new(Reason::AddressRefused, format!("{refused}.")))?;
        }
        let mut request = Request::post(url.as_str())
            .header("content-type", "application/json")
            .header("user-agent", concat!("JidoCode-Runs/", env!("CARGO_PKG_VERSION")));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(body.to_owned())).map_err(|error| {
            Fault::new(Reason::ConnectionFailed, format!("The request cannot be made: {error}."))
        })?;
        let response = match reach {
            Reach::Allowed => self.plain.request(request).await,
            Reach::Public => match &self.encrypted {
                Some(client) => client.request(request).await,
                None => {
                    let why = "The server's machine has no root certificates that it trusts.";
                    return Err(Fault::new(Reason::ConnectionFailed, why));
                }
            },
        };
        let response = response.map_err(|error| fault_of(&error))?;
        Ok(Answer { status: response.status().as_u16(), text: beginning(response).await })
    }
}

/// What was read before the bound, or before the receiver broke off: the status is what counts.
async fn beginning(response: Response<Incoming>) -> String {
    let mut body = response.into_body();
    let mut kept = Vec::new();
    while kept.len() < KEPT
        && let Some(Ok(frame)) = body.frame().await
    {
        kept.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
    }
    kept.truncate(KEPT);
    String::from_utf8_lossy(&kept).replace('\0', "\u{fffd}")
}

fn fault_of(error: &(dyn Error + 'static)) -> Fault {
    let detail = format!("{}.", with_causes(error));
    let mut cause = Some(error);
    while let Some(found) = cause {
        if let Some(refused) = found.downcast_ref::<Refused>() {
            return Fault::new(Reason::AddressRefused, format!("{refused}."));
        }
        if found.is::<NotResolved>() {
            return Fault::new(Reason::NameNotResolved, detail);
        }
        cause = found.source();
    }
    Fault::new(Reason::ConnectionFailed, detail)
}

/// Resolves names when a connection is made, and refuses those that lead out of reach: what was checked is what is
/// connected to.
#[derive(Clone)]
struct Resolver {
    reach: Reach,
    allowed: Arc<[IpNet]>,
}

#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
struct NotResolved(#[source] io::Error);

type BoxError = Box<dyn Error + Send + Sync>;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NotResolved)?;
            let addresses: Vec<SocketAddr> = found.collect();
            // One address within would be enough for an attacker: a name with any of them is refused whole.
            for address in &addresses {
                resolver.reach.check(address.ip(), &resolver.allowed)?;
            }
            Ok(addresses.into_iter())
        })
    }
}
