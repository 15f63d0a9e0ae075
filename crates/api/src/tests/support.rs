//! A server in this process, and a client of it.

use crate::context::surround;
use crate::identity::{hash_secret, new_secret};
use crate::server::{App, configure};
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App as ActixApp, web};
use domain::{TokenId, UserId};
use engine::{Config, Engine, Limits, clock};
use persistence::commands::{CreateOwnerLink, CreateToken, EnsureOwner};
use persistence::records::{OwnerLinkRecord, TokenRecord, UserRecord};
use persistence::{SqliteOptions, Store};
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;

/// A server's state in a folder of its own.
pub struct Fixture {
    pub engine: Engine,
    pub data: web::Data<App>,
    pub token: String,
    pub token_id: TokenId,
    pub owner: UserId,
    pub stop: watch::Sender<bool>,
    pub folder: TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: actix_web::http::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The code of the problem that this answer is.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// Pointer and code of every fault, sorted.
    pub fn faults(&self) -> Vec<(String, String)> {
        let body = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut faults: Vec<_> = body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no errors in {body}"))
            .iter()
            .map(|fault| (text(&fault["pointer"]), text(&fault["code"])))
            .collect();
        faults.sort();
        faults
    }
}

impl Fixture {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(&folder.path().join("jido.db"), &SqliteOptions::default()).unwrap();
        let config = Config {
            data_dir: folder.path().join("data"),
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
            max_live_steps: 2,
            lease: Duration::from_secs(30),
            grace: Duration::from_secs(1),
        };
        let engine = Engine::new(config, store).unwrap();
        let owner = UserRecord::owner(UserId::from_uuid(clock::new_id()), "owner".to_owned(), clock::now());
        let owner = engine.store().write(EnsureOwner(owner)).await.unwrap().id;
        let (stop, stopping) = watch::channel(false);
        let web_root = Some(folder.path().join("web"));
        let data = web::Data::new(App {
            engine: engine.clone(),
            version: "test",
            web_root,
            metrics: Default::default(),
            metrics_readers: Default::default(),
            stopping,
        });
        let token = new_secret();
        let mut fixture =
            Self { engine, data, token, token_id: TokenId::from_uuid(clock::new_id()), owner, stop, folder };
        fixture.token_id = fixture.add_token(&fixture.token).await;
        fixture
    }

    /// Stores a token of the owner with this secret.
    pub async fn add_token(&self, secret: &str) -> TokenId {
        let id = TokenId::from_uuid(clock::new_id());
        let record = TokenRecord {
            id,
            user_id: self.owner,
            name: "test".to_owned(),
            token_hash: hash_secret(secret),
            created_at: clock::now(),
            expires_at: None,
            revoked_at: None,
            scopes: None,
            project_ids: None,
        };
        self.engine.store().write(CreateToken(record)).await.unwrap();
        id
    }

    /// Stores a one-time link and returns its secret.
    pub async fn owner_link(&self) -> String {
        let secret = new_secret();
        let now = clock::now();
        let link = OwnerLinkRecord {
            token_hash: hash_secret(&secret),
            user_id: self.owner,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(900)),
            used_at: None,
        };
        self.engine.store().write(CreateOwnerLink(link)).await.unwrap();
        secret
    }

    pub fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: Value) -> TestRequest {
        self.request(Method::POST, path).set_json(body)
    }

    /// A request with the owner's token.
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        anonymous(method, path).insert_header(("Authorization", format!("Bearer {}", self.token)))
    }

    /// Sends a request and reads the answer whole.
    pub async fn send(&self, request: TestRequest) -> Answer {
        let response = self.open(request).await;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = to_bytes(response.into_body()).await.map_err(|_| "the body broke").unwrap();
        let answer = Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() };
        require_documented(&answer);
        answer
    }

    /// Sends a request; the body is read by the caller.
    pub async fn open(&self, request: TestRequest) -> ServiceResponse<impl MessageBody + use<>> {
        let app = init_service(
            ActixApp::new().app_data(self.data.clone()).wrap(from_fn(surround)).configure(configure),
        )
        .await;
        match app.call(request.to_request()).await {
            Ok(response) => response,
            Err(error) => panic!("the outermost layer lets no error through: {error}"),
        }
    }

    /// Makes a project without a repository.
    pub async fn project(&self, name: &str) -> String {
        let answer = self.send(self.post("/api/v1/projects", json!({ "name": name }))).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Publishes a workflow whose gate shows what a `set` step says.
    pub async fn gated_workflow(&self, policy: Value) {
        let mut gate = json!({ "evidence_from": "prepare" });
        gate.as_object_mut().unwrap().extend(policy.as_object().unwrap().clone());
        let definition = json!({
            "name": "gated",
            "inputs": {
                "type": "object",
                "required": ["subject"],
                "properties": { "subject": { "type": "string", "minLength": 1 } },
                "additionalProperties": false,
            },
            "steps": [
                { "key": "prepare", "uses": "set", "with": { "outputs": {
                    "diff_summary": "one change", "test_summary": "none needed", "risk_notes": [] } } },
                { "key": "request_approval", "uses": "approval", "with": gate },
                { "key": "finish", "uses": "set", "with": { "outputs": { "done": true } } },
            ],
        });
        let answer = self.send(self.post("/api/v1/workflows/gated/versions", definition)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Starts a run of the gated workflow and returns its path.
    pub async fn start(&self, project: &str) -> String {
        let body = json!({ "workflow": "gated", "inputs": { "subject": "x" } });
        let answer = self.send(self.post(&format!("/api/v1/projects/{project}/runs"), body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.header("location").to_owned()
    }

    /// Lets the engine work until the run has this status.
    pub async fn until(&self, run: &str, status: &str) -> Value {
        for _ in 0..400 {
            let body = self.send(self.get(run)).await.json();
            if body["status"] == status {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the run did not become {status}: {}", self.send(self.get(run)).await.text);
    }

    /// Lets the engine work in the background.
    pub fn work(&self) {
        let engine = self.engine.clone();
        tokio::spawn(async move {
            engine.run().await.unwrap();
        });
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

/// A request that shows no credential.
pub fn anonymous(method: Method, path: &str) -> TestRequest {
    TestRequest::default().method(method).uri(path)
}

/// The body without what differs from run to run.
pub fn steady(mut body: Value) -> Value {
    body["request_id"] = json!("[request id]");
    body
}

/// Every problem that any test sees is one that the document announces for its operation.
fn require_documented(answer: &Answer) {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let Ok(problem) = serde_json::from_str::<Value>(&answer.text) else { return };
    let (Some(operation), Some(code)) = (problem["operation"].as_str(), problem["code"].as_str()) else {
        return;
    };
    if answer.status < 400 {
        return;
    }
    let document = DOCUMENT.get_or_init(|| serde_json::to_value(crate::openapi()).unwrap());
    let items =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let described = items
        .filter(|described| described["operationId"] == operation)
        .filter_map(|described| described["responses"][answer.status.to_string()]["description"].as_str())
        .any(|text| text.contains(&format!("`{code}`")));
    assert!(described, "{operation} answers {} {code}, and the document does not say so", answer.status);
}
