//! `jido serve`: opens everything, starts engine and web server side by side, and ends them in good order.

mod builtins;
mod engine_config;
mod seed;
mod signals;

use crate::config::FileConfig;
use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::files::{self, Readers};
use crate::output::{LogFormat, say};
use crate::owner_link::{self, OwnerLink};
use crate::storage::StorageOptions;
use clap::Args;
use engine::Engine;
use persistence::Store;
use signals::Signals;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::oneshot;

/// What the web server has left to say once it was told to stop; open event streams would go on for ever.
const LAST_ANSWERS: Duration = Duration::from_secs(6);
/// Steps are ended within their grace; what takes longer is left to the next start, which expects it.
const LAST_STEPS: Duration = Duration::from_secs(15);

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jido serve
  jido serve --data /srv/jido --config /etc/jido.toml --listen 127.0.0.1:9000
  JIDO_DATABASE=postgres://jido:secret@db.example/jido jido serve --data /srv/jido

Prints a one-time link for the owner as long as nobody has signed in. SIGTERM and Ctrl-C end it within seconds:
steps at work are ended and taken up again at the next start; a second signal ends it at once.")]
pub struct ServeOptions {
    /// The address to listen on; port 0 takes a free one.
    ///
    /// The server speaks plain HTTP: put a TLS proxy before anything that other machines can reach.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8700")]
    listen: SocketAddr,

    #[command(flatten)]
    storage: StorageOptions,

    /// The configuration: agents, credentials, limits. Every setting has a default, and so has the file.
    #[arg(long, value_name = "FILE", env = "JIDO_CONFIG")]
    config: Option<PathBuf>,

    /// The folder of the browser application's files.
    #[arg(long, value_name = "DIR")]
    web_root: Option<PathBuf>,

    /// A file to write the server's address to as soon as it answers, such as `http://127.0.0.1:8700`.
    #[arg(long, value_name = "FILE")]
    address_file: Option<PathBuf>,

    /// Register the project that `jido demo prepare --into DIR` made, unless there is a project named `demo`.
    #[arg(long, value_name = "DIR")]
    seed_demo: Option<PathBuf>,

    /// How log lines on standard error look.
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

/// Runs the server until a signal, or until it cannot go on.
pub async fn run(options: ServeOptions) -> Result<(), Error> {
    let signals = Signals::listen()?;
    let file = FileConfig::load(options.config.as_deref())?;
    if let Some(folder) = &options.web_root {
        folder.read_dir().map_err(Error::io("read the browser application in", folder))?;
    }
    if options.storage.password_on_command_line() {
        tracing::warn!(
            "the database's password stands on the command line, where every process of this machine can read it; \
             set JIDO_DATABASE instead"
        );
    }
    let (store, lock) = options.storage.open_for_server().await?;
    let folder = options.storage.folder();
    tracing::info!(data = %folder.path().display(), database = options.storage.database_name(), "the store is open");
    builtins::publish(&store).await?;
    let link = owner_link::due_at_start(&store, &folder).await?;
    if let Some(demo) = &options.seed_demo {
        seed::register(&store, &file, demo).await?;
    }
    let metrics_readers =
        if file.metrics.public { api::MetricsReaders::Everyone } else { api::MetricsReaders::Permitted };
    let config = engine_config::assemble(&folder, file)?;
    let engine = Engine::new(config, store.clone()).map_err(Error::Engine)?;

    let announcement =
        Announcement { folder: folder.clone(), address_file: options.address_file, link: link.clone() };
    let settings = api::Settings {
        listen: options.listen,
        web_root: options.web_root,
        version: env!("CARGO_PKG_VERSION"),
        metrics: metrics_readers,
    };
    let ended = work(settings, engine, announcement, signals, store, folder.clone()).await;
    // The address is of this server alone; without it, nobody takes a stopped server for a running one.
    files::remove(&folder.address_file())?;
    drop(lock);
    ended
}

/// Runs web server and engine beside each other until one ends or a signal comes; then ends both.
async fn work(
    settings: api::Settings,
    engine: Engine,
    announcement: Announcement,
    mut signals: Signals,
    store: Store,
    folder: DataFolder,
) -> Result<(), Error> {
    let address = settings.listen;
    let (on_ready, ready) = oneshot::channel();
    let link = announcement.link.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        // Dropping the sender means the same as sending.
        let _ = stopped.await;
    };
    let mut web = pin!(api::serve(settings, engine.clone(), stopped, move |address| {
        // The receiver outlives the web server, which calls this once.
        let _ = on_ready.send(announcement.make(address));
    }));
    tokio::select! {
        // Bound and announced before the first step is taken up.
        biased;
        announced = ready => announced.unwrap_or(Ok(()))?,
        served = &mut web => return served.map_err(|error| web_failure(address, error)),
    }
    if let Some(link) = link {
        tokio::spawn(owner_link::withdraw_when_expired(store, folder, link));
    }
    let mut steps = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run().await }
    });
    let (mut web_ended, mut steps_ended) = (None, None);
    tokio::select! {
        name = signals.next() => tracing::info!(signal = name, "stopping; a second signal ends the server at once"),
        served = &mut web => web_ended = Some(served),
        stepped = &mut steps => steps_ended = Some(stepped),
    }
    signals.exit_at_the_next();
    drop(stop);
    engine.stop();
    let last_answers = async {
        match web_ended {
            Some(served) => served,
            None => tokio::time::timeout(LAST_ANSWERS, web).await.unwrap_or(Ok(())),
        }
    };
    let last_steps = async {
        match steps_ended {
            Some(stepped) => Some(stepped),
            None => tokio::time::timeout(LAST_STEPS, steps).await.ok(),
        }
    };
    let (served, stepped) = tokio::join!(last_answers, last_steps);
    match stepped {
        Some(stepped) => finish_steps(stepped)?,
        None => tracing::warn!("steps did not end in time; the next start takes them up"),
    }
    served.map_err(|error| web_failure(address, error))?;
    tracing::info!("stopped");
    Ok(())
}

fn finish_steps(ended: Result<engine::Result<()>, tokio::task::JoinError>) -> Result<(), Error> {
    match ended {
        Ok(result) => result.map_err(Error::EngineEnded),
        Err(panicked) => Err(Error::EngineEnded(engine::Error::Io(io::Error::other(panicked)))),
    }
}

fn web_failure(address: SocketAddr, error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::AddrInUse {
        Error::AddressInUse { address }
    } else {
        Error::Web { address, source: error }
    }
}

/// What is told to people and programs once the server answers.
struct Announcement {
    folder: DataFolder,
    address_file: Option<PathBuf>,
    link: Option<OwnerLink>,
}

impl Announcement {
    fn make(&self, address: SocketAddr) -> Result<(), Error> {
        let url = format!("http://{}", reachable(address));
        say(&format!("JidoCode Runs is ready: {url}"));
        if let Some(link) = &self.link {
            say(&format!("Sign in (once, within 15 minutes): {}", link.publish(&self.folder, &url)?));
        }
        files::replace(&self.folder.address_file(), &format!("{url}\n"), Readers::Owner)?;
        match &self.address_file {
            // Last: whoever waits for this file finds everything else done.
            Some(file) => files::replace(file, &format!("{url}\n"), Readers::Everyone),
            None => Ok(()),
        }
    }
}

/// The address by which this machine reaches a server that listens on all of its addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_reached_by_loopback() {
        for (listening, reached) in
            [("0.0.0.0:8700", "127.0.0.1:8700"), ("[::]:80", "[::1]:80"), ("192.0.2.7:1", "192.0.2.7:1")]
        {
            assert_eq!(reachable(listening.parse().unwrap()).to_string(), reached);
        }
    }

    #[test]
    fn the_announcement_leaves_address_and_link_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("there");
        let announcement = Announcement {
            folder: DataFolder::new(folder.path().to_owned()),
            address_file: Some(file.clone()),
            link: None,
        };
        announcement.make("127.0.0.1:4711".parse().unwrap()).unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "http://127.0.0.1:4711\n");
    }
}
