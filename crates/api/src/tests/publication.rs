//! A hub that fails: the run is right, the failure is on record, and every listener still gets everything.

use super::streams::{ids, names, never, read};
use super::support::Fixture;
use serde_json::{Value, json};
use std::time::Duration;
use test_case::test_case;

fn diagnostics_of(body: &Value) -> Vec<Value> {
    body["items"].as_array().unwrap().clone()
}

fn failures_of(diagnostics: &[Value]) -> u64 {
    diagnostics.iter().map(|diagnostic| diagnostic["attempts"].as_u64().unwrap()).sum()
}

/// Waits until so many failures are on record and every diagnostic of the run is closed.
async fn closed(fixture: &Fixture, run: &str, failures: u64) -> Vec<Value> {
    for _ in 0..400 {
        let found = diagnostics_of(&fixture.send(fixture.get(&format!("{run}/diagnostics"))).await.json());
        if failures_of(&found) >= failures
            && found.iter().all(|diagnostic| !diagnostic["resolved_at"].is_null())
        {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not closed: {}", fixture.send(fixture.get(&format!("{run}/diagnostics"))).await.text);
}

#[test_case("3*return(no more room)", "no more room"; "it refuses")]
#[test_case("3*panic(it broke)", "The hub panicked: "; "it panics")]
#[actix_web::test]
async fn a_hub_that_fails_leaves_the_run_right_and_its_failures_are_recorded_and_retried(
    how: &str,
    detail: &str,
) {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let run = fixture.start(&fixture.project("parser").await).await;
    let id = run.rsplit('/').next().unwrap().to_owned();
    fail::cfg(format!("hub_publish_{id}"), how).unwrap();
    let opened = fixture.open(fixture.get(&format!("{run}/events/stream"))).await;
    fixture.work();
    fixture.until(&run, "awaiting_approval").await;
    fixture.send(fixture.post(&format!("{run}/cancel"), json!({}))).await;
    fixture.until(&run, "cancelled").await;

    let text = read(opened, never).await;
    let listed = fixture.send(fixture.get(&format!("{run}/events"))).await.json();
    let seqs: Vec<String> =
        listed["items"].as_array().unwrap().iter().map(|event| event["seq"].to_string()).collect();
    assert_eq!(ids(&text), seqs, "a listener gets every event in order exactly once");
    assert_eq!(*names(&text).last().unwrap(), "run_cancelled");

    let found = closed(&fixture, &run, 3).await;
    assert_eq!(failures_of(&found), 3, "every failure is on record, once: {found:#?}");
    for diagnostic in &found {
        assert_eq!(diagnostic["error_type"], "run_event_publication_failed");
        assert_eq!(diagnostic["channel"], "in_process");
        assert_eq!(diagnostic["operation"], "publish");
        assert_eq!(diagnostic["topic"], format!("jido_code:run:{id}"));
        assert_eq!(diagnostic["reason"], "hub_failed");
        assert_eq!(diagnostic["resolution"], "delivered");
        assert!(diagnostic["detail"].as_str().unwrap().starts_with(detail), "{diagnostic}");
        let seq = diagnostic["seq"].as_u64().unwrap() as usize;
        assert_eq!(diagnostic["event"], listed["items"][seq - 1]["event"], "it names the event");
    }
    let ended = fixture.send(fixture.get(&run)).await.json();
    assert_eq!(ended["diagnostics"]["event_channel"], found.len(), "the run counts them: {ended:#}");
    let metrics = fixture.send(fixture.get("/metrics")).await;
    assert_eq!(metrics.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    for line in [
        "jido_publication_failures_total{channel=\"in_process\"} 3",
        "jido_runs{status=\"cancelled\"} 1",
        "jido_runs_started_total 1",
        "jido_runs_ended_total{outcome=\"cancelled\"} 1",
        &format!("jido_events_written_total {}", seqs.len()),
    ] {
        assert!(metrics.text.lines().any(|found| found == line), "{line} is missing: {}", metrics.text);
    }
    assert!(!metrics.text.contains(&id), "no label names a run");
    fail::remove(format!("hub_publish_{id}"));
}
