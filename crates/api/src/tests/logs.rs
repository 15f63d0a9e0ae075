//! Logs of attempts: parts, ranges, streams.

use super::support::Fixture;
use actix_web::body::MessageBody;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

/// A run whose first attempt waits for a worker, with the file that its log is read from.
async fn waiting(fixture: &Fixture) -> (String, String, PathBuf) {
    fixture.gated_workflow(json!({})).await;
    let run = fixture.start(&fixture.project("parser").await).await;
    let id = run.rsplit('/').next().unwrap();
    let folder = fixture.folder.path().join("data/logs").join(id);
    std::fs::create_dir_all(&folder).unwrap();
    let log = format!("{run}/steps/prepare/attempts/1/log");
    (run.clone(), log, folder.join("prepare.1.log"))
}

#[actix_web::test]
async fn a_log_is_read_whole_in_parts_and_by_range() {
    let fixture = Fixture::new().await;
    let (run, log, file) = waiting(&fixture).await;
    let empty = fixture.send(fixture.get(&log)).await;
    assert_eq!((empty.status, empty.text.as_str(), empty.header("x-log-size")), (200, "", "0"));
    std::fs::write(&file, "0123456789").unwrap();
    let whole = fixture.send(fixture.get(&log)).await;
    assert_eq!((whole.status, whole.text.as_str()), (200, "0123456789"));
    assert_eq!(whole.header("content-type"), "text/plain; charset=utf-8");
    assert!(whole.header("content-security-policy").starts_with("sandbox"));
    let part = fixture.send(fixture.get(&format!("{log}?offset=2&limit=3"))).await;
    assert_eq!((part.status, part.text.as_str()), (200, "234"));
    let range = fixture.send(fixture.get(&log).insert_header(("Range", "bytes=-4"))).await;
    assert_eq!(
        (range.status, range.text.as_str(), range.header("content-range")),
        (206, "6789", "bytes 6-9/10")
    );
    let beyond = fixture.send(fixture.get(&log).insert_header(("Range", "bytes=10-"))).await;
    assert_eq!((beyond.status, beyond.code().as_str()), (416, "range_not_satisfiable"));
    assert_eq!((beyond.header("content-range"), beyond.header("x-log-size")), ("bytes */10", "10"));
    for missing in
        ["steps/prepare/attempts/2/log", "steps/nothing/attempts/1/log", "steps/prepare/attempts/01/log"]
    {
        assert_eq!(
            fixture.send(fixture.get(&format!("{run}/{missing}"))).await.code(),
            "not_found",
            "{missing}"
        );
    }
}

#[actix_web::test]
async fn a_log_is_streamed_while_it_grows_and_ends_with_its_attempt() {
    let fixture = Fixture::new().await;
    let (run, log, file) = waiting(&fixture).await;
    std::fs::write(&file, "one €").unwrap();
    let request = fixture.get(&format!("{log}/stream")).insert_header(("Last-Event-ID", "1"));
    let mut body = pin!(fixture.open(request).await.into_body());
    let mut text = String::new();
    let mut step = 0;
    while let Some(piece) = tokio::time::timeout(
        Duration::from_secs(20),
        std::future::poll_fn(|context| body.as_mut().poll_next(context)),
    )
    .await
    .expect("the stream neither sends nor ends")
    {
        let Ok(piece) = piece else { panic!("the stream broke") };
        text.push_str(std::str::from_utf8(&piece).unwrap());
        if step == 0 && text.contains("ne €") {
            step = 1;
            // The first byte of a character alone is not sent.
            let mut file = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
            file.write_all(b" two \xE2").unwrap();
        } else if step == 1 && text.contains(" two ") {
            step = 2;
            let answer = fixture.send(fixture.post(&format!("{run}/cancel"), json!({}))).await;
            assert_eq!(answer.status, 200);
        }
    }
    let expected = "retry: 1000\n\n\
        id: 7\nevent: log\ndata: {\"offset\":1,\"text\":\"ne €\"}\n\n\
        id: 12\nevent: log\ndata: {\"offset\":7,\"text\":\" two \"}\n\n\
        id: 13\nevent: log\ndata: {\"offset\":12,\"text\":\"\u{FFFD}\"}\n\n\
        id: 13\nevent: end\ndata: {\"offset\":13,\"text\":\"\"}\n\n";
    assert_eq!(text, expected);
}
