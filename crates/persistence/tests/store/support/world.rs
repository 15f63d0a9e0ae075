//! A world to work in: an owner, a project and a published definition.

use super::{Database, Rows};
use domain::contract::{Pinned, StepKey, parse_yaml};
use domain::project::{ProjectSettings, Shipping};
use domain::{Actor, Digest, ProjectId, RunId, Timestamp, UserId};
use persistence::commands::*;
use persistence::records::*;
use persistence::{Result, Store};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A gate between two steps for workers, and steps that need none around them.
pub const FLOW: &str = r#"
name: flow
inputs: { type: object, properties: { task: { type: string } } }
steps:
  - { key: plan, uses: set, with: { outputs: { text: "plan {{ inputs.task }}" } } }
  - { key: detail, uses: set, with: { outputs: { text: "{{ steps.plan.outputs.text }} in detail" } } }
  - key: work
    uses: agent
    retry: { max_attempts: 2, initial_interval_ms: 3600000, backoff_factor: 2.0, max_interval_ms: 7200000 }
  - key: gate
    uses: approval
    with: { expires_in: 72h, on_reject: { action: retry_step, step: work, max_rounds: 2 } }
  - { key: wrap, uses: set, with: { outputs: { done: true } } }
  - { key: deploy, uses: command, with: { run: "true" } }
policies: { retry: { full_run: true, steps: [work] } }
"#;

pub struct World {
    pub db: Database,
    pub owner: Actor,
    pub project: ProjectRecord,
    pub pinned: Arc<Pinned>,
    /// An hour ago, so that work is due by the database's clock too.
    pub start: Timestamp,
}

pub fn pinned(yaml: &str) -> Arc<Pinned> {
    Arc::new(parse_yaml(yaml).expect("the definition is valid"))
}

pub fn key(text: &str) -> StepKey {
    StepKey::parse(text).unwrap()
}

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

impl World {
    pub async fn new(db: Database) -> Self {
        Self::with(db, FLOW).await
    }

    /// When the earliest work is due, for a node with a free worker.
    pub async fn next_due(&self) -> Option<Timestamp> {
        self.read(NextDue { workers: Workers::Free, busy_webhooks: Vec::new() }).await.work
    }

    /// A world whose definition is this one.
    pub async fn with(db: Database, yaml: &str) -> Self {
        let now = time::OffsetDateTime::now_utc() - time::Duration::hours(1);
        let start = Timestamp::from(now);
        let owner = UserRecord::owner(UserId::from_uuid(Uuid::now_v7()), "owner".to_owned(), start);
        db.store.write(EnsureOwner(owner.clone())).await.unwrap();
        let pinned = pinned(yaml);
        let actor = Actor::user(owner.id, owner.name, None);
        let project = project("project", &actor, start);
        let world = Self { db, owner: actor, project, pinned, start };
        let record = world.project.clone();
        world.write(CreateProject { record, idempotency: None }).await;
        world.publish(&world.pinned, Publisher::Builtin).await;
        world
    }

    pub fn store(&self) -> &Store {
        &self.db.store
    }

    pub async fn read<O: persistence::Portable>(&self, operation: O) -> O::Output {
        self.store().read(operation).await.unwrap()
    }

    pub async fn write<O: persistence::Portable>(&self, operation: O) -> O::Output {
        self.store().write(operation).await.unwrap()
    }

    pub async fn publish(&self, pinned: &Arc<Pinned>, publisher: Publisher) -> Published {
        let pinned = Arc::clone(pinned);
        self.write(PublishVersion { pinned, publisher, now: self.start, idempotency: None }).await.value
    }

    /// So many seconds after the start.
    pub fn at(&self, seconds: u64) -> Timestamp {
        self.start.plus(Duration::from_secs(seconds))
    }

    /// Another person, who signs in by this name and is approver of everything.
    pub fn person(&self, name: &str) -> Actor {
        let id = UserId::from_uuid(Uuid::now_v7());
        let (at, truth) = match self.db.backend() {
            super::Backend::Sqlite => ("0", "0"),
            super::Backend::Postgres => ("now()", "false"),
        };
        let literal = self.db.literal(id.as_uuid());
        self.db.plant(&format!(
            "INSERT INTO users (id, name, is_owner, created_at, role) \
             VALUES ({literal}, '{name}', {truth}, {at}, 'approver')"
        ));
        Actor::user(id, name.to_owned(), None)
    }

    pub fn another_project(&self, name: &str) -> ProjectRecord {
        project(name, &self.owner, self.start)
    }

    pub fn new_run(&self) -> CreateRun {
        let definition = self.pinned.definition();
        CreateRun {
            id: RunId::from_uuid(Uuid::now_v7()),
            project_id: self.project.id,
            title: None,
            labels: BTreeMap::from([("team".to_owned(), "core".to_owned())]),
            workflow_name: definition.name.clone(),
            workflow_version: 1,
            workflow_digest: self.pinned.digest().clone(),
            first_step: definition.first_step().unwrap().key.clone(),
            trigger_source: "api".to_owned(),
            actor: self.owner.clone(),
            inputs: json!({ "task": "mend" }),
            input_metadata: BTreeMap::new(),
            retry: None,
            base_ref: None,
            concurrency: definition.policies.concurrency,
            correlation_id: "c-1".to_owned(),
            now: self.start,
            idempotency: None,
        }
    }

    pub async fn run(&self) -> RunRecord {
        self.write(self.new_run()).await.value
    }

    pub async fn titled(&self, title: &str) -> RunRecord {
        let title = Some(title.to_owned());
        self.write(CreateRun { title, ..self.new_run() }).await.value
    }

    pub async fn rows(&self, run: RunId) -> Rows {
        Rows::of(self, run).await
    }

    /// A change of the run that no worker asks for.
    pub fn asked(&self, run_id: RunId, actor: &Actor, change: Change) -> ChangeRun {
        ChangeRun {
            run_id,
            pinned: Arc::clone(&self.pinned),
            change,
            actor: Some(actor.clone()),
            fence: None,
            lease: Duration::from_secs(30),
            now: self.at(60),
            idempotency: None,
        }
    }

    pub async fn change(&self, run_id: RunId, change: Change) -> Result<Changed> {
        let asked = self.asked(run_id, &self.owner, change);
        Ok(self.store().write(asked).await?.value)
    }

    pub async fn cancel(&self, run_id: RunId) -> Result<Changed> {
        self.change(run_id, Change::Cancel { reason: None }).await
    }

    /// Fails unless the rows of this run agree with one another.
    pub async fn assert_sound(&self, run_id: RunId) {
        assert_eq!(self.read(CheckDatabase { run_id }).await, []);
    }
}

fn project(name: &str, owner: &Actor, now: Timestamp) -> ProjectRecord {
    ProjectRecord {
        id: ProjectId::from_uuid(Uuid::now_v7()),
        name: name.to_owned(),
        settings: ProjectSettings {
            name: name.to_owned(),
            repository: None,
            default_branch: "main".to_owned(),
            test_command: Vec::new(),
            agent: None,
            credential: None,
            shipping: Shipping::default(),
            concurrency: None,
        },
        last_run_number: 0,
        revision: 1,
        created_by: owner.clone(),
        created_at: now,
        updated_at: now,
        archived_at: None,
    }
}
