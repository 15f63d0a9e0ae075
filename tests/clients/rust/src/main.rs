//! Starts a run, watches it to its gate, reads what would ship, approves exactly that, and watches it to its end.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use rust_client::types::{EventKind, JsonObject, Problem, StartRunRequest, builder};
use rust_client::{Client, Error as ApiError};
use serde_json::{Map, json};
use std::env;
use std::error::Error;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

const ENDED: [EventKind; 3] = [EventKind::RunCompleted, EventKind::RunFailed, EventKind::RunCancelled];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let project: Uuid = env::var("PROJECT")?.parse()?;
    let client = connect(&env::var("SERVER")?, &env::var("TOKEN")?)?;

    // Every fault of a request comes at once, each with its place.
    match client.start_run().project_id(project).body(request()).send().await {
        Err(ApiError::ErrorResponse(answer)) => print_problem(&answer),
        other => return Err(format!("expected a problem, got {other:?}").into()),
    }

    // With a key the same request can be sent again: it gets the same run.
    let signal = json!("tests::several_parts_are_added_up fails on main");
    let inputs = Map::from_iter([("failure_signal".to_owned(), signal)]);
    let start = client.start_run().project_id(project).idempotency_key(Uuid::now_v7().to_string());
    let run = start.body(request().inputs(JsonObject(inputs))).send().await?.into_inner();
    let run_id = run.id;
    println!("run {} is {}", run.number, run.status);

    let mut at_gate = vec![EventKind::ApprovalRequested, EventKind::ApprovalBlocked];
    at_gate.extend(ENDED);
    let seen = watch(&client, project, run_id, 0, &at_gate).await?;

    let run = client.get_run().project_id(project).run_id(run_id).send().await?.into_inner();
    let gate = run.approval.ok_or("the run has no gate")?.id;
    let read = client.get_approval().project_id(project).run_id(run_id).approval_id(gate);
    let evidence = read.send().await?.into_inner().evidence;
    println!("change: {}", evidence.diff_summary.ok_or("no change")?.text);
    println!("tests: {}", evidence.test_summary.ok_or("no tests")?.text);
    for note in evidence.risk_notes.iter().flatten() {
        println!("risk, {}: {}", note.level, note.message);
    }

    // If-Match names what was read. Had it changed since, the answer would be 412.
    let digest = evidence.digest.ok_or("the gate is blocked")?;
    let approve = client.approve_run().project_id(project).run_id(run_id).approval_id(gate);
    let approve =
        approve.if_match(format!("\"{}\"", digest.as_str())).idempotency_key(Uuid::now_v7().to_string());
    let approved = approve.send().await?.into_inner();
    println!("gate is {}", approved.status);

    watch(&client, project, run_id, seen, &ENDED).await?;
    let run = client.get_run().project_id(project).run_id(run_id).send().await?.into_inner();
    let destination = approved.destination.ok_or("nothing ships")?;
    println!("run {} is {}: {} on {}", run.number, run.status, destination.branch, destination.remote);
    Ok(())
}

/// A client that sends the token with each request.
fn connect(server: &str, token: &str) -> Outcome<Client> {
    let authorization = HeaderValue::from_str(&format!("Bearer {token}"))?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
    Ok(Client::new_with_client(server, reqwest::Client::builder().default_headers(headers).build()?))
}

fn request() -> builder::StartRunRequest {
    StartRunRequest::builder().workflow("fix_failing_tests")
}

/// Prints the events behind `after` until one of these came; returns where that was.
async fn watch(
    client: &Client,
    project: Uuid,
    run: Uuid,
    mut after: i64,
    until: &[EventKind],
) -> Outcome<i64> {
    loop {
        // The answer waits for an event when there is none yet.
        let list = client.list_events().project_id(project).run_id(run).after(after).wait_ms(20_000);
        let page = list.send().await?.into_inner();
        for event in &page.items {
            let step = event.step.as_ref().map_or("", |step| step.as_str());
            println!("{:>3}  {} {step}", event.seq, event.event);
            if until.contains(&event.event) {
                return Ok(event.seq);
            }
        }
        after = page.next_after;
    }
}

fn print_problem(problem: &Problem) {
    println!("{}: {}", problem.code, problem.detail);
    for fault in &problem.errors {
        println!("  {} {}", fault.pointer, fault.detail);
    }
}
