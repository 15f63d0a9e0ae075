//! Every action in every status: what is allowed works, what is refused says why and changes nothing.

use crate::retry::whole;
use crate::support::workflows::one_command;
use crate::support::{Backend, Options, Pipe, Reply, Run, Scene};
use serde_json::{Value, json};

const ACTIONS: [&str; 6] = ["approve", "reject", "refresh", "cancel", "retry", "retry_step"];

/// What each action gets in each status, in the order of `ACTIONS`.
const GRID: [(&str, [&str; 6]); 6] = [
    ("pending", ["not_found", "not_found", "not_found", "200", "run_not_finished", "run_not_finished"]),
    // Its gate was approved; repeating that decision gives the stored result.
    ("running", ["200", "already_decided", "already_decided", "200", "run_not_finished", "run_not_finished"]),
    ("awaiting_approval", ["200", "200", "200", "200", "run_not_finished", "run_not_finished"]),
    (
        "completed",
        [
            "200",
            "already_decided",
            "already_decided",
            "invalid_transition",
            "nothing_to_retry",
            "nothing_to_retry",
        ],
    ),
    ("failed", ["200", "already_decided", "already_decided", "invalid_transition", "201", "201"]),
    (
        "cancelled",
        ["already_decided", "already_decided", "already_decided", "invalid_transition", "201", "201"],
    ),
];

/// A gate without a repository, and a step behind it.
fn gated(script: &str) -> String {
    format!(
        "name: NAME\nsteps:\n  - {{ key: first, uses: set, with: {{ outputs: {{ diff_summary: none, test_summary: none, risk_notes: [] }} }} }}\n  - {{ key: gate, uses: approval, with: {{ evidence_from: first, on_reject: {{ action: cancel }} }} }}\n  - {{ key: work, uses: command, with: {{ run: {} }} }}\npolicies: {{ retry: {{ full_run: true, steps: [gate] }} }}\n",
        json!(script)
    )
}

/// A script that reports to the pipe and waits until it is ended.
fn waiting(started: &str) -> String {
    format!("echo started > {started}; exec sleep 86399")
}

struct Runs {
    scene: Scene,
    started: Pipe,
    project: String,
    completing: String,
    failing: String,
    lasting: String,
    idle: String,
}

impl Runs {
    async fn prepare() -> Self {
        let scene = Scene::own(&Options::on(Backend::Sqlite));
        let started = Pipe::new(&scene.scratch().join("started"));
        Self {
            project: scene.bare_project().await,
            completing: scene.publish(&gated("true")).await,
            failing: scene.publish(&gated("exit 3")).await,
            lasting: scene.publish(&gated(&waiting(started.path()))).await,
            idle: scene.publish(&one_command(&waiting(started.path()))).await,
            started,
            scene,
        }
    }

    async fn at_gate(&self, workflow: &str) -> Run {
        let mut run = self.scene.start(&self.project, workflow, json!({})).await;
        run.wait_for("approval_requested").await;
        run
    }

    /// A run that stands in this status and stays there.
    async fn run(&mut self, status: &str) -> Run {
        let run = match status {
            "awaiting_approval" => self.at_gate(&self.completing).await,
            "running" => {
                let run = self.at_gate(&self.lasting).await;
                run.approve().await;
                self.started.line(|| self.scene.server.log()).await;
                run
            }
            "completed" | "failed" => {
                let workflow = if status == "completed" { &self.completing } else { &self.failing };
                let mut run = self.at_gate(workflow).await;
                run.approve().await;
                run.wait_for_end().await;
                run
            }
            "cancelled" => {
                let mut run = self.at_gate(&self.completing).await;
                run.cancel().await.expect(200);
                run.wait_for_end().await;
                run
            }
            // All workers are held by the time this is asked for.
            _ => self.scene.start(&self.project, &self.completing, json!({})).await,
        };
        assert_eq!(run.get().await["status"], status);
        run
    }

    /// Holds every worker of the server.
    async fn hold_workers(&mut self) -> Vec<Run> {
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(self.scene.start(&self.project, &self.idle, json!({})).await);
            self.started.line(|| self.scene.server.log()).await;
        }
        held
    }
}

/// Asks for the action on the run's own gate, or on one that does not exist where it has none.
async fn ask(run: &Run, action: &str) -> Reply {
    let shown = run.get().await;
    let gate = shown["approval"]["id"].as_str().unwrap_or("0199e0a0-0000-7000-8000-000000000000");
    let digest = shown["approval"]["evidence_digest"].as_str().unwrap_or("sha256:0");
    let body = json!({});
    match action {
        "approve" | "reject" => {
            let path = format!("{}/approvals/{gate}/{action}", run.path);
            let request = run.api.posting(&path, &body).header("If-Match", format!("\"{digest}\""));
            run.api.send(request).await
        }
        "refresh" => run.api.post(&format!("{}/approvals/{gate}/refresh", run.path), &body).await,
        "retry_step" => run.api.post(&format!("{}/steps/gate/retry", run.path), &body).await,
        _ => run.api.post(&format!("{}/{action}", run.path), &body).await,
    }
}

/// The status of an answer that did something, or the code of one that refused.
fn outcome(reply: &Reply) -> String {
    if reply.status < 300 {
        reply.status.to_string()
    } else {
        reply.json()["code"].as_str().unwrap().to_owned()
    }
}

/// Whether the action does something: a decision that is repeated does not.
fn does_something(status: &str, action: &str, expected: &str) -> bool {
    expected.starts_with('2') && (action != "approve" || status == "awaiting_approval")
}

/// Whether the run says that the action is allowed.
fn is_allowed(run: &Value, action: &str) -> bool {
    let actions = run["allowed_actions"].as_array().unwrap();
    actions.iter().find(|entry| entry["action"] == action).unwrap()["allowed"] == true
}

async fn assert_row(runs: &mut Runs, status: &str, row: [&str; 6]) -> Run {
    let lasting = runs.run(status).await;
    for (action, expected) in ACTIONS.into_iter().zip(row) {
        let works = does_something(status, action, expected);
        let own = if works { Some(runs.run(status).await) } else { None };
        let run = own.as_ref().unwrap_or(&lasting);
        let before = whole(run).await;
        assert_eq!(is_allowed(&before[0], action), works, "{action} while {status}: {:#}", before[0]);
        let reply = ask(run, action).await;
        assert_eq!(outcome(&reply), expected, "{action} while {status}: {}", reply.describe());
        if own.is_none() {
            assert_eq!(whole(run).await, before, "{action} while {status} changed something");
        }
        if expected == "invalid_transition" {
            let problem = reply.json();
            assert_eq!(problem["run_status"], status, "{problem:#}");
            assert_eq!(problem["from"], status, "{problem:#}");
            assert!(problem["to"].is_string() && problem["allowed"].is_array(), "{problem:#}");
        }
    }
    lasting
}

#[tokio::test]
async fn every_action_in_every_status_works_or_is_refused_and_changes_nothing() {
    let mut runs = Runs::prepare().await;
    let mut lasting = Vec::new();
    for (status, row) in GRID.into_iter().rev().filter(|(status, _)| *status != "pending") {
        let run = assert_row(&mut runs, status, row).await;
        if status == "running" {
            run.cancel().await.expect(200);
        } else {
            lasting.push(run);
        }
    }
    let held = runs.hold_workers().await;
    let waiting = assert_row(&mut runs, "pending", GRID[0].1).await;
    waiting.cancel().await.expect(200);
    for run in held {
        run.cancel().await.expect(200);
    }

    let mut before = Vec::new();
    for run in &lasting {
        before.push(whole(run).await);
    }
    runs.scene.server.kill();
    runs.scene.server.begin();
    for (run, before) in lasting.iter().zip(before) {
        assert_eq!(whole(run).await, before, "what was stored outlives the server");
    }
    let still: Vec<Value> = lasting.iter().map(|run| json!(run.id)).collect();
    assert_eq!(still.len(), 4);
    runs.scene.cancel_all(&runs.project).await;
}
