//! Streams: nothing missed, nothing twice, no secret.

use crate::support::stream::{Message, Stream};
use crate::support::workflows::{CANCELLED_BY_REJECTION, one_command};
use crate::support::{Backend, Options, Pipe, Repository, Scene, agents};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use test_case::test_case;

fn seqs(messages: &[Message]) -> Vec<u64> {
    let seq = |message: &Message| {
        let seq = message.json()["seq"].as_u64().unwrap();
        assert_eq!(message.id, seq.to_string(), "the id is the number: {message:?}");
        assert_eq!(message.json()["event"], message.event, "the name is the event's: {message:?}");
        seq
    };
    messages.iter().map(seq).collect()
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_stream_resumed_after_a_restart_of_the_server_misses_nothing_and_repeats_nothing(backend: Backend) {
    let scene = Scene::own(&Options { lease_seconds: 3, ..Options::on(backend) });
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    let path = format!("{}/events/stream", run.path);
    let mut stream = Stream::open(&scene.api, &path, None).await;
    let mut seen = stream.until("approval_requested").await;
    // Some of what this client was sent is lost on the way: it resumes from what it has seen.
    seen.truncate(4);
    scene.server.kill();
    stream.wait_for_end().await;
    scene.server.begin();
    let mut resumed = Stream::open(&scene.api, &path, Some(&seen.last().unwrap().id)).await;
    run.approve().await;
    seen.extend(resumed.until("run_completed").await);
    assert_eq!(seqs(&seen), (1..=seen.len() as u64).collect::<Vec<_>>());
    let listed = run.events().await;
    assert_eq!(
        seen.iter().map(Message::json).collect::<Vec<_>>(),
        listed,
        "the stream says what the list says"
    );

    // Whatever a client has seen, it gets the rest, exactly once.
    for last in 0..seen.len() {
        let id = last.to_string();
        let mut stream = Stream::open(&scene.api, &path, Some(&id)).await;
        assert_eq!(stream.until("run_completed").await, seen[last..], "behind {last}");
    }
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn the_stream_of_all_runs_holds_every_event_of_every_run_once_and_in_order(backend: Backend) {
    const RUNS: usize = 6;
    let scene = Scene::own(&Options::on(backend));
    let project = scene.bare_project().await;
    let workflow = scene.publish(&one_command("true")).await;
    let mut stream = Stream::open(&scene.api, "/events/stream", None).await;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(scene.start(&project, &workflow, json!({})).await);
    }
    let mut messages: Vec<Message> = Vec::new();
    while messages.iter().filter(|message| message.event == "run_completed").count() < RUNS {
        messages.push(stream.next().await.expect("the stream goes on"));
        // A client that loses its connection in the middle resumes by the id.
        if messages.len() == 10 {
            let last = messages.last().unwrap().id.clone();
            stream = Stream::open(&scene.api, "/events/stream", Some(&last)).await;
        }
    }
    let mut by_run: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for message in &messages {
        let event = message.json();
        by_run.entry(event["run_id"].as_str().unwrap().to_owned()).or_default().push(event);
    }
    assert_eq!(by_run.len(), RUNS);
    for run in &mut runs {
        let streamed: Vec<&Value> = by_run[&run.id].iter().map(|event| &event["seq"]).collect();
        let listed = run.events().await;
        assert_eq!(streamed, listed.iter().map(|event| &event["seq"]).collect::<Vec<_>>());
    }
    for message in &messages {
        assert_eq!(message.json()["topic"], "jido_code:runs", "{message:?}");
    }
    let ids: std::collections::BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), messages.len(), "every id is another one");
}

#[tokio::test]
async fn a_log_is_streamed_while_it_is_written_and_resumes_at_its_offset() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let place = scene.scratch();
    let mut written = Pipe::new(&place.join("written"));
    let go_on = Pipe::new(&place.join("go_on"));
    let script = format!(
        "echo 'the first line'; echo written > {}; read -r word < {}; echo \"then $word\"; echo ünï",
        written.path(),
        go_on.path()
    );
    let workflow = scene.publish(&one_command(&script)).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    written.line(|| scene.server.log()).await;
    let path = format!("{}/steps/only/attempts/1/log/stream", run.path);
    let mut stream = Stream::open(&scene.api, &path, None).await;
    let mut text = String::new();
    let mut last = String::new();
    while text.is_empty() {
        let message = stream.next().await.expect("the log goes on");
        assert_eq!(message.event, "log");
        text.push_str(message.json()["text"].as_str().unwrap());
        last = message.id;
    }
    assert_eq!(text, "the first line\n", "it comes while the step runs");
    drop(stream);
    std::fs::write(go_on.path(), "on\n").unwrap();
    run.wait_for_end().await;
    let mut resumed = Stream::open(&scene.api, &path, Some(&last)).await;
    for message in resumed.until("end").await {
        text.push_str(message.json()["text"].as_str().unwrap());
    }
    assert_eq!(text, "the first line\nthen on\nünï\n");
    assert_eq!(run.log("only").await, text);
    resumed.wait_for_end().await;
}

#[tokio::test]
async fn a_secret_of_an_agent_reaches_no_log_no_event_and_no_file() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "tells_its_secret", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let log = run.log("work").await;
    assert!(log.contains("whole ") && log.contains("parts ") && log.matches(" end").count() == 2, "{log}");
    assert!(!log.contains(agents::SECRET), "{log}");
    let path = format!("{}/steps/work/attempts/1/log/stream", run.path);
    let streamed = Stream::open(&scene.api, &path, None).await.until("end").await;
    assert!(!format!("{streamed:?}").contains(agents::SECRET));
    assert!(!json!(run.events().await).to_string().contains(agents::SECRET));
    run.reject("Thank you.").await;
    run.wait_for_end().await;
    scene.server.stop();
    assert!(!scene.server.whole_log().contains(agents::SECRET), "the server's log holds it");
    assert_holds_nowhere(&scene.server.data(), agents::SECRET);
}

fn assert_holds_nowhere(folder: &std::path::Path, secret: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_holds_nowhere(&path, secret);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{} holds the secret", path.display());
    }
}

#[tokio::test]
async fn a_long_poll_answers_when_there_is_something_and_with_nothing_when_there_is_not() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let run = scene.gate(&repository).await;
    let last = run.get().await["last_event_seq"].as_u64().unwrap();
    let none = scene.api.get(&format!("{}/events?after={last}&wait_ms=50", run.path)).await.expect(200);
    assert_eq!((&none["items"], &none["next_after"]), (&json!([]), &json!(last)));
    let path = format!("{}/events?after={last}&wait_ms=30000", run.path);
    let waiting = scene.api.get(&path);
    let (some, cancelled) = tokio::join!(waiting, run.cancel());
    cancelled.expect(200);
    assert_eq!(some.expect(200)["items"][0]["event"], "run_cancelled");
    let page = scene.api.get(&format!("{}/events?after=0&limit=2", run.path)).await.expect(200);
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next_after"]), (2, &json!(2)));
}
