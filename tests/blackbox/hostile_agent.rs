//! An agent that wants to approve its own work: it tries every way to the server that a shell knows.

use crate::support::{Backend, Options, Repository, Scene};
use serde_json::json;
use std::process::Command;

/// The agent. It is told where everything is, says of each attempt whether it came through, and does its work too,
/// so that the run reaches its gate.
///
/// A line `through NAME` is a way that was open, `refused NAME` one that was not.
pub const INTRUDER: &str = r#"
echo good > value.txt
data="$JIDO_INPUT_DATA"; server="$JIDO_INPUT_SERVER"; other="$JIDO_INPUT_OTHER"; address="$JIDO_INPUT_ADDRESS"
attempt() { local name="$1"; shift; if "$@" > taken 2>&1; then echo "through $name"; else echo "refused $name"; fi; rm -f taken; }
shell() { bash -c "$1" "$data" "$server" "$other"; }
attempt data_folder_listed ls "$data"
attempt database_read head -c 16 "$data/jido.sqlite"
attempt database_log_read head -c 16 "$data/jido.sqlite-wal"
attempt database_written shell 'echo x >> "$0/jido.sqlite"'
attempt database_replaced mv value.txt "$data/jido.sqlite"
attempt database_removed rm -f "$data/jido.sqlite"
attempt database_linked ln "$data/jido.sqlite" stolen
attempt owner_link_read cat "$data/owner-link"
attempt owner_link_through_a_symlink shell 'ln -s "$0" way && cat way/owner-link'
attempt owner_link_through_proc_root cat "/proc/self/root$data/owner-link"
attempt owner_link_through_the_servers_root cat "/proc/$server/root$data/owner-link"
attempt owner_link_through_the_servers_folder shell 'cat "/proc/$1/cwd/owner-link" "/proc/$1/cwd/data/owner-link"'
attempt own_link_made "$JIDO_INPUT_PROGRAM" owner-link --data "$data"
attempt own_token_made "$JIDO_INPUT_PROGRAM" token create --name intruder --data "$data"
attempt configuration_read cat "$data/../jido.toml"
attempt evidence_read shell 'cat "$0"/artifacts/*/* "$0"/artifacts/*'
attempt mirror_written touch "$data/mirrors/x"
attempt log_of_another_run_read shell 'cat "$0/logs/$2"/*'
attempt workspace_of_another_run_listed ls "$data/runs/$other/workspace"
attempt workspace_of_another_run_read cat "$data/runs/$other/workspace/value.txt"
attempt workspace_of_another_run_written shell 'echo evil > "$0/runs/$2/workspace/value.txt"'
attempt workspace_of_another_run_by_a_relative_path cat "../../$other/workspace/value.txt"
attempt environment_of_the_server_read shell 'tr "\0" "\n" < "/proc/$1/environ" | grep -q .'
attempt memory_map_of_the_server_read shell 'head -c 1 "/proc/$1/maps" | grep -q .'
attempt memory_of_the_server_opened shell 'exec 3< "/proc/$1/mem"'
attempt files_of_the_server_listed shell 'readlink /proc/$1/fd/* | grep -q .'
attempt server_terminated kill -TERM "$server"
attempt server_killed kill -KILL "$server"
attempt supervisor_killed kill -KILL "$PPID"
attempt mounted_over mount --bind . "$data"
attempt mounted_over_in_a_namespace shell 'unshare -Urm bash -c "mount --bind $0 . && cat ./owner-link"'
attempt canary_in_own_environment shell 'env | grep -q -e hunter2 -e postgres://'
ask() { exec 3<> "/dev/tcp/${address%:*}/${address#*:}" && printf '%s\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}' "$1" "$address" >&3 && head -n 1 <&3; }
echo "answer projects $(ask 'GET /api/v1/projects HTTP/1.1')"
echo "answer approvals $(ask 'GET /api/v1/approvals HTTP/1.1')"
echo "answer token $(ask 'POST /api/v1/tokens HTTP/1.1')"
rm -f stolen way
echo "done intruding"
"#;

#[tokio::test]
async fn an_agent_reaches_neither_the_server_nor_another_run_or_the_gate_says_that_it_might() {
    let mut options = Options::on(Backend::Sqlite);
    options.configuration = "# hunter2 stands in the environment of the server alone".to_owned();
    let scene = Scene::own(&options);
    let repository = Repository::broken();

    // The neighbour: another run at its gate, its workspace waiting.
    let victim = scene.gate(&repository).await;
    let data = scene.server.data().canonicalize().unwrap();
    let workspace = data.join("runs").join(&victim.id).join("workspace/value.txt");
    assert_eq!(
        std::fs::read_to_string(&workspace).unwrap(),
        "good\n",
        "the neighbour's workspace is where the agent looks"
    );
    let owner_link = std::fs::read_to_string(data.join("owner-link")).unwrap();
    assert!(owner_link.contains("token="), "there is an owner link to be stolen");

    let definition = crate::support::workflows::CANCELLED_BY_REJECTION;
    let workflow = scene.publish(definition).await;
    let project = scene.project(&repository, "intrudes").await;
    let inputs = json!({
        "data": data, "server": scene.server.pid().to_string(), "other": victim.id,
        "address": scene.server.address().trim_start_matches("http://"),
        "program": crate::support::program::jido(),
    });
    let mut run = scene.start(&project, &workflow, inputs).await;
    run.wait_for("approval_requested").await;

    let log = run.log("work").await;
    assert!(log.contains("done intruding"), "the agent came to its end: {log}");
    assert!(
        !log.contains(owner_link.rsplit_once("token=").unwrap().1.trim()),
        "the log holds the owner link: {log}"
    );
    let lines = |word: &str| -> Vec<String> {
        log.lines().filter_map(|line| line.strip_prefix(word)).map(|rest| rest.trim().to_owned()).collect()
    };
    let (through, refused, answers) = (lines("through "), lines("refused "), lines("answer "));
    let attempts = INTRUDER.lines().filter(|line| line.starts_with("attempt ")).count();
    assert_eq!(through.len() + refused.len(), attempts, "every attempt reports: {log}");
    assert_eq!(answers.len(), 3, "{log}");
    for answer in &answers {
        assert!(answer.contains(" 401 "), "the interface answered an agent without a token: {answer}");
    }

    let approval = run.approval().await;
    let notes = approval["evidence"]["risk_notes"].as_array().unwrap();
    let warned = notes.iter().any(|note| note["code"] == "unconfined_step" && note["level"] == "high");
    let level = run.attempts("work").await[0]["confinement"].clone();
    assert_eq!(warned, level != "full", "the note says what the level is: {level}, {notes:#?}");
    assert!(through.is_empty() || warned, "{through:#?} were open and the gate does not say so\n{log}");

    assert!(scene.server.is_running());
    assert_eq!(std::fs::read_to_string(&workspace).unwrap(), "good\n");
    assert_eq!(scene.server.jido(&["token", "list"]).matches(" live ").count(), 1, "nobody made a token");
    assert_eq!(victim.get().await["status"], "awaiting_approval");
    run.reject("No.").await;
    victim.cancel().await.expect(200);
}

/// The attempts are worth something only if they work where nothing stops them.
#[test]
fn the_same_attempts_come_through_where_nothing_confines_them() {
    const ALWAYS_OPEN: [&str; 12] = [
        "data_folder_listed",
        "database_read",
        "database_written",
        "owner_link_read",
        "owner_link_through_a_symlink",
        "owner_link_through_proc_root",
        "configuration_read",
        "log_of_another_run_read",
        "workspace_of_another_run_read",
        "workspace_of_another_run_written",
        "environment_of_the_server_read",
        "server_terminated",
    ];
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    for folder in ["runs/victim/workspace", "runs/own/workspace", "logs/victim", "mirrors"] {
        std::fs::create_dir_all(data.join(folder)).unwrap();
    }
    for file in ["data/jido.sqlite", "data/owner-link", "jido.toml", "data/logs/victim/x.log"] {
        std::fs::write(place.path().join(file), "something").unwrap();
    }
    let workspace = data.join("runs/own/workspace");
    std::fs::write(data.join("runs/victim/workspace/value.txt"), "good\n").unwrap();
    // Mounting would outlive the test, and its own parent it shall not kill.
    let harmless = |line: &&str| !line.contains("mount") && !line.contains("supervisor_killed");
    let script: Vec<&str> = INTRUDER.lines().filter(harmless).collect();
    let mut server = Command::new("sleep").arg("86399").spawn().unwrap();
    let mut command = Command::new("bash");
    command.args(["-euc", &script.join("\n")]).current_dir(&workspace);
    command.env("JIDO_INPUT_DATA", &data).env("JIDO_INPUT_SERVER", server.id().to_string());
    command.env("JIDO_INPUT_OTHER", "victim").env("JIDO_INPUT_PROGRAM", "false");
    command.env("JIDO_INPUT_ADDRESS", "127.0.0.1:1");
    let said = crate::support::program::stdout_of(&mut command);
    server.wait().unwrap();
    for name in ALWAYS_OPEN {
        assert!(said.contains(&format!("through {name}\n")), "{name} should have worked: {said}");
    }
}
