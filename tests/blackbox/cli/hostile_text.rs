//! Text from elsewhere: whatever it holds, a terminal acts on none of it.
//!
//! Each command's output is looked through as it ends (`Said::assert_harmless`); these tests make such text and see
//! that it is shown, written out.

use crate::support::{Backend, Cli, Options, Repository, Run, Scene};
use serde_json::json;

/// An agent that colours, moves, renames the window and writes over what it said; its test names do the same.
const AGENT: &str = r#"
[agents.disguises]
argv = ["bash", "-euc", '''
printf 'red \033[31mtext\033[0m, \033[2J\033]0;window\007 \302\2332J \177\nsecret\rpublic\n'
printf 'good\033[2K\n' > value.txt
printf 'x\n' > "$(printf 'odd\033[2Jname.txt')"
''']
"#;

/// A check whose one test has a name that acts.
const CHECK: &str = "echo '1..1'; printf 'ok 1 - name\\033[2J\\n'\n";

/// What is written in place of the first byte of each of them.
const WRITTEN_OUT: &str = "\\u{1b}";

async fn disguised() -> (Scene, Repository, Run) {
    let scene = Scene::own(&Options { configuration: AGENT.to_owned(), ..Options::on(Backend::Sqlite) });
    let repository = Repository::with(&[("value.txt", "bad\n"), ("check.sh", CHECK)]);
    let body = json!({
        "name": "x\u{202e}y", "repository": repository.url(), "agent": "disguises", "test_command": ["bash", "check.sh"],
    });
    let project = scene.project_of(&body).await;
    let workflow = scene.publish(crate::support::workflows::CANCELLED_BY_REJECTION).await;
    let start = json!({ "workflow": workflow, "title": "from\u{202e}exe.txt", "labels": { "a\u{202e}b": "c\u{2066}d" } });
    let mut run = scene.start_with(&project, &start).await;
    run.wait_for("approval_requested").await;
    (scene, repository, run)
}

#[tokio::test]
async fn titles_names_files_tests_logs_and_reasons_reach_a_terminal_written_out() {
    let (scene, _repository, run) = disguised().await;
    let cli = Cli::of(&scene);
    let show = cli.run(&["run", "show", &run.id]).await.done();
    for text in ["from\\u{202e}exe.txt", "a\\u{202e}b=c\\u{2066}d"] {
        assert!(show.contains(text), "{text} is not shown:\n{show}");
    }
    assert!(show.contains("odd"), "the file is not shown:\n{show}");
    let log = cli.run(&["run", "logs", &run.id, "--step", "work"]).await.done();
    for text in ["red ", "text, ", WRITTEN_OUT, "\\u{9b}2J", "\\u{7f}", "secret\\u{d}public"] {
        assert!(log.contains(text), "{text} is not in the log:\n{log}");
    }
    cli.run(&["run", "logs", &run.id, "--step", "work", "--follow"]).await.expect(0);
    let diff = cli.run(&["run", "diff", &run.id]).await.done();
    assert!(diff.contains(&format!("+good{WRITTEN_OUT}[2K")), "{diff}");
    for list in [["project", "list"], ["run", "list"]] {
        let table = cli.run(&list).await.done();
        assert!(table.contains("x\\u{202e}y"), "{table}");
    }
    let rationale = "no\u{1b}[2J\u{9b}2J";
    let reject = ["run", "reject", &run.id, "--rationale", rationale];
    cli.run(&reject).await.expect(0);
    let watched = cli.run(&["run", "watch", &run.id]).await.expect(11);
    assert!(watched.stdout.contains("no\\u{1b}[2J\\u{9b}2J"), "{}", watched.describe());
    cli.run(&["run", "show", &run.id]).await.expect(0);
}

#[tokio::test]
async fn json_for_scripts_holds_the_very_text_and_no_control_character() {
    let (scene, _repository, run) = disguised().await;
    let cli = Cli::of(&scene);
    let shown = cli.run(&["run", "show", &run.id, "--json"]).await.json();
    assert_eq!(shown["run"]["title"], "from\u{202e}exe.txt");
    let logs = cli.run(&["run", "logs", &run.id, "--step", "work", "--json"]).await.json();
    assert_eq!(logs["text"], json!(run.log("work").await));
    let diff = cli.run(&["run", "diff", &run.id, "--json"]).await.json();
    assert_eq!(diff["patch"], run.part("diff").await["patch"]);
    run.reject("no\u{1b}[2J\u{9b}2J\u{7f}").await;
    let watched = cli.run(&["run", "watch", &run.id, "--json"]).await.expect(11);
    let mut run = run;
    assert_eq!(watched.json_lines(), run.events().await);
}

#[tokio::test]
async fn what_a_server_says_of_a_refusal_is_written_out_too() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let repository = Repository::broken();
    repository.hook("pre-receive", "#!/bin/sh\nprintf 'not \\033[2J today\\007\\n' >&2; exit 1\n");
    let mut run = scene.gate(&repository).await;
    run.approve().await;
    let ended = run.wait_for_end().await;
    assert_eq!(ended["failure"]["reason"], "push_rejected");
    let cli = Cli::of(&scene);
    cli.run(&["run", "show", &run.id]).await.done();
    cli.run(&["run", "watch", &run.id]).await.expect(10);
    // What was typed is repeated in a message.
    cli.run(&["run", "start", "no\u{1b}[2Jflow", "--project", &run.project]).await.expect(1);
    cli.run(&["run", "list", "--project", "no\u{1b}[2Jproject"]).await.expect(6);
    cli.run(&["run", "show", "no\u{1b}[2Jrun"]).await.expect(2);
    cli.run(&["workflow", "diff", "no\u{1b}[2Jflow"]).await.expect(6);
    cli.run(&["project", "list", "--server", "http://\u{1b}[2J"]).await.expect(2);
}
