//! Streams: order, resumption, ends.

use super::support::Fixture;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use persistence::commands::RevokeToken;
use serde_json::{Value, json};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// Reads the stream until `enough` says so, or until it ends.
pub async fn read(response: ServiceResponse<impl MessageBody>, enough: impl Fn(&str) -> bool) -> String {
    assert_eq!(response.status(), 200);
    let mut body = pin!(response.into_body());
    let mut text = String::new();
    while !enough(&text) {
        let next = std::future::poll_fn(|context| body.as_mut().poll_next(context));
        match timeout(Duration::from_secs(20), next).await.expect("the stream neither sends nor ends") {
            Some(Ok(bytes)) => text.push_str(std::str::from_utf8(&bytes).unwrap()),
            Some(Err(_)) => panic!("the stream broke"),
            None => break,
        }
    }
    text
}

pub fn never(_: &str) -> bool {
    false
}

pub fn ids(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("id: ")).collect()
}

pub fn names(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("event: ")).collect()
}

#[actix_web::test]
async fn a_run_is_streamed_to_its_end_and_resumed_without_gap() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let run = fixture.start(&fixture.project("parser").await).await;
    let path = format!("{run}/events/stream");
    let opened = fixture.open(fixture.get(&path)).await;
    assert_eq!(opened.headers().get("content-type").unwrap(), "text/event-stream; charset=utf-8");
    let cancelled = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        fixture.send(fixture.post(&format!("{run}/cancel"), json!({}))).await
    };
    let (text, answer) = futures_util::join!(read(opened, never), cancelled);
    assert_eq!(answer.status, 200);
    assert!(text.starts_with("retry: 1000\n\n"), "{text}");
    assert_eq!(ids(&text), ["1", "2"]);
    assert_eq!(names(&text), ["run_created", "run_cancelled"]);
    let data: Value =
        serde_json::from_str(text.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap())
            .unwrap();
    assert_eq!((&data["seq"], &data["workflow_name"]), (&json!(2), &json!("gated")));
    let resumed =
        read(fixture.open(fixture.get(&path).insert_header(("Last-Event-ID", "1"))).await, never).await;
    assert_eq!(ids(&resumed), ["2"]);
    let after = read(fixture.open(fixture.get(&format!("{path}?after=1"))).await, never).await;
    assert_eq!(ids(&after), ["2"]);
    let over = fixture.send(fixture.get(&path).insert_header(("Last-Event-ID", "2"))).await;
    assert_eq!((over.status, over.text.as_str()), (204, ""));
    for wrong in ["3", "-1", "x"] {
        let answer = fixture.send(fixture.get(&path).insert_header(("Last-Event-ID", wrong))).await;
        assert_eq!(answer.faults()[0].0, "/headers/Last-Event-ID", "{wrong}");
    }
}

#[actix_web::test]
async fn the_feed_of_all_runs_resumes_at_its_cursor() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    fixture.start(&project).await;
    let opened = fixture.open(fixture.get("/api/v1/events/stream")).await;
    let run = fixture.start(&project).await;
    let text = read(opened, |text| !ids(text).is_empty()).await;
    assert_eq!(names(&text), ["run_created"], "it begins with what happens from now on");
    assert!(
        text.contains("\"topic\":\"jido_code:runs\"") && text.contains(run.rsplit('/').next().unwrap()),
        "{text}"
    );
    let last = ids(&text)[0].to_owned();
    fixture.send(fixture.post(&format!("{run}/cancel"), json!({}))).await;
    let resumed = fixture.get("/api/v1/events/stream").insert_header(("Last-Event-ID", last));
    let text = read(fixture.open(resumed).await, |text| !ids(text).is_empty()).await;
    assert_eq!(names(&text), ["run_cancelled"]);
    let wrong = fixture.send(fixture.get("/api/v1/events/stream?after=garbage")).await;
    assert_eq!(wrong.faults()[0].0, "/query/after");
}

#[actix_web::test]
async fn the_servers_end_and_a_revoked_token_end_streams() {
    let fixture = Fixture::new().await;
    let opened = fixture.open(fixture.get("/api/v1/events/stream")).await;
    let revoke = RevokeToken { id: fixture.token_id, user_id: fixture.owner, now: engine::clock::now() };
    fixture.engine.store().write(revoke).await.unwrap();
    assert_eq!(read(opened, never).await, "retry: 1000\n\n");
    let secret = crate::identity::new_secret();
    fixture.add_token(&secret).await;
    let request = super::support::anonymous(actix_web::http::Method::GET, "/api/v1/events/stream")
        .insert_header(("Authorization", format!("Bearer {secret}")));
    let opened = fixture.open(request).await;
    let began = std::time::Instant::now();
    fixture.stop.send(true).unwrap();
    assert_eq!(read(opened, never).await, "retry: 1000\n\n");
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[actix_web::test]
async fn a_list_waits_for_the_next_event() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let run = fixture.start(&fixture.project("parser").await).await;
    let waiting = fixture.get(&format!("{run}/events?after=1&wait_ms=20000"));
    let cancelled = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        fixture.send(fixture.post(&format!("{run}/cancel"), json!({}))).await
    };
    let began = std::time::Instant::now();
    let (list, _) = futures_util::join!(fixture.send(waiting), cancelled);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(
        (&list.json()["items"][0]["event"], &list.json()["next_after"]),
        (&json!("run_cancelled"), &json!(2))
    );
    let empty = fixture.send(fixture.get(&format!("{run}/events?after=2&wait_ms=50"))).await.json();
    assert_eq!(empty, json!({ "items": [], "next_after": 2 }));
}
