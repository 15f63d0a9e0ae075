//! A person at a terminal: shown what would ship, asked, and obeyed.

use super::decisions::{assert_undecided, change_evidence};
use crate::support::workflows::one_command;
use crate::support::{Backend, Cli, Scene, Terminal};
use serde_json::json;
use test_case::test_case;

const QUESTION: &str = "Approve exactly this?";

#[tokio::test]
async fn an_approval_shows_what_would_ship_and_waits_for_yes() {
    let (scene, repository, mut run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let digest = run.digest().await;
    for answer in ["n", "", "of course"] {
        let mut terminal = Terminal::begin(&cli, &["run", "approve", &run.id]);
        terminal.until(QUESTION).await;
        for text in ["value.txt", "2 passed", &digest, "jidocode/fix_failing_tests/"] {
            assert!(terminal.shown().contains(text), "{text} is not shown:\n{}", terminal.shown());
        }
        terminal.type_line(answer).await;
        terminal.ends_with(3).await;
        assert_undecided(&run, &repository).await;
    }
    let mut terminal = Terminal::begin(&cli, &["run", "approve", &run.id, "--wait"]);
    terminal.until(QUESTION).await;
    terminal.type_line("yes").await;
    let shown = terminal.ends_with(0).await;
    assert!(shown.contains("run completed"), "{shown}");
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(run.approval().await["decisions"][0]["evidence_digest"], json!(digest));
}

#[tokio::test]
async fn evidence_that_changes_while_somebody_reads_is_not_what_they_approve() {
    let (scene, repository, run) = super::at_gate().await;
    let mut terminal = Terminal::begin(&Cli::of(&scene), &["run", "approve", &run.id]);
    terminal.until(QUESTION).await;
    let current = change_evidence(&repository, &run).await;
    terminal.type_line("y").await;
    let shown = terminal.ends_with(7).await;
    assert!(shown.contains(&current), "{shown}");
    assert_undecided(&run, &repository).await;
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_token_that_is_typed_is_not_shown() {
    let scene = Scene::shared(Backend::Sqlite);
    let token = scene.server.create_token();
    let cli = Cli::stranger();
    let mut terminal = Terminal::begin(&cli, &["login", &scene.server.address()]);
    terminal.until("Token for ").await;
    terminal.until_keys_are_hidden().await;
    terminal.type_line(&token).await;
    let shown = terminal.ends_with(0).await;
    assert!(shown.contains("owner") && !shown.contains(&token), "{shown}");
    cli.run(&["project", "list"]).await.expect(0);
}

#[test_case(None, "red \u{1b}[1;31mtext\u{1b}[0m \\u{1b}[2J\\u{7}end\n"; "colours")]
#[test_case(Some("1"), "red text \\u{1b}[2J\\u{7}end\n"; "no colours where none are wanted")]
#[tokio::test]
async fn a_log_has_its_colours_at_a_terminal_and_nothing_else_that_acts(
    no_color: Option<&str>,
    expected: &str,
) {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let script = r"printf 'red \033[1;31mtext\033[0m \033[2J\aend\n'";
    let workflow = scene.publish(&one_command(script)).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    run.wait_for_end().await;
    let cli = no_color.into_iter().fold(Cli::of(&scene), |cli, value| cli.with("NO_COLOR", value));
    let shown = Terminal::begin(&cli, &["run", "logs", &run.id]).ends_with(0).await;
    assert!(shown.ends_with(expected), "{shown:?}");
}
