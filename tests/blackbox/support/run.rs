//! One run, followed by its events.

use super::{Api, PATIENCE, Reply};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

const TERMINAL: [&str; 3] = ["run_completed", "run_failed", "run_cancelled"];

/// A run and the events of it that the test has waited for.
pub struct Run {
    pub api: Api,
    pub project: String,
    pub id: String,
    pub path: String,
    seen: Vec<Value>,
    /// How many of the events seen `wait_for` has passed.
    passed: usize,
}

impl Run {
    pub fn new(api: Api, project: String, id: String) -> Self {
        let path = format!("/projects/{project}/runs/{id}");
        Self { api, project, id, path, seen: Vec::new(), passed: 0 }
    }

    pub async fn get(&self) -> Value {
        self.api.get(&self.path).await.expect(200)
    }

    /// What lies beneath the run's own path.
    pub async fn part(&self, name: &str) -> Value {
        self.api.get(&format!("{}/{name}", self.path)).await.expect(200)
    }

    /// Waits for the next event of this name; fails when the run ends without it.
    pub async fn wait_for(&mut self, name: &str) -> Value {
        self.wait_for_where(name, |_| true).await
    }

    /// Waits until this step starts.
    pub async fn wait_for_step(&mut self, step: &str) -> Value {
        self.wait_for_where("step_started", |event| event["step"] == step).await
    }

    async fn wait_for_where(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            while let Some(event) = self.seen.get(self.passed) {
                self.passed += 1;
                if event["event"] == name && wanted(event) {
                    return event.clone();
                }
                if TERMINAL.iter().any(|terminal| event["event"] == *terminal) {
                    panic!("the run ended without {name}: {}", self.describe().await);
                }
            }
            if began.elapsed() > PATIENCE {
                panic!("no {name} within {PATIENCE:?}: {}", self.describe().await);
            }
            self.read_more(5000).await;
        }
    }

    /// Waits until the run has ended.
    pub async fn wait_for_end(&mut self) -> Value {
        let began = Instant::now();
        loop {
            if let Some(last) = self.seen.last()
                && TERMINAL.iter().any(|terminal| last["event"] == *terminal)
            {
                self.passed = self.seen.len();
                return self.get().await;
            }
            if began.elapsed() > PATIENCE {
                panic!("no end within {PATIENCE:?}: {}", self.describe().await);
            }
            self.read_more(5000).await;
        }
    }

    async fn read_more(&mut self, wait_ms: u64) {
        let after = self.seen.len();
        let page =
            self.api.get(&format!("{}/events?after={after}&wait_ms={wait_ms}", self.path)).await.expect(200);
        for event in page["items"].as_array().expect("events come as a list") {
            let seq = event["seq"].as_u64().expect("events are numbered");
            assert_eq!(seq as usize, self.seen.len() + 1, "a gap or a repetition: {event}");
            self.seen.push(event.clone());
        }
    }

    /// All events so far.
    pub async fn events(&mut self) -> Vec<Value> {
        self.read_more(0).await;
        self.seen.clone()
    }

    /// All events so far as `name` or `name(step)`.
    pub async fn event_names(&mut self) -> Vec<String> {
        let named = |event: &Value| {
            let name = event["event"].as_str().expect("events have names");
            match event["step"].as_str() {
                Some(step) => format!("{name}({step})"),
                None => name.to_owned(),
            }
        };
        self.events().await.iter().map(named).collect()
    }

    /// The newest approval of the run.
    pub async fn approval(&self) -> Value {
        let reply = self.api.get(&self.approval_path().await).await;
        let approval = reply.expect(200);
        if let Some(digest) = approval["evidence"]["digest"].as_str() {
            assert_eq!(reply.header("etag"), format!("\"{digest}\""), "{}", reply.describe());
        }
        assert!(reply.header("cache-control").contains("no-store"), "{}", reply.describe());
        approval
    }

    pub async fn approval_path(&self) -> String {
        let run = self.get().await;
        let id = run["approval"]["id"].as_str().unwrap_or_else(|| panic!("the run has no approval: {run:#}"));
        format!("{}/approvals/{id}", self.path)
    }

    /// The digest that the gate shows.
    pub async fn digest(&self) -> String {
        let approval = self.approval().await;
        let digest = approval["evidence"]["digest"].as_str();
        digest.unwrap_or_else(|| panic!("the gate shows no evidence: {approval:#}")).to_owned()
    }

    /// Approves what the gate shows.
    pub async fn approve(&self) -> Value {
        self.decide("approve", &self.digest().await, json!({})).await.expect(200)
    }

    /// Rejects what the gate shows.
    pub async fn reject(&self, rationale: &str) -> Value {
        let body = json!({ "rationale": rationale });
        self.decide("reject", &self.digest().await, body).await.expect(200)
    }

    /// Sends `approve` or `reject` on this digest.
    pub async fn decide(&self, action: &str, digest: &str, body: Value) -> Reply {
        let path = format!("{}/{action}", self.approval_path().await);
        let request = self.api.posting(&path, &body).header("If-Match", format!("\"{digest}\""));
        self.api.send(request).await
    }

    pub async fn refresh(&self) -> Reply {
        let path = format!("{}/refresh", self.approval_path().await);
        self.api.post(&path, &json!({})).await
    }

    pub async fn cancel(&self) -> Reply {
        self.api.post(&format!("{}/cancel", self.path), &json!({ "reason": "enough" })).await
    }

    /// The attempts of one step.
    pub async fn attempts(&self, step: &str) -> Vec<Value> {
        let steps = self.part("steps").await;
        let found =
            steps["items"].as_array().expect("a list").iter().find(|item| item["step"] == step).cloned();
        let found = found.unwrap_or_else(|| panic!("no step {step}: {steps:#}"));
        found["attempts"].as_array().expect("a list").clone()
    }

    /// States of a step's attempts, oldest first.
    pub async fn attempt_states(&self, step: &str) -> Vec<String> {
        let attempts = self.attempts(step).await;
        attempts.iter().map(|attempt| attempt["state"].as_str().expect("a state").to_owned()).collect()
    }

    /// The whole log of one step's newest attempt.
    pub async fn log(&self, step: &str) -> String {
        let attempt = self.attempts(step).await.len();
        let path = format!("{}/steps/{step}/attempts/{attempt}/log", self.path);
        let reply = self.api.send(self.api.request(Method::GET, &path)).await;
        assert_eq!(reply.status, 200, "{}", reply.describe());
        reply.text
    }

    /// `from -> to (reason)` of every transition.
    pub async fn transitions(&self) -> Vec<String> {
        let listed = self.part("transitions").await;
        let items = listed["items"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap_or("null").to_owned();
        items
            .iter()
            .zip(1..)
            .map(|(item, seq)| {
                assert_eq!(item["seq"], seq, "transitions are numbered without gaps");
                format!("{} -> {} ({})", text(&item["from"]), text(&item["to"]), text(&item["reason"]))
            })
            .collect()
    }

    /// Everything worth knowing when the run did not do what the test waited for.
    pub async fn describe(&self) -> String {
        let run = self.api.get(&self.path).await.text;
        let steps = self.api.get(&format!("{}/steps", self.path)).await.text;
        let names: Vec<_> =
            self.seen.iter().map(|event| format!("{} {}", event["event"], event["step"])).collect();
        format!("run {run}\nsteps {steps}\nevents {names:#?}\n{}", self.api.server.log())
    }
}

/// What `allowed_actions` of a run says of each action.
pub fn allowed_actions(run: &Value) -> BTreeMap<String, Value> {
    let actions = run["allowed_actions"].as_array().expect("a list");
    actions
        .iter()
        .map(|action| (action["action"].as_str().unwrap().to_owned(), action["allowed"].clone()))
        .collect()
}
