//! Ways to fail: each leaves the standard failure on the run and in the list of failures.

use crate::support::workflows::CANCELLED_BY_REJECTION;
use crate::support::{Backend, Options, Repository, Run, Scene, unique};
use serde_json::{Value, json};
use test_case::test_case;

/// What the failure says: type, reason, failed step, last successful step, safe retry.
pub type Expected = (&'static str, &'static str, &'static str, Option<&'static str>, &'static str);

/// A run of this definition with this agent fails as expected, before any gate.
struct Case {
    agent: &'static str,
    definition: String,
    expected: Expected,
}

/// The usual definition; the contract lets `tests` be retried.
fn usual() -> String {
    format!("{CANCELLED_BY_REJECTION}policies: {{ retry: {{ full_run: true, steps: [tests] }} }}\n")
}

fn testing(with: &str) -> String {
    usual().replace("uses: test }", &format!("uses: test, with: {with} }}"))
}

/// Tests that no gate follows.
fn ungated(with: &str) -> String {
    format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: agent }}\n  - {{ key: tests, uses: test, with: {with} }}\n"
    )
}

fn command(with: &str) -> String {
    format!(
        "name: NAME\ninputs: {{ type: object, properties: {{ word: {{ type: string }} }} }}\nsteps:\n  - {{ key: first, uses: set, with: {{ outputs: {{}} }} }}\n  - {{ key: only, uses: command, {with} }}\n"
    )
}

fn case(agent: &'static str, definition: String, expected: Expected) -> Case {
    Case { agent, definition, expected }
}

#[test_case(case("idles", usual(), ("execution", "tests_failed", "tests", Some("work"), "step")); "tests fail")]
#[test_case(case("mends", testing("{ expect: failure }"), ("execution", "tests_passed_unexpectedly", "tests", Some("work"), "full_run")); "tests pass that should fail")]
#[test_case(case("mends", testing("{ command: ['true'], require_tests: true }"), ("execution", "no_tests_ran", "tests", Some("work"), "full_run")); "no test ran")]
#[test_case(case("mends", testing("{ command: [no-such-program-anywhere] }"), ("execution", "command_not_found", "tests", Some("work"), "full_run")); "the test program is missing")]
#[test_case(case("mends", ungated("{ report: 'out/*.xml' }"), ("execution", "report_missing", "tests", Some("work"), "full_run")); "a declared report is missing")]
#[test_case(case("mends", ungated("{ report: '*.sh' }"), ("execution", "report_malformed", "tests", Some("work"), "full_run")); "a declared report is unreadable")]
#[test_case(case("fails", usual(), ("execution", "agent_failed", "work", None, "full_run")); "the agent gives up")]
#[test_case(case("mends", usual().replace("uses: agent }", "uses: agent, with: { agent: nobody } }"), ("validation", "agent_not_configured", "work", None, "full_run")); "the agent is not configured")]
#[test_case(case("absent_program", usual(), ("execution", "command_not_found", "work", None, "full_run")); "the agent is not installed")]
#[test_case(case("mends", command("with: { run: exit 3 }"), ("execution", "command_failed", "only", Some("first"), "full_run")); "a command fails")]
#[test_case(case("mends", command("with: { run: 'kill -KILL $$' }"), ("execution", "command_signalled", "only", Some("first"), "full_run")); "a command is killed")]
#[test_case(case("mends", command("timeout: 100ms, with: { run: sleep 86399 }"), ("timeout", "step_timeout", "only", Some("first"), "full_run")); "a command takes too long")]
#[test_case(case("mends", command("with: { run: 'echo [1] > $JIDO_OUTPUT' }"), ("validation", "invalid_output", "only", Some("first"), "full_run")); "an output is no object")]
#[test_case(case("mends", command("with: { run: 'ln -sf /etc/passwd $JIDO_OUTPUT' }"), ("validation", "invalid_output", "only", Some("first"), "full_run")); "an output is a link")]
#[test_case(case("mends", command("with: { run: 'true', env: { WORD: '{{ inputs.word }}' } }"), ("validation", "template_failed", "only", Some("first"), "none")); "a template names what was not given")]
#[test_case(case("mends", command("with: { run: 'git init -q sub && git -C sub -c user.name=a -c user.email=a@b commit -q --allow-empty -m x' }"), ("validation", "repository_unsupported", "only", Some("first"), "none")); "a step makes a nested repository")]
#[tokio::test]
async fn a_step_that_cannot_do_its_work_ends_the_run_with_a_typed_failure(case: Case) {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, case.agent, &case.definition).await;
    assert_failed(&mut run, case.expected).await;
    assert_eq!(repository.branches().len(), 1);
}

#[tokio::test]
async fn a_workspace_beyond_its_quota_fails_the_run() {
    let configuration = "[limits]\nworkspace_bytes = 65536\n".to_owned();
    let scene = Scene::own(&Options { configuration, ..Options::on(Backend::Sqlite) });
    let repository = Repository::broken();
    let definition = command("with: { run: 'head -c 1000000 /dev/zero > large.bin' }");
    let mut run = scene.run(&repository, "mends", &definition).await;
    assert_failed(&mut run, ("infrastructure", "workspace_full", "only", Some("first"), "full_run")).await;
}

#[tokio::test]
async fn a_failure_whose_context_could_not_be_found_says_what_is_missing_and_keeps_the_rest() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = testing("{ command: [bash, -c, 'echo no parser knows this; exit 5'] }");
    let mut run = scene.run(&repository, "mends", &definition).await;
    let failure = run.wait_for_end().await["failure"].clone();
    assert_eq!((&failure["reason"], &failure["failed_step"]), (&json!("tests_failed"), &json!("tests")));
    assert_eq!(
        (&failure["complete"], &failure["missing_fields"]),
        (&json!(false), &json!(["failing_tests"]))
    );
    for field in ["error_type", "detail", "last_successful_step", "remediation", "safe_retry", "timestamp"] {
        assert!(!failure[field].as_str().unwrap().is_empty(), "{field} is missing: {failure:#}");
    }
    let listed = scene.api.get(&format!("/failures?project_id={}", run.project)).await.expect(200);
    assert_eq!(listed["items"][0]["failure"], failure);
}

#[tokio::test]
async fn a_run_whose_base_does_not_exist_fails_before_its_first_step() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let project = scene.project(&repository, "mends").await;
    let workflow = scene.publish(CANCELLED_BY_REJECTION).await;
    let body = json!({ "workflow": workflow, "base_ref": "no-such-branch" });
    let mut run = scene.start_with(&project, &body).await;
    assert_failed(&mut run, ("validation", "base_not_found", "work", None, "full_run")).await;
}

#[tokio::test]
async fn a_run_whose_repository_is_gone_fails_before_its_first_step() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let project = scene.project(&repository, "mends").await;
    let workflow = scene.publish(CANCELLED_BY_REJECTION).await;
    std::fs::remove_dir_all(repository.remote()).unwrap();
    let mut run = scene.start(&project, &workflow, json!({})).await;
    assert_failed(&mut run, ("infrastructure", "repository_unavailable", "work", None, "full_run")).await;
}

#[tokio::test]
async fn a_push_that_the_remote_refuses_fails_the_run_and_quotes_the_remote() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    repository.hook("pre-receive", "#!/bin/sh\necho 'no robots here' >&2\nexit 1\n");
    run.approve().await;
    let failure =
        assert_failed(&mut run, ("execution", "push_rejected", "ship", Some("gate"), "full_run")).await;
    assert!(failure["detail"].as_str().unwrap().contains("no robots here"), "{failure:#}");
    assert_eq!(repository.branches().len(), 1);
}

#[tokio::test]
async fn an_approved_change_that_is_empty_is_not_shipped() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::sound();
    let mut run = scene.run(&repository, "idles", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let notes = run.approval().await["evidence"]["risk_notes"].clone();
    assert!(notes.as_array().unwrap().iter().any(|note| note["code"] == "empty_change"), "{notes:#}");
    run.approve().await;
    assert_failed(&mut run, ("execution", "nothing_to_ship", "ship", Some("gate"), "full_run")).await;
    assert_eq!(repository.branches().len(), 1);
}

#[tokio::test]
async fn a_branch_name_that_is_taken_gets_a_suffix_once_and_then_the_run_fails() {
    let scene = Scene::shared(Backend::Sqlite);
    for taken in [1, 2] {
        let repository = Repository::broken();
        let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
        run.wait_for("approval_requested").await;
        let approval = run.approval().await;
        let branch = approval["destination"]["branch"].as_str().unwrap();
        let second = format!("{branch}-2");
        for name in [branch, second.as_str()].iter().take(taken) {
            repository.ask(&["branch", name, "main"]);
        }
        let before = repository.branches();
        run.approve().await;
        if taken == 1 {
            assert_eq!(run.wait_for_end().await["status"], "completed");
            let branches = repository.branches();
            assert_eq!(branches[branch], before["main"], "the taken branch is left alone");
            assert_eq!(branches[&second], approval["evidence"]["diff_summary"]["commit"].as_str().unwrap());
        } else {
            assert_failed(&mut run, ("execution", "branch_taken", "ship", Some("gate"), "full_run")).await;
            assert_eq!(repository.branches(), before);
        }
    }
}

#[tokio::test]
async fn a_repository_with_submodules_is_refused_by_name() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::with(&[
        ("value.txt", "bad\n"),
        (".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n"),
    ]);
    let commit = repository.ask(&["rev-parse", "main"]);
    let work = repository.work();
    let mut command = crate::support::repository::git();
    command.arg("-C").arg(&work).args([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{commit},x"),
    ]);
    crate::support::program::stdout_of(&mut command);
    let mut command = crate::support::repository::git();
    command.arg("-C").arg(&work).args(["commit", "--quiet", "-m", "A submodule"]);
    crate::support::program::stdout_of(&mut command);
    let mut command = crate::support::repository::git();
    command
        .arg("-C")
        .arg(&work)
        .args(["push", "--quiet"])
        .arg(repository.remote())
        .arg("HEAD:refs/heads/main");
    crate::support::program::stdout_of(&mut command);
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    assert_failed(&mut run, ("validation", "repository_unsupported", "work", None, "none")).await;
}

#[tokio::test]
async fn a_step_that_fails_is_tried_again_as_its_contract_says() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let place = scene.scratch();
    let script = format!("echo x >> {0}/tries; [ $(wc -l < {0}/tries) -ge 3 ]", place.display());
    let definition = format!(
        "name: NAME\nsteps:\n  - key: only\n    uses: command\n    retry: {{ max_attempts: 3, initial_interval_ms: 1 }}\n    with: {{ run: {} }}\n",
        json!(script)
    );
    let workflow = scene.publish(&definition).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(run.attempt_states("only").await, ["failed", "failed", "succeeded"]);
    let events = run.events().await;
    let failed: Vec<&Value> = events.iter().filter(|event| event["event"] == "step_failed").collect();
    assert!(
        failed.len() == 2 && failed.iter().all(|event| event["data"]["will_retry"] == true),
        "{failed:#?}"
    );
}

#[tokio::test]
async fn failures_are_listed_by_type_reason_workflow_step_project_and_time() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let workflow = scene.publish(&crate::support::workflows::one_command("exit 9")).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    let ended = run.wait_for_end().await;
    let instant = ended["completed_at"].as_str().unwrap();
    let matching = [
        "error_type=execution",
        "reason=command_failed",
        "step=only",
        &format!("workflow={workflow}"),
        &format!("failed_after={instant}"),
        "failed_after=2020-01-01T00:00:00Z&failed_before=2120-01-01T00:00:00Z",
    ];
    for filter in matching {
        let page = scene.api.get(&format!("/failures?project_id={project}&{filter}")).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{filter}: {page:#}");
    }
    let others = [
        "error_type=timeout",
        "reason=tests_failed",
        "step=other",
        &format!("workflow={}", unique("flow")),
        &format!("failed_before={instant}"),
        "failed_after=2120-01-01T00:00:00Z",
    ];
    for filter in others {
        let page = scene.api.get(&format!("/failures?project_id={project}&{filter}")).await.expect(200);
        assert_eq!(page["items"], json!([]), "{filter}");
    }
}

/// The run failed so; the failure is the same on the run, beneath it and in the list. Returns it.
pub async fn assert_failed(run: &mut Run, expected: Expected) -> Value {
    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "failed", "{}", run.describe().await);
    let failure = ended["failure"].clone();
    let (error_type, reason, failed_step, last_step, safe_retry) = expected;
    assert_eq!(failure["reason"], reason, "{failure:#}\n{}", run.describe().await);
    assert_eq!(failure["error_type"], error_type, "{failure:#}");
    assert_eq!(failure["failed_step"], failed_step, "{failure:#}");
    assert_eq!(failure["last_successful_step"], json!(last_step), "{failure:#}");
    assert_eq!(failure["safe_retry"], safe_retry, "{failure:#}");
    assert_eq!((&failure["complete"], &failure["missing_fields"]), (&json!(true), &json!([])));
    for field in ["detail", "remediation", "timestamp"] {
        assert!(!failure[field].as_str().unwrap().is_empty(), "{field} is missing: {failure:#}");
    }
    assert_eq!(run.part("failure").await["failure"], failure);
    let listed = run.api.get(&format!("/failures?project_id={}", run.project)).await.expect(200);
    let found = listed["items"].as_array().unwrap().iter().find(|item| item["run_id"] == run.id);
    assert_eq!(found.unwrap_or_else(|| panic!("not listed: {listed:#}"))["failure"], failure);
    let names = run.event_names().await;
    assert_eq!(names[names.len() - 2..], [format!("step_failed({failed_step})"), "run_failed".to_owned()]);
    failure
}
