//! The async shell: claims due work, runs steps in workspaces, commits transitions, wakes listeners.
//!
//! Nothing here decides what a run becomes; `domain` does, inside the store's transaction. Nothing else changes runs.

mod actions;
pub mod artifacts;
pub mod clock;
mod config;
mod definitions;
mod error;
mod evidence;
mod files;
mod hub;
mod layout;
mod logs;
mod metrics;
mod publication;
mod retry;
mod scheduler;
mod settings;
mod signals;
mod snapshots;
mod start;
mod steps;
mod webhooks;
mod workspace;

pub use actions::{Decide, StartRun};
pub use config::{Agent, Config, Credential, Limits, RenderEvent, Webhooks};
pub use error::{Error, Result};
pub use evidence::ShownEvidence;
pub use hub::Hub;
pub use logs::LogReader;
pub use metrics::Metrics;
pub use retry::{Retries, RetryRun, RetryScope};
pub use start::StartForm;
pub use webhooks::new_secret as new_webhook_secret;

use artifacts::Artifacts;
use definitions::Definitions;
use git::Git;
use layout::Layout;
use persistence::Store;
use publication::Backlog;
use sandbox::Sandbox;
use scheduler::Live;
use signals::News;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use webhooks::{HttpClient, UnderWay};
use workspace::Mirrors;

/// A cheap handle on the running engine.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    store: Store,
    hub: Hub,
    /// Hints that could not be given yet.
    backlog: Backlog,
    metrics: Metrics,
    /// What webhooks are reached by.
    http: HttpClient,
    /// Messages on their way to webhooks.
    under_way: UnderWay,
    artifacts: Artifacts,
    definitions: Definitions,
    layout: Layout,
    mirrors: Mirrors,
    sandbox: Sandbox,
    live: Live,
    /// Runs of which other nodes should hear.
    news: News,
    /// Rung when there may be due work.
    due: Notify,
    stop: CancellationToken,
    /// Names this process in leases; new at every start.
    owner: String,
}

impl Engine {
    /// Prepares folders and handles; nothing runs until `run` is called.
    pub fn new(config: Config, store: Store) -> Result<Self> {
        let layout = Layout::create(&config.data_dir)?;
        let git = Git::new()?;
        let shared = Shared {
            store,
            hub: Hub::new(),
            backlog: Backlog::default(),
            metrics: Metrics::default(),
            http: HttpClient::new(&config.webhooks),
            under_way: UnderWay::default(),
            artifacts: Artifacts::new(layout.artifacts()),
            definitions: Definitions::default(),
            mirrors: Mirrors::new(git, layout.mirrors()),
            sandbox: Sandbox::new(config.supervisor.clone()),
            live: Live::default(),
            news: News::new(),
            due: Notify::new(),
            stop: CancellationToken::new(),
            owner: clock::new_id().to_string(),
            layout,
            config,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    pub fn hub(&self) -> &Hub {
        &self.shared.hub
    }

    pub fn artifacts(&self) -> &Artifacts {
        &self.shared.artifacts
    }

    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// How many runs this process works on.
    pub fn busy_workers(&self) -> usize {
        self.shared.live.count()
    }

    pub fn definitions(&self) -> &Definitions {
        &self.shared.definitions
    }

    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Asks `run` to end: live steps are ended and their attempts go back to the queue.
    pub fn stop(&self) {
        self.shared.stop.cancel();
    }
}
