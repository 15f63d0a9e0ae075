//! Completion by shells.

use crate::support::Cli;
use crate::support::program::stdout_of;
use std::process::Command;
use test_case::test_case;

#[test_case("bash")]
#[test_case("zsh")]
#[test_case("fish")]
#[tokio::test]
async fn a_script_for_the_shell_knows_the_commands_that_people_use(shell: &str) {
    let script = Cli::stranger().run(&["completions", shell]).await.done();
    for word in ["approve", "wait-for", "evidence", "publish"] {
        assert!(script.contains(word), "{word} is missing");
    }
}

#[test_case("run app", "approve"; "a command")]
#[test_case("run approve --evi", "--evidence"; "an option")]
#[test_case("run watch x --wait-for awaiting", "awaiting_approval"; "a value")]
#[tokio::test]
async fn bash_completes_what_was_begun(typed: &str, expected: &str) {
    let cli = Cli::stranger();
    let script = cli.run(&["completions", "bash"]).await.done();
    let file = cli.file("completions.bash", &script);
    let ask = r#"
source "$1"; shift
COMP_WORDS=(jido "$@"); COMP_CWORD=$#
_jido jido "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;
    let mut command = Command::new("bash");
    command.args(["-c", ask, "bash", &file]).args(typed.split_whitespace());
    let offered = stdout_of(&mut command);
    assert_eq!(offered.lines().collect::<Vec<_>>(), [expected], "{offered}");
}
