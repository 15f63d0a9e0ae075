//! The story that the demo plays: start a run, read its evidence, decide, look at the remote.

use super::{
    api::Api,
    project::Project,
    remote,
    server::Server,
    show,
    stream::{Event, Follower},
};
use crate::{
    error::Error,
    process::{Checked, Document},
};
use serde_json::json;

const TERMINAL: [&str; 3] = ["run_completed", "run_failed", "run_cancelled"];
const GATE_OR_END: [&str; 5] =
    ["approval_requested", "approval_blocked", "run_completed", "run_failed", "run_cancelled"];

/// More rejections than any policy of the builtin workflows allows.
const MOST_ROUNDS: usize = 20;

/// One run on one server.
#[derive(Debug)]
pub struct Scene<'a> {
    server: &'a Server,
    project: &'a Project,
    api: Api,
    run_path: String,
    follower: Follower,
}

/// The gate as it was read, with the digest that a decision must name.
struct Gate {
    path: String,
    digest: String,
    approval: Document,
}

impl<'a> Scene<'a> {
    /// Signs in, creates the project and starts the run.
    pub fn open(server: &'a Server, project: &'a Project) -> Result<Self, Error> {
        let api = Api::new(server.address(), server.create_token()?);
        println!("== Create the project and start the run over REST");
        let created = api.post(
            "/projects",
            &json!({
                "name": "demo", "repository": project.repository, "default_branch": "main",
                "test_command": ["cargo", "test", "--offline"], "agent": "scripted",
            }),
        )?;
        let project_id = created.text("/id")?;
        let run = api.post(
            &format!("/projects/{project_id}/runs"),
            &json!({
                "workflow": "fix_failing_tests",
                "inputs": { "failure_signal": "`cargo test` fails on the main branch" },
            }),
        )?;
        let run_path = format!("/projects/{project_id}/runs/{}", run.text("/id")?);
        println!("   run {}", run.text("/id")?);
        show::event_heading();
        let follower = Follower::new(&run_path);
        Ok(Self { server, project, api, run_path, follower })
    }

    /// Approves at the gate and checks that the remote holds exactly the commit of the evidence.
    pub fn approve_and_ship(&mut self) -> Result<(), Error> {
        let gate = self.reach_gate()?;
        self.show_evidence(&gate)?;
        println!("== Approve exactly this digest");
        let decision = json!({ "rationale": "The demo's reader agrees." });
        self.api.post_if_match(&format!("{}/approve", gate.path), &gate.digest, &decision)?;
        let end = self.follower.until(&self.api, self.server, &TERMINAL)?;
        self.expect_end("completed", &end)?;
        self.show_shipped(&gate)
    }

    /// Rejects at every gate until the run is cancelled and checks that the remote has no branch of it.
    pub fn reject_until_cancelled(&mut self) -> Result<(), Error> {
        let mut gate = self.reach_gate()?;
        self.show_evidence(&gate)?;
        for round in 1..=MOST_ROUNDS {
            println!("== Reject, round {round}");
            let decision =
                json!({ "rationale": format!("The demo's reader wants another way (round {round}).") });
            self.api.post_if_match(&format!("{}/reject", gate.path), &gate.digest, &decision)?;
            let next = self.follower.until(&self.api, self.server, &GATE_OR_END)?;
            if TERMINAL.contains(&next.name.as_str()) {
                self.expect_end("cancelled", &next)?;
                return self.show_nothing_shipped();
            }
            gate = self.read_gate(&next)?;
            println!("   the work came back with digest {}", gate.digest);
        }
        Err(Error::WrongEnd {
            expected: "cancelled",
            actual: "still at its gate".to_owned(),
            detail: format!("after {MOST_ROUNDS} rejections"),
        })
    }

    fn reach_gate(&mut self) -> Result<Gate, Error> {
        let event = self.follower.until(&self.api, self.server, &GATE_OR_END)?;
        self.read_gate(&event)
    }

    fn read_gate(&self, event: &Event) -> Result<Gate, Error> {
        let run = self.api.get(&self.run_path)?;
        if TERMINAL.contains(&event.name.as_str()) {
            return Err(wrong_end("awaiting_approval", &run));
        }
        let path = format!("{}/approvals/{}", self.run_path, run.text("/approval/id")?);
        let approval = self.api.get(&path)?;
        if event.name == "approval_blocked" {
            return Err(Error::GateBlocked(approval.value["diagnostics"].to_string()));
        }
        Ok(Gate { path, digest: approval.text("/evidence/digest")?, approval })
    }

    fn show_evidence(&self, gate: &Gate) -> Result<(), Error> {
        println!("== The gate: this would ship");
        let diff = self.api.fetch(&format!("{}/diff", self.run_path), "text/x-diff")?;
        show::evidence(&gate.approval.value, &diff);
        Ok(())
    }

    fn expect_end(&self, expected: &'static str, event: &Event) -> Result<(), Error> {
        let run = self.api.get(&self.run_path)?;
        if event.name == format!("run_{expected}") && run.text("/status")? == expected {
            println!("   the run is {expected}");
            return Ok(());
        }
        Err(wrong_end(expected, &run))
    }

    fn show_shipped(&self, gate: &Gate) -> Result<(), Error> {
        println!("== What the bare remote has now");
        let approved = gate.approval.text("/evidence/diff_summary/commit")?;
        let branch = gate.approval.text("/destination/branch")?;
        let pushed = remote::run_branches(&self.project.remote)?;
        for found in &pushed {
            println!("   commit {}  branch {}", found.commit, found.name);
        }
        let [found] = pushed.as_slice() else {
            return Err(Error::RemoteDisagrees(format!("{} branches of runs, not one", pushed.len())));
        };
        if found.commit != approved || found.name != branch {
            return Err(Error::RemoteDisagrees(format!("approved was {approved} for {branch}")));
        }
        println!("   it is the approved commit, on the approved branch:");
        for line in remote::describe(&self.project.remote, &found.commit)?.lines() {
            println!("   | {line}");
        }
        Ok(())
    }

    fn show_nothing_shipped(&self) -> Result<(), Error> {
        println!("== What the bare remote has now");
        for found in remote::branches(&self.project.remote)? {
            println!("   commit {}  branch {}", found.commit, found.name);
        }
        let pushed = remote::run_branches(&self.project.remote)?;
        if pushed.is_empty() {
            println!("   no branch of the run: nothing was shipped");
            return Ok(());
        }
        Err(Error::RemoteDisagrees(format!("a rejected run pushed {pushed:?}")))
    }
}

fn wrong_end(expected: &'static str, run: &Document) -> Error {
    let actual = run.text("/status").unwrap_or_default();
    Error::WrongEnd { expected, actual, detail: run.value["failure"].to_string() }
}
