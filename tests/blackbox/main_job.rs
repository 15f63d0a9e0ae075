//! The main job: a run works on a real repository, stops at its gate, and ships exactly what was approved.

use crate::support::workflows::{CANCELLED_BY_REJECTION, REROUTED_BY_REJECTION, one_command};
use crate::support::{Api, Backend, Repository, Run, Scene, unique};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use test_case::test_case;

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn an_approval_ships_exactly_the_candidate_of_the_evidence(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let base = repository.ask(&["rev-parse", "main"]);
    let mut run = scene.gate(&repository).await;
    assert_eq!(repository.branches().len(), 1, "nothing is pushed before the approval");

    let approval = run.approval().await;
    let change = &approval["evidence"]["diff_summary"];
    assert_eq!(change["base"], base);
    assert_eq!(
        (&change["files_changed"], &change["additions"], &change["deletions"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let file =
        json!({ "path": "value.txt", "status": "modified", "additions": 1, "deletions": 1, "binary": false });
    for (name, value) in file.as_object().unwrap() {
        assert_eq!(&change["files"][0][name], value, "{change:#}");
    }
    let tests = &approval["evidence"]["test_summary"];
    assert_eq!(tests["tree"], change["tree"], "the tests ran on the tree that ships");
    for (name, value) in [("total", 2), ("passed", 2), ("failed", 0), ("skipped", 0), ("exit_code", 0)] {
        assert_eq!(tests[name], value, "{tests:#}");
    }
    assert_eq!(tests["fixed"], json!(["value is good"]), "{tests:#}");
    assert_eq!(tests["newly_failing"], json!([]));
    assert_eq!(approval["evidence"]["complete"], true);
    assert_eq!(approval["evidence"]["missing_fields"], json!([]));
    assert!(approval["evidence"]["risk_notes"].is_array());
    let branch = approval["destination"]["branch"].as_str().unwrap().to_owned();
    let digits: String = run.id.replace('-', "");
    assert_eq!(branch, format!("jidocode/fix_failing_tests/{}", &digits[digits.len() - 12..]));
    assert_eq!(approval["destination"]["mode"], "push");

    let decided = run.approve().await;
    assert_eq!(decided["status"], "approved");
    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "completed", "{}", run.describe().await);

    let commit = change["commit"].as_str().unwrap();
    let expected = BTreeMap::from([("main".to_owned(), base.clone()), (branch.clone(), commit.to_owned())]);
    assert_eq!(repository.branches(), expected);
    assert_eq!(repository.references().len(), 2, "the remote got that branch and nothing else");
    assert_eq!(repository.ask(&["rev-list", "--parents", "-1", commit]), format!("{commit} {base}"));
    assert_eq!(
        repository.ask(&["rev-parse", &format!("{commit}^{{tree}}")]),
        change["tree"].as_str().unwrap()
    );
    assert_eq!(repository.ask(&["show", &format!("{commit}:value.txt")]), "good");
    let message = repository.ask(&["log", "-1", "--format=%B", commit]);
    assert!(message.contains(&format!("Jido-Run: {}", run.id)), "{message}");
    assert!(message.contains("Jido-Workflow: fix_failing_tests@1"), "{message}");
    repository.assert_sound();

    let shipped = run.attempts("commit_and_pr").await;
    assert_eq!(shipped[0]["outputs"]["commit"], commit, "{shipped:#?}");
    assert_eq!(shipped[0]["outputs"]["branch"], branch);
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn the_events_and_transitions_of_an_approved_run_come_in_the_documented_order(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    run.approve().await;
    run.wait_for_end().await;

    assert_eq!(
        run.event_names().await,
        [
            "run_created",
            "run_started",
            "step_started(reproduce_failure)",
            "step_completed(reproduce_failure)",
            "step_started(run_coding_agent)",
            "step_completed(run_coding_agent)",
            "step_started(run_tests)",
            "step_completed(run_tests)",
            "step_started(request_approval)",
            "approval_requested(request_approval)",
            "approval_granted(request_approval)",
            "step_completed(request_approval)",
            "step_started(commit_and_pr)",
            "step_completed(commit_and_pr)",
            "run_completed",
        ]
    );
    let created = run.get().await;
    for event in run.events().await {
        assert_eq!(event["topic"], format!("jido_code:run:{}", run.id));
        assert_eq!(event["run_id"], run.id);
        assert_eq!(event["project_id"], run.project);
        assert_eq!(event["workflow_name"], "fix_failing_tests");
        assert_eq!(event["workflow_version"], 1);
        assert_eq!(event["correlation_id"], created["correlation_id"]);
        assert_instant(&event["timestamp"]);
        let name = event["event"].as_str().unwrap();
        let by_person = name == "run_created"
            || name == "approval_granted"
            || (name == "step_completed" && event["step"] == "request_approval");
        let kind = if by_person { "user" } else { "system" };
        assert_eq!(event["actor"]["kind"], kind, "{event}");
    }
    let moves = transitions(&run).await;
    assert_eq!(
        moves,
        [
            "null -> pending (run_created)",
            "pending -> running (run_started)",
            "running -> awaiting_approval (approval_requested)",
            "awaiting_approval -> running (approval_granted)",
            "running -> completed (run_completed)",
        ]
    );
    let listed = run.part("transitions").await;
    let granted = &listed["items"][3];
    assert_eq!(granted["actor"]["name"], "owner", "{granted}");
    assert_eq!(granted["step"], "request_approval");
    assert_eq!(listed["items"][2]["step"], "request_approval");
    for item in listed["items"].as_array().unwrap() {
        assert_instant(&item["at"]);
    }
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_rejection_under_the_cancel_policy_cancels_the_run_and_leaves_no_branch(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let before = repository.branches();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let rejected = run.reject("Not like this.").await;
    assert_eq!(rejected["status"], "rejected");
    assert_eq!(rejected["decisions"][0]["decision"], "rejected");
    assert_eq!(rejected["decisions"][0]["rationale"], "Not like this.");
    assert_eq!(rejected["decisions"][0]["actor"]["name"], "owner");
    assert_instant(&rejected["decisions"][0]["at"]);
    assert_eq!(rejected["outcome"]["decided_by"]["name"], "owner");

    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "cancelled");
    assert_eq!(ended["failure"], Value::Null);
    assert_eq!(repository.branches(), before);
    assert_eq!(
        run.event_names().await,
        [
            "run_created",
            "run_started",
            "step_started(work)",
            "step_completed(work)",
            "step_started(tests)",
            "step_completed(tests)",
            "step_started(gate)",
            "approval_requested(gate)",
            "approval_rejected(gate)",
            "run_cancelled",
        ]
    );
    assert_eq!(transitions(&run).await.last().unwrap(), "awaiting_approval -> cancelled (approval_rejected)");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_rejection_with_a_route_reaches_the_agent_and_the_second_round_ships(backend: Backend) {
    const RATIONALE: &str = "Say why in a note, please.";
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "listens", REROUTED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let first = run.approval().await;
    assert_eq!(first["policy"]["on_reject"]["round"], 1);
    assert_eq!(first["on_reject"], json!(["work", "tests", "gate"]));
    assert_eq!(first["on_approve"], json!(["ship"]));
    run.reject(RATIONALE).await;
    let restarted = run.wait_for_step("work").await;
    assert_eq!(restarted["attempt"], 2, "{restarted}");
    run.wait_for("approval_requested").await;

    let second = run.approval().await;
    assert_ne!(second["id"], first["id"], "each round has a gate of its own");
    assert_ne!(second["evidence"]["digest"], first["evidence"]["digest"]);
    assert_eq!(second["policy"]["on_reject"]["round"], 2);
    let patch = run.part("diff").await["patch"].as_str().unwrap().to_owned();
    assert!(patch.contains("+nobody rejected anything"), "{patch}");
    assert!(patch.contains(RATIONALE), "the agent was told why: {patch}");

    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    let commit = second["evidence"]["diff_summary"]["commit"].as_str().unwrap();
    let branch = second["destination"]["branch"].as_str().unwrap();
    assert_eq!(repository.branches()[branch], commit);
    let prompt = repository.ask(&["show", &format!("{commit}:prompt.txt")]);
    assert!(prompt.contains(RATIONALE), "the prompt names the rationale too: {prompt}");
    let names = run.event_names().await;
    let rejected = names.iter().position(|name| name == "approval_rejected(gate)").unwrap();
    assert_eq!(names[rejected + 1], "step_started(work)", "{names:#?}");
    assert!(!names.contains(&"run_cancelled".to_owned()));
    assert!(transitions(&run).await.contains(&"awaiting_approval -> running (approval_rejected)".to_owned()));
    assert_eq!(repository.branches().len(), 2);
}

#[tokio::test]
async fn a_rejection_beyond_the_last_round_cancels_the_run() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "listens", REROUTED_BY_REJECTION).await;
    for round in 1..=3 {
        run.wait_for("approval_requested").await;
        run.reject(&format!("Round {round} does not please.")).await;
    }
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
    assert_eq!(run.attempt_states("gate").await.len(), 3);
    assert_eq!(repository.branches().len(), 1);
}

#[tokio::test]
async fn a_gate_may_refuse_the_rejection_beyond_its_last_round_and_the_run_stays_as_it_is() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = REROUTED_BY_REJECTION.replace("max_rounds: 2", "max_rounds: 1, on_exhausted: refuse");
    let mut run = scene.run(&repository, "listens", &definition).await;
    run.wait_for("approval_requested").await;
    run.reject("Once more.").await;
    run.wait_for("approval_requested").await;
    let before = run.get().await;
    let refused = run.decide("reject", &run.digest().await, json!({ "rationale": "And again." })).await;
    let problem = refused.problem(409, "policy_violation");
    assert_eq!(problem["policy"]["on_reject"]["max_rounds"], 1, "{problem:#}");
    assert_eq!(run.get().await, before, "a refused rejection changes nothing");
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_run_without_a_repository_is_decided_on_the_outputs_that_its_gate_names(backend: Backend) {
    let scene = Scene::shared(backend);
    let project = scene.bare_project().await;
    let inputs = json!({ "issue_title": "The parser panics", "issue_body": "on empty input" });
    let mut run = scene.start(&project, "issue_triage", inputs).await;
    run.wait_for("approval_requested").await;
    let approval = run.approval().await;
    let evidence = &approval["evidence"];
    assert_eq!(evidence["diff_summary"]["text"], "No file changes. Issue: The parser panics");
    assert_eq!(evidence["test_summary"]["text"], "No tests: triage runs no code. The issue has 3 words.");
    assert_eq!(evidence["risk_notes"], json!([]));
    assert_eq!(approval["destination"], Value::Null);
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(
        run.event_names().await,
        [
            "run_created",
            "run_started",
            "step_started(read_issue)",
            "step_completed(read_issue)",
            "step_started(summarize)",
            "step_completed(summarize)",
            "step_started(request_approval)",
            "approval_requested(request_approval)",
            "approval_granted(request_approval)",
            "step_completed(request_approval)",
            "run_completed",
        ]
    );
}

#[tokio::test]
async fn a_cancelled_run_ends_its_processes_and_says_so() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let marker = unique("sleeper");
    // It ignores TERM, leaves its session, and would outlive an unkind server by far.
    let script =
        format!("trap '' TERM; setsid sleep 86399 {marker} 2>/dev/null & exec -a {marker} sleep 86399");
    let workflow = scene.publish(&one_command(&script)).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    run.wait_for_step("only").await;
    let cancelled = run.cancel().await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    run.wait_for_end().await;
    assert_eq!(
        run.event_names().await,
        ["run_created", "run_started", "step_started(only)", "run_cancelled"]
    );
    assert_eq!(transitions(&run).await.last().unwrap(), "running -> cancelled (cancelled_by_user)");
    let ended = run.part("transitions").await;
    let last = ended["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["actor"]["name"], "owner");
    assert!(last["metadata"].to_string().contains("enough"), "the reason is kept: {last}");
    let began = std::time::Instant::now();
    while scene.server.processes().iter().any(|(_, arguments)| arguments.contains(&marker)) {
        assert!(began.elapsed() < crate::support::PATIENCE, "{:#?}", scene.server.processes());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_failing_step_ends_the_run_with_both_events() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let workflow = scene.publish(&one_command("echo so far; exit 3")).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    assert_eq!(run.wait_for_end().await["status"], "failed");
    let expected = ["run_created", "run_started", "step_started(only)", "step_failed(only)", "run_failed"];
    assert_eq!(run.event_names().await, expected);
    assert_eq!(transitions(&run).await.last().unwrap(), "running -> failed (command_failed)");
    assert_eq!(run.log("only").await, "so far\n");
}

#[tokio::test]
async fn a_run_tells_what_it_is_and_what_can_be_done_to_it() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let project = scene.project(&repository, "mends").await;
    let body = json!({
        "workflow": "fix_failing_tests", "title": "Mend the value", "labels": { "area": "values" },
        "inputs": { "failure_signal": "value is good" },
    });
    let mut run = scene.start_with(&project, &body).await;
    run.wait_for("approval_requested").await;
    let at_gate = run.get().await;
    let version = scene.api.get("/workflows/fix_failing_tests/versions/1").await.expect(200);
    let expected = json!({
        "id": run.id, "number": 1, "project_id": project,
        "page": format!("/projects/{project}/runs/{}", run.id), "topic": format!("jido_code:run:{}", run.id),
        "title": "Mend the value", "labels": { "area": "values" },
        "workflow": { "name": "fix_failing_tests", "version": 1, "digest": version["digest"] },
        "status": "awaiting_approval", "current_step": "request_approval",
        "trigger": { "source": "api", "mode": "manual" },
        "inputs": { "failure_signal": "value is good" },
        "input_metadata": { "failure_signal": { "required": true, "origin": "provided" } },
        "attempt": 1, "retry_of": null, "root_run_id": run.id, "completed_at": null, "failure": null,
        "diagnostics": { "event_channel": 0, "approval_context": 0 },
        "base_commit": repository.branches()["main"],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&at_gate[name], value, "{name} of {at_gate:#}");
    }
    assert_eq!(at_gate["initiating_actor"]["name"], "owner");
    assert_eq!(at_gate["approval"]["status"], "pending");
    assert_eq!(at_gate["approval"]["evidence_digest"], run.digest().await);
    let events = run.events().await;
    assert_eq!(at_gate["last_event_seq"], events.len());
    let allowed = actions(&at_gate);
    assert_eq!(
        (&allowed["approve"], &allowed["reject"], &allowed["cancel"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert_eq!(scene.api.get(&run.path).await.header("etag"), format!("\"{}\"", at_gate["revision"]));

    run.approve().await;
    let ended = run.wait_for_end().await;
    assert!(actions(&ended).values().all(|allowed| *allowed == json!(false)), "{ended:#}");
    for action in ended["allowed_actions"].as_array().unwrap() {
        assert!(
            action["code"].is_string() && action["detail"].is_string(),
            "a refusal has its reason: {action}"
        );
    }
    assert_instant(&ended["started_at"]);
    assert_instant(&ended["completed_at"]);
    assert_eq!(ended["current_step"], Value::Null);
    assert!(run.cancel().await.problem(409, "invalid_transition")["run_status"] == "completed");
}

#[tokio::test]
async fn lists_show_a_run_and_its_gate_at_once() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let run = scene.gate(&repository).await;
    for list in [
        format!("/projects/{}/runs", run.project),
        format!("/runs?project_id={}&status=awaiting_approval", run.project),
        format!("/runs?project_id={}&workflow=fix_failing_tests", run.project),
    ] {
        let page = scene.api.get(&list).await.expect(200);
        let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(ids, [json!(run.id)], "{list}");
    }
    let none = scene.api.get(&format!("/runs?project_id={}&status=completed", run.project)).await.expect(200);
    assert_eq!(none["items"], json!([]));
    let inbox =
        scene.api.get(&format!("/approvals?status=pending&project_id={}", run.project)).await.expect(200);
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1, "{inbox:#}");
    assert_eq!(inbox["items"][0]["run_id"], run.id);
}

#[tokio::test]
async fn pages_of_a_list_hold_every_run_once() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let workflow =
        scene.publish("name: NAME\nsteps:\n  - { key: only, uses: set, with: { outputs: {} } }\n").await;
    let mut started = Vec::new();
    for _ in 0..5 {
        started.push(scene.start(&project, &workflow, json!({})).await.id);
    }
    started.reverse();
    let mut listed = Vec::new();
    let mut next = format!("/projects/{project}/runs?limit=2");
    loop {
        let reply = scene.api.get(&next).await;
        let page = reply.expect(200);
        listed.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        assert!(reply.header("link").contains("rel=\"next\""), "{}", reply.describe());
        next = format!("/projects/{project}/runs?limit=2&cursor={cursor}");
    }
    assert_eq!(listed, started, "newest first, each once");
}

#[tokio::test]
async fn a_started_run_keeps_the_version_it_pinned() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let name = unique("flow");
    let first = scene.publish_as(&name, CANCELLED_BY_REJECTION).await.expect(201);
    assert_eq!((&first["version"], &first["created"]), (&json!(1), &json!(true)));
    let project = scene.project(&repository, "mends").await;
    let mut run = scene.start(&project, &name, json!({})).await;
    run.wait_for("approval_requested").await;
    let second = scene.publish_as(&name, REROUTED_BY_REJECTION).await.expect(201);
    assert_eq!(second["version"], 2);
    assert_eq!(scene.publish_as(&name, REROUTED_BY_REJECTION).await.expect(200)["created"], false);
    run.reject("The first version cancels.").await;
    let ended = run.wait_for_end().await;
    assert_eq!((&ended["status"], &ended["workflow"]["version"]), (&json!("cancelled"), &json!(1)));
    assert_eq!(ended["workflow"]["digest"], first["digest"]);
    let newest = scene.start(&project, &name, json!({})).await.get().await;
    assert_eq!(newest["workflow"]["version"], 2, "a new run takes the newest version");
    let older = json!({ "workflow": name, "version": 1 });
    assert_eq!(scene.start_with(&project, &older).await.get().await["workflow"]["version"], 1);
    let taken_back = scene.publish_as(&name, CANCELLED_BY_REJECTION).await.expect(201);
    assert_eq!(taken_back["version"], 3, "content of an older version makes a new one");
    cancel_all(&scene.api, &project).await;
}

#[tokio::test]
async fn the_files_of_a_run_are_what_their_digests_say() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let approval = run.approval().await;
    run.approve().await;
    run.wait_for_end().await;
    let artifacts = run.part("artifacts").await;
    let items = artifacts["items"].as_array().unwrap();
    let mut kinds: Vec<_> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in ["diff", "evidence", "log", "report", "snapshot"] {
        assert!(kinds.contains(&kind), "{kind} is missing: {kinds:?}");
    }
    for item in items {
        let request = scene.api.request(Method::GET, item["content"].as_str().unwrap());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{item}");
        let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with("attachment"), "{item}: {disposition}");
        let bytes = response.bytes().await.unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), item["sha256"].as_str().unwrap(), "{item}");
        assert_eq!(item["size_bytes"], bytes.len(), "{item}");
        if item["kind"] == "evidence" {
            assert_eq!(
                format!("sha256:{}", hex::encode(Sha256::digest(&bytes))),
                approval["evidence"]["digest"].as_str().unwrap()
            );
        }
    }
    let change = &approval["evidence"]["diff_summary"];
    let diff = run.part("diff").await;
    let patch = diff["patch"].as_str().unwrap();
    assert_eq!(diff["commit"], change["commit"]);
    assert_eq!(hex::encode(Sha256::digest(patch)), change["sha256"].as_str().unwrap());
    assert!(patch.contains("-bad\n+good\n"), "{patch}");
}

#[tokio::test]
async fn a_dry_run_stores_a_bundle_of_the_candidate_and_touches_no_remote() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("uses: ship }", "uses: ship, with: { mode: dry_run } }");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    let approval = run.approval().await;
    assert_eq!(approval["destination"]["mode"], "dry_run");
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(repository.branches().len(), 1);
    let artifacts = run.part("artifacts").await;
    let bundle = artifacts["items"].as_array().unwrap().iter().find(|item| item["kind"] == "bundle").unwrap();
    let response = scene.api.request(Method::GET, bundle["content"].as_str().unwrap()).send().await.unwrap();
    let file = repository.folder().join("candidate.bundle");
    std::fs::write(&file, response.bytes().await.unwrap()).unwrap();
    let heads = repository.ask(&["bundle", "list-heads", file.to_str().unwrap()]);
    let commit = approval["evidence"]["diff_summary"]["commit"].as_str().unwrap();
    assert!(heads.contains(commit), "{heads}");
    repository.ask(&["bundle", "verify", "--quiet", file.to_str().unwrap()]);
}

#[tokio::test]
async fn one_person_is_one_vote_where_two_are_needed() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { required_approvals: 2,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    assert_eq!(run.approve().await["status"], "pending");
    run.wait_for("approval_voted").await;
    let again = run.approve().await;
    assert_eq!(again["status"], "pending", "the same person again is the same vote");
    assert_eq!(again["decisions"].as_array().unwrap().len(), 1, "{again:#}");
    assert_eq!(run.get().await["status"], "awaiting_approval");
    assert_eq!(run.cancel().await.expect(200)["status"], "cancelled");
}

#[tokio::test]
async fn whoever_started_a_run_cannot_approve_it_where_policy_forbids_that() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { allow_self_approval: false,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    let before = run.get().await;
    let other_token = scene.api.with_token(&scene.server.create_token());
    let by_other_token = Run::new(other_token, run.project.clone(), run.id.clone());
    for caller in [&run, &by_other_token] {
        let refused = caller.decide("approve", &caller.digest().await, json!({})).await;
        refused.problem(403, "self_approval_forbidden");
    }
    assert_eq!(run.get().await, before);
    assert_eq!(actions(&before)["approve"], false, "{before:#}");
    run.reject("Nobody else is here.").await;
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
}

#[tokio::test]
async fn a_gate_that_asks_for_a_rationale_takes_no_rejection_without_one() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { rationale_on_reject: required,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    let before = run.get().await;
    for body in [json!({}), json!({ "rationale": "  " })] {
        run.decide("reject", &run.digest().await, body).await.problem(422, "rationale_required");
    }
    assert_eq!(run.get().await, before);
    run.reject("Now with a reason.").await;
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
}

#[tokio::test]
async fn an_expired_gate_cancels_its_run() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { expires_in: 1ms,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
    let names = run.event_names().await;
    assert_eq!(names[names.len() - 2..], ["approval_expired(gate)", "run_cancelled"], "{names:#?}");
    assert_eq!(run.approval().await["status"], "expired");
}

/// `from -> to (reason)` of every transition.
async fn transitions(run: &Run) -> Vec<String> {
    let listed = run.part("transitions").await;
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

fn actions(run: &Value) -> BTreeMap<String, Value> {
    let actions = run["allowed_actions"].as_array().expect("a list");
    actions
        .iter()
        .map(|action| (action["action"].as_str().unwrap().to_owned(), action["allowed"].clone()))
        .collect()
}

/// RFC 3339, UTC, microseconds.
fn assert_instant(value: &Value) {
    let text = value.as_str().unwrap_or_default();
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "{value}");
}

/// Ends what a test has started and not followed to its end.
async fn cancel_all(api: &Api, project: &str) {
    let listed = api.get(&format!("/projects/{project}/runs")).await.expect(200);
    for run in listed["items"].as_array().unwrap() {
        let path = format!("/projects/{project}/runs/{}/cancel", run["id"].as_str().unwrap());
        // Those that have ended by themselves refuse.
        api.post(&path, &json!({})).await;
    }
}
