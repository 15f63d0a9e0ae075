//! Two engines on one PostgreSQL: each hears of the other's news, and a notifier that is broken loses none of it.

use domain::contract::{WorkflowName, parse_yaml};
use domain::event::EventKind;
use domain::project::{ProjectSettings, Shipping};
use domain::publication::{Channel, Reason, Resolution};
use domain::{Actor, ProjectId, RunId, UserId};
use engine::{Config, Engine, Limits, StartRun, clock};
use persistence::Store;
use persistence::commands::{
    CreateProject, EnsureOwner, ListDiagnostics, ListEvents, PublishVersion, Publisher,
};
use persistence::records::{DiagnosticRecord, ProjectRecord, UserRecord};
use private_postgres::Cluster;
use serde_json::json;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);
const DATABASE: &str = "nodes";

/// Two nodes and the cluster between them. The first does all the work.
struct Nodes {
    cluster: Cluster,
    one: Engine,
    other: Engine,
    project: ProjectId,
    actor: Actor,
    _folder: TempDir,
}

impl Nodes {
    async fn new() -> Self {
        let cluster = Cluster::start().unwrap();
        cluster.create_database(DATABASE).unwrap();
        // Not the superuser: rights mean something to it.
        cluster
            .psql("postgres", "CREATE ROLE node LOGIN PASSWORD 'node'")
            .and_then(|_| cluster.psql("postgres", &format!("ALTER DATABASE {DATABASE} OWNER TO node")))
            .unwrap();
        let url = cluster.url(DATABASE);
        let (scheme, rest) = url.split_once("://").unwrap();
        let url = format!("{scheme}://node:node@{}", rest.split_once('@').unwrap().1);
        let folder = tempfile::tempdir().unwrap();
        let one = node(&url, &folder, "one", 2).await;
        let other = node(&url, &folder, "other", 0).await;
        let (project, actor) = furnish(&one).await;
        let nodes = Self { cluster, one, other, project, actor, _folder: folder };
        for engine in [&nodes.one, &nodes.other] {
            let engine = engine.clone();
            tokio::spawn(async move { engine.run().await.unwrap() });
        }
        let listening = "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN jido_runs'";
        nodes.until_sql(listening, "2").await;
        nodes
    }

    fn psql(&self, sql: &str) -> String {
        self.cluster.psql(DATABASE, sql).unwrap()
    }

    async fn until_sql(&self, sql: &str, expected: &str) {
        for _ in 0..400 {
            if self.psql(sql) == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{sql} is not {expected}: {}", self.psql(sql));
    }

    /// Starts a run at the first node.
    async fn start(&self) -> RunId {
        let request = StartRun {
            project_id: self.project,
            workflow: WorkflowName::parse("short").unwrap(),
            version: None,
            title: None,
            labels: Default::default(),
            base_ref: None,
            inputs: json!({}),
            trigger_source: "api".to_owned(),
            correlation_id: None,
            actor: self.actor.clone(),
            idempotency: None,
        };
        self.one.start_run(request).await.unwrap().value.id
    }

    async fn diagnostics(&self, run: RunId) -> Vec<DiagnosticRecord> {
        self.one.store().read(ListDiagnostics { run_id: run }).await.unwrap()
    }

    async fn until_diagnosed(
        &self,
        run: RunId,
        enough: impl Fn(&[DiagnosticRecord]) -> bool,
    ) -> Vec<DiagnosticRecord> {
        for _ in 0..800 {
            let found = self.diagnostics(run).await;
            if enough(&found) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the diagnostics are {:#?}", self.diagnostics(run).await);
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        self.one.stop();
        self.other.stop();
    }
}

async fn node(url: &str, folder: &TempDir, name: &str, max_live_steps: usize) -> Engine {
    let store = Store::open_postgres(url, 4).await.unwrap();
    let config = Config {
        data_dir: folder.path().join(name),
        supervisor: "/bin/false".into(),
        agents: Default::default(),
        credentials: Default::default(),
        limits: Limits::default(),
        webhooks: Default::default(),
        render_event: crate::render_event,
        step_env: Default::default(),
        readable: Vec::new(),
        writable: Vec::new(),
        denied: Vec::new(),
        max_live_steps,
        lease: Duration::from_secs(30),
        grace: Duration::from_secs(1),
    };
    Engine::new(config, store).unwrap()
}

/// An owner, a project, and a workflow of one step.
async fn furnish(engine: &Engine) -> (ProjectId, Actor) {
    let now = clock::now();
    let owner = UserRecord {
        id: UserId::from_uuid(clock::new_id()),
        name: "owner".to_owned(),
        is_owner: true,
        role: Some(domain::Role::Admin),
        created_at: now,
        disabled_at: None,
    };
    let owner = engine.store().write(EnsureOwner(owner)).await.unwrap();
    let actor = Actor::user(owner.id, owner.name, None);
    let settings = ProjectSettings {
        name: "parser".to_owned(),
        repository: None,
        default_branch: "main".to_owned(),
        test_command: Vec::new(),
        agent: None,
        credential: None,
        shipping: Shipping::default(),
        concurrency: None,
    };
    let record = ProjectRecord {
        id: ProjectId::from_uuid(clock::new_id()),
        name: settings.name.clone(),
        settings,
        last_run_number: 0,
        revision: 1,
        created_by: actor.clone(),
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    let project = record.id;
    engine.store().write(CreateProject { record, idempotency: None }).await.unwrap();
    let pinned =
        parse_yaml("name: short\nsteps:\n  - { key: only, uses: set, with: { outputs: { done: true } } }\n");
    let publish = PublishVersion {
        pinned: pinned.unwrap().into(),
        publisher: Publisher::Builtin,
        now,
        idempotency: None,
    };
    engine.store().write(publish).await.unwrap();
    (project, actor)
}

async fn hears_of(hints: &mut Receiver<RunId>, run: RunId) {
    let heard = async { while hints.recv().await.unwrap() != run {} };
    timeout(PATIENCE, heard).await.expect("the other node hears of the run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_one_node_wakes_the_listeners_of_another() {
    let nodes = Nodes::new().await;
    // A hub is rung by its node's commits and by what other nodes tell, never by a poll; this one commits nothing.
    let mut hints = nodes.other.hub().subscribe();
    let run = nodes.start().await;
    hears_of(&mut hints, run).await;
    assert_eq!(nodes.diagnostics(run).await, [], "nothing failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_notifier_is_on_record_and_made_good_once_it_works_again() {
    let nodes = Nodes::new().await;
    nodes.psql("REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC");
    let mut hints = nodes.other.hub().subscribe();
    let run = nodes.start().await;
    let failed = nodes.until_diagnosed(run, |found| found.iter().any(|one| one.attempts > 1)).await;
    for diagnostic in &failed {
        assert_eq!((diagnostic.channel, diagnostic.reason), (Channel::NodeNotifier, Reason::NotifierRefused));
        assert_eq!((diagnostic.resolution, diagnostic.operation.as_str()), (None, "notify"));
        assert!(diagnostic.detail.contains("permission denied"), "{diagnostic:?}");
    }
    nodes.psql("GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC");
    let closed = nodes.until_diagnosed(run, |found| found.iter().all(|one| one.resolved_at.is_some())).await;
    assert!(closed.iter().all(|one| one.resolution == Some(Resolution::Delivered)), "{closed:#?}");
    hears_of(&mut hints, run).await;

    // What ends the connections of a node ends neither its runs nor its hearing.
    nodes.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'node'");
    nodes.until_sql("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN jido_runs'", "2").await;
    let run = nodes.start().await;
    hears_of(&mut hints, run).await;
    nodes.until_diagnosed(run, |found| found.iter().all(|one| one.resolved_at.is_some())).await;
    let ended = format!("SELECT status FROM runs WHERE id = '{run}'");
    nodes.until_sql(&ended, "completed").await;
    let query = ListEvents { run_id: run, after: 0, limit: 100 };
    let events = nodes.other.store().read(query).await.unwrap();
    assert_eq!(
        events.iter().map(|event| event.seq).collect::<Vec<_>>(),
        (1..=events.len() as i64).collect::<Vec<_>>()
    );
    assert_eq!(events.last().unwrap().kind, EventKind::RunCompleted);
}
