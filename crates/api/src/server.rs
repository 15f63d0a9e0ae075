//! The server: binds, serves, and ends without keeping anybody waiting.

use crate::context::surround;
use crate::metrics::HttpMetrics;
use crate::trace::RequestSpan;
use crate::{document, pages};
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpServer, web};
use engine::Engine;
use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::sync::watch;
use tracing_actix_web::TracingLogger;

/// How the server listens and what it serves beside the API.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    /// The browser app's files; absent: none are served.
    pub web_root: Option<PathBuf>,
    pub version: &'static str,
    /// Who may read `/metrics`.
    pub metrics: MetricsReaders,
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetricsReaders {
    #[default]
    Permitted,
    Everyone,
}

/// What handlers share.
pub(crate) struct App {
    pub engine: Engine,
    pub version: &'static str,
    pub web_root: Option<PathBuf>,
    pub metrics: HttpMetrics,
    pub metrics_readers: MetricsReaders,
    /// Becomes true when the server ends: open streams end then.
    pub stopping: watch::Receiver<bool>,
}

/// Threads that serve requests. Handlers wait for the store; they do not compute.
const WORKERS: usize = 2;
/// How long requests may take to end when the server does.
const SHUTDOWN_SECONDS: u64 = 5;
/// A client that takes in nothing for this long is disconnected.
const STALLED_CLIENT_MS: u32 = 30_000;

/// Serves until `stop` completes. `ready` is told the address that was bound.
///
/// Then the engine is asked to stop, open streams end, and requests get a few seconds to finish. Signals are the
/// caller's affair: two listeners could take one signal for two.
pub async fn serve(
    settings: Settings,
    engine: Engine,
    stop: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let (end_streams, stopping) = watch::channel(false);
    let data = web::Data::new(App {
        engine: engine.clone(),
        version: settings.version,
        web_root: settings.web_root.clone(),
        metrics: HttpMetrics::default(),
        metrics_readers: settings.metrics,
        stopping,
    });
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .wrap(TracingLogger::<RequestSpan>::new())
            .wrap(from_fn(surround))
            .configure(configure)
    })
    .workers(WORKERS)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .on_connect(|connection, _| drop_when_stalled(connection))
    .bind(settings.listen)?;
    let address = server.addrs().first().copied().unwrap_or(settings.listen);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(async move {
        stop.await;
        tracing::info!("the server ends");
        engine.stop();
        // Nobody may be listening: then no stream is open.
        let _ = end_streams.send(true);
        handle.stop(true).await;
    });
    ready(address);
    server.await
}

/// All routes, without the layers around them.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    pages::configure(config);
    document::configure(config);
    config.default_service(web::to(pages::fallback));
}

/// Lets the kernel end a connection whose client takes in nothing: it holds memory and a stream for nobody.
fn drop_when_stalled(connection: &dyn Any) {
    #[cfg(target_os = "linux")]
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, STALLED_CLIENT_MS)
    {
        tracing::debug!(%error, "the connection has no user timeout");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = connection;
}
