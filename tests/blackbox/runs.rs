//! What runs tell of themselves, keep, and leave behind.

use crate::support::run::allowed_actions;
use crate::support::workflows::{CANCELLED_BY_REJECTION, REROUTED_BY_REJECTION, one_command};
use crate::support::{Backend, Repository, Scene, assert_instant, unique};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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
    assert_eq!(run.transitions().await.last().unwrap(), "running -> cancelled (cancelled_by_user)");
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
    assert_eq!(run.transitions().await.last().unwrap(), "running -> failed (command_failed)");
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
    let allowed = allowed_actions(&at_gate);
    assert_eq!(
        (&allowed["approve"], &allowed["reject"], &allowed["cancel"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert_eq!(scene.api.get(&run.path).await.header("etag"), format!("\"{}\"", at_gate["revision"]));

    run.approve().await;
    let ended = run.wait_for_end().await;
    assert!(allowed_actions(&ended).values().all(|allowed| *allowed == json!(false)), "{ended:#}");
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
    scene.cancel_all(&project).await;
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
