//! Nothing that a step starts outlives it.

use crate::support::{
    CLEARS_UP, Heard, Place, end_of, heard, run, runs, script_in, supervisor, within_reason,
};
use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Error, Exit, kill_remains};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use test_case::test_case;

/// Leaves a process in a session of its own, its parent gone, deaf to TERM, and returns when it is there.
const ESCAPE: &str = r#"
    exec 9>life
    mkfifo ready
    setsid bash -c '( trap "" TERM HUP INT PIPE; echo $BASHPID >&9; echo up > ready; exec sleep 1000 ) & disown'
    read < ready
"#;

#[tokio::test]
async fn a_process_that_left_session_and_parent_dies_with_the_step() {
    let place = Place::new();
    let witness = place.witness();
    let (ended, _) = run(place.script(&format!("{ESCAPE} exit 3"))).await;
    let escaped: u32 = witness.all_gone().await[0].parse().unwrap();
    assert_eq!((ended.exit, ended.survivors_killed), (Exit::Code(3), 1));
    assert!(!runs(escaped));
}

#[tokio::test]
async fn cancel_reaches_a_process_that_left_session_and_parent() {
    let place = Place::new();
    let mut witness = place.witness();
    let mut launch = place.script(&format!("{ESCAPE} sleep 1000"));
    launch.grace = Duration::from_millis(100);
    let cancel = async { drop(witness.first_line().await) };
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut Vec::new(), cancel, |_| ())).await.unwrap();
    assert_eq!(ended.exit, Exit::Cancelled);
    let escaped: u32 = witness.all_gone().await[0].parse().unwrap();
    assert!(!runs(escaped));
}

/// Two hundred processes, half of them in sessions of their own, each answering TERM with two more.
const BOMB: &str = r#"
    exec 9>life
    bomb() {
        trap 'grow 2; sleep 1000' TERM
        echo $BASHPID >&9
        grow $1
        wait
        sleep 1000
    }
    grow() {
        if [ $1 -gt 0 ]; then
            bomb $(($1 - 1)) &
            export -f bomb grow
            setsid bash -c "bomb $(($1 - 1))" &
        fi
    }
    bomb 6
"#;

/// A process that starts another and ends, without pause, in ever new sessions; not for ever, lest a failing
/// test leave it to the machine.
const RUNNER: &str = r#"
    exec 9>life
    exec perl -e 'use POSIX; $SIG{TERM} = "IGNORE"; open(L, ">&=9"); syswrite(L, "up\n"); for (1..30000) { exit 0 if fork; POSIX::setsid() }' &
    while :; do sleep 100; done
"#;

#[test_case(BOMB, 60; "that multiply")]
#[test_case(RUNNER, 1; "that never stay")]
#[tokio::test]
async fn processes(script: &str, lines: usize) {
    let place = Place::new();
    let mut witness = place.witness();
    let mut launch = place.script(script);
    launch.grace = Duration::from_millis(200);
    let cancel = witness.wait_for_lines(lines);
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut Vec::new(), cancel, |_| ())).await.unwrap();
    assert_eq!(ended.exit, Exit::Cancelled);
    assert!(ended.survivors_killed > 0);
    for pid in witness.all_gone().await.iter().filter_map(|line| line.parse().ok()) {
        assert!(!runs(pid));
    }
}

fn movable<T: Send>(future: T) -> T {
    future
}

#[tokio::test]
async fn dropping_the_run_ends_the_step() {
    let place = Place::new();
    let mut witness = place.witness();
    let sandbox = supervisor();
    let mut output = Vec::new();
    let run = sandbox.run(
        place.script(&format!("{ESCAPE} sleep 1000")),
        &mut output,
        std::future::pending(),
        |_| (),
    );
    // The engine runs steps on tasks, which can be moved between threads.
    let run = movable(run);
    tokio::select! {
        ended = run => panic!("{ended:?}"),
        _ = witness.first_line() => {}
    }
    witness.all_gone().await;
}

const SERVER_OF: &str = "SANDBOX_TEST_SERVER_OF";

/// Not a test: the server that [`the_death_of_the_server_ends_the_step`] kills.
#[tokio::test]
#[ignore = "runs as a process of its own for another test"]
async fn server_to_be_killed() {
    let Some(root) = std::env::var_os(SERVER_OF).map(PathBuf::from) else {
        return;
    };
    let (work, data) = (root.join("work"), root.join("data"));
    let access = sandbox::default_access(std::slice::from_ref(&work), std::slice::from_ref(&data), &[]);
    let launch = script_in(&work, &data, access, &format!("{ESCAPE} sleep 1000"));
    run(launch).await;
}

#[tokio::test]
async fn the_death_of_the_server_ends_the_step() {
    let place = Place::new();
    let mut witness = place.witness();
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "descendants::server_to_be_killed"])
        .env(SERVER_OF, &place.root)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let escaped: u32 = witness.first_line().await.parse().unwrap();
    assert!(runs(escaped));
    let end = end_of(escaped);
    server.kill().unwrap();
    server.wait().unwrap();
    witness.all_gone().await;
    end.await.unwrap();
}

#[tokio::test]
async fn what_a_killed_supervisor_leaves_is_killed_and_reported() {
    let place = Place::new();
    let mut witness = place.witness();
    let mut identity = None;
    let (found, supervisor_found) = tokio::sync::oneshot::channel();
    let sandbox = supervisor();
    let mut output = Vec::new();
    let launch = place.script(&format!("{ESCAPE} sleep 1000"));
    let run = sandbox.run(launch, &mut output, std::future::pending(), |started| drop(found.send(started)));
    let kill = async {
        let supervisor = supervisor_found.await.unwrap();
        witness.first_line().await;
        kill_process(Pid::from_raw(supervisor.pid as i32).unwrap(), Signal::KILL).unwrap();
        identity = Some(supervisor);
    };
    let (ended, ()) = tokio::join!(run, kill);
    let error = ended.unwrap_err();
    assert!(matches!(error, Error::SupervisorLost { remains_killed: 1.., .. }), "{error:?}");
    let escaped: u32 = witness.all_gone().await[0].parse().unwrap();
    assert!(!runs(escaped));
    assert_eq!(kill_remains(&identity.unwrap()).unwrap(), 0);
}

#[tokio::test]
async fn somebody_who_holds_the_output_open_does_not_hold_up_the_end() {
    let place = Place::new();
    let (mut output, mut receiver) = Heard::new();
    let mut holder = None;
    let cancel = async {
        heard(&mut receiver, "\n").await;
        let pid = receiver.borrow().trim().trim_start_matches("up ").to_owned();
        holder = Some(std::fs::OpenOptions::new().write(true).open(format!("/proc/{pid}/fd/1")).unwrap());
    };
    let launch = place.script(CLEARS_UP);
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut output, cancel, |_| ())).await.unwrap();
    assert_eq!(ended.exit, Exit::Cancelled);
    assert!(output.text.ends_with("cleared\n"));
    drop(holder);
}
