//! Logs of steps, read whole and while they are written.

use crate::support::workflows::one_command;
use crate::support::{Backend, Cli, Pipe, Relay, Repository, Run, Scene};
use serde_json::json;

/// A run that says something, waits for a word, and says more.
struct Talking {
    run: Run,
    go_on: Pipe,
}

impl Talking {
    async fn begin(scene: &Scene, first: &str, rest: &str) -> Self {
        let place = scene.scratch();
        let mut written = Pipe::new(&place.join("written"));
        let go_on = Pipe::new(&place.join("go_on"));
        let script =
            format!("{first}; echo written > {}; read -r word < {}; {rest}", written.path(), go_on.path());
        let project = scene.bare_project().await;
        let workflow = scene.publish(&one_command(&script)).await;
        let run = scene.start(&project, &workflow, json!({})).await;
        written.line(|| scene.server.log()).await;
        Self { run, go_on }
    }

    fn go_on(&self) {
        std::fs::write(self.go_on.path(), "on\n").unwrap();
    }
}

#[tokio::test]
async fn the_log_of_each_step_and_attempt_is_printed_as_it_was_written() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let script = "echo \"try $JIDO_ATTEMPT\"; test \"$JIDO_ATTEMPT\" = 2";
    let definition = format!(
        "name: NAME\nsteps:\n  - {{ key: first, uses: command, with: {{ run: 'echo one; echo two' }} }}\n  - {{ key: second, uses: command, retry: {{ max_attempts: 2, initial_interval_ms: 1 }}, with: {{ run: {} }} }}\n",
        json!(script)
    );
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for_end().await;
    for (options, expected) in [
        (&["--step", "first"][..], "one\ntwo\n"),
        (&["--step", "second", "--attempt", "1"], "try 1\n"),
        (&["--step", "second"], "try 2\n"),
        (&["--step", "second", "--follow"], "try 2\n"),
        // The last that worked.
        (&[], "try 2\n"),
    ] {
        let printed = cli.run(&[&["run", "logs", &run.id], options].concat()).await.done();
        assert_eq!(printed, expected, "{options:?}");
    }
    cli.run(&["run", "logs", &run.id, "--step", "third"]).await.expect(6).tells(&["first", "second"]);
    cli.run(&["run", "logs", &run.id, "--step", "first", "--attempt", "9"]).await.expect(6);
}

#[tokio::test]
async fn a_log_is_followed_while_it_is_written_through_a_connection_that_breaks() {
    let scene = Scene::shared(Backend::Sqlite);
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let mut talking =
        Talking::begin(&scene, "echo 'the first line'", "echo \"then $word\"; printf ünï").await;
    let mut follow = cli.begin(&["run", "logs", &talking.run.id, "--follow"]);
    assert_eq!(follow.line().await.as_deref(), Some("the first line"), "it comes while the step runs");
    let so_far = cli.run(&["run", "logs", &talking.run.id]).await.done();
    assert_eq!(so_far, "the first line\n", "without --follow it ends where the log ends");
    relay.lose_answer("GET", "/log").seen().await;
    talking.go_on();
    let said = follow.end().await.expect(0);
    assert_eq!(said.stdout, "the first line\nthen on\nünï");
    talking.run.wait_for_end().await;
    assert_eq!(talking.run.log("only").await, said.stdout);
}

#[tokio::test]
async fn bytes_that_are_no_text_do_not_swallow_what_comes_after_them() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let first = r"printf '\xff\xfe\xfd\xfc bytes\n'";
    let mut talking = Talking::begin(&scene, first, "echo 'the last line'").await;
    let mut follow = cli.begin(&["run", "logs", &talking.run.id, "--follow"]);
    assert!(follow.line().await.is_some_and(|line| line.ends_with(" bytes")));
    talking.go_on();
    let said = follow.end().await.expect(0);
    assert!(said.stdout.ends_with(" bytes\nthe last line\n"), "{}", said.describe());
    talking.run.wait_for_end().await;
}

#[tokio::test]
async fn a_long_log_is_printed_whole() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let project = scene.bare_project().await;
    // Three bytes a character: pieces of the log end within one.
    let workflow =
        scene.publish(&one_command("for n in $(seq 1 60000); do echo \"$n 世界世界世界\"; done")).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    run.wait_for_end().await;
    let printed = cli.run(&["run", "logs", &run.id]).await.done();
    let written: String = (1..=60_000).map(|n| format!("{n} 世界世界世界\n")).collect();
    assert!(printed == written, "{} bytes of {} are printed", printed.len(), written.len());
    let document = cli.run(&["run", "logs", &run.id, "--json"]).await.json();
    assert!(document["text"] == json!(written), "scripts get another text");
}
