//! How a step ends, and that the report says so.

use crate::support::{CLEARS_UP, Heard, LONG, Place, heard, run, supervisor, within_reason};
use sandbox::{Error, Exit, NotStarted, OutputSink, is_alive};
use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_exit_code_is_reported() {
    let place = Place::new();
    let (ended, output) = run(place.script("echo out; echo err >&2; exit 7")).await;
    assert_eq!(ended.exit, Exit::Code(7));
    assert_eq!((output.as_str(), ended.survivors_killed), ("out\nerr\n", 0));
}

#[tokio::test]
async fn the_signal_that_ended_the_step_is_reported() {
    let place = Place::new();
    let (ended, _) = run(place.script("kill -USR1 $$")).await;
    assert_eq!(ended.exit, Exit::Signal(10));
}

#[tokio::test]
async fn a_step_that_ignores_the_request_to_end_is_killed_at_its_deadline() {
    let place = Place::new();
    let witness = place.witness();
    let mut launch =
        place.script("exec 9>life; trap '' TERM INT HUP; echo up >&9; while :; do sleep 100; done");
    launch.timeout = Duration::from_secs(1);
    launch.grace = Duration::from_millis(200);
    let started = Instant::now();
    let (ended, _) = run(launch).await;
    assert_eq!(ended.exit, Exit::TimedOut);
    assert!(ended.survivors_killed >= 1);
    assert!(started.elapsed() >= Duration::from_millis(1200) && started.elapsed() < LONG / 2);
    assert_eq!(witness.all_gone().await, ["up"]);
}

#[tokio::test]
async fn a_cancelled_step_may_clear_up_within_its_grace() {
    let place = Place::new();
    let (mut output, mut receiver) = Heard::new();
    let launch = place.script(CLEARS_UP);
    let cancel = async { heard(&mut receiver, "up").await };
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut output, cancel, |_| ())).await.unwrap();
    assert_eq!((ended.exit, ended.survivors_killed), (Exit::Cancelled, 0));
    assert!(output.text.ends_with("cleared\n"), "{}", output.text);
}

#[tokio::test]
async fn a_stopped_step_hears_the_request_to_end() {
    let place = Place::new();
    let (mut output, mut receiver) = Heard::new();
    let mut launch = place.script(&format!("( kill -STOP $$; echo stopped ) & {CLEARS_UP}"));
    launch.grace = LONG / 2;
    let cancel = async { heard(&mut receiver, "stopped").await };
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut output, cancel, |_| ())).await.unwrap();
    assert_eq!((ended.exit, ended.survivors_killed), (Exit::Cancelled, 0));
}

/// Not a test by itself: that a signal is ignored is inherited from whoever started this process.
#[tokio::test]
#[ignore = "runs as a process of its own for another test"]
async fn server_that_ignores_signals() {
    let place = Place::new();
    let mut launch = place.script("");
    launch.argv = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"].map(str::to_owned).into();
    let (_, output) = run(launch).await;
    // The C library keeps two of the signals above these for itself.
    let standard = (1 << 31) - 1;
    for line in output.lines() {
        let mask = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
        assert_eq!(mask & standard, 0, "{output}");
    }
    assert_eq!(output.lines().count(), 2);
}

#[test]
fn a_step_can_be_signalled_like_any_process_even_if_the_server_cannot() {
    let status = Command::new("bash")
        .args(["-c", r#"trap "" HUP INT USR1; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "endings::server_that_ignores_signals"])
        .status()
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_cancel_at_once_is_not_lost() {
    let place = Place::new();
    let mut output = Vec::new();
    let launch = place.script("sleep 100");
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut output, async {}, |_| ())).await.unwrap();
    assert_eq!(ended.exit, Exit::Cancelled);
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_not_started() {
    let place = Place::new();
    for name in ["no-such-command", "./no-such-command", "/no/such/command"] {
        let mut launch = place.script("");
        launch.argv = vec![name.to_owned()];
        let (ended, _) = run(launch).await;
        let Exit::NotStarted { reason, detail } = ended.exit else { panic!("{:?}", ended.exit) };
        assert_eq!(reason, NotStarted::CommandNotFound);
        assert!(detail.contains(name), "{detail}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_program_is_refused() {
    let place = Place::new();
    std::fs::write(place.work.join("text"), "no program").unwrap();
    let mut launch = place.script("");
    launch.argv = vec!["./text".to_owned()];
    let (ended, _) = run(launch).await;
    assert!(
        matches!(ended.exit, Exit::NotStarted { reason: NotStarted::PermissionDenied, .. }),
        "{:?}",
        ended.exit
    );
}

#[tokio::test]
async fn what_cannot_be_launched_says_why() {
    let place = Place::new();
    let mut no_folder = place.script("true");
    no_folder.cwd = place.root.join("missing");
    let mut no_argv = place.script("true");
    no_argv.argv.clear();
    let mut nul = place.script("true");
    nul.argv.push("a\0b".to_owned());
    for (launch, word) in [(no_folder, "missing"), (no_argv, "empty"), (nul, "nul")] {
        let (ended, _) = run(launch).await;
        let Exit::NotStarted { reason, detail } = ended.exit else { panic!("{:?}", ended.exit) };
        assert_eq!(reason, NotStarted::Other);
        assert!(detail.contains(word), "{detail}");
    }
}

#[tokio::test]
async fn the_supervisor_is_known_before_the_step_starts_and_gone_after_it() {
    let place = Place::new();
    let mut identity = None;
    let mut output = Vec::new();
    let launch = place.script("echo $JIDO_SUPERVISOR");
    supervisor()
        .run(launch, &mut output, std::future::pending(), |started| {
            assert!(is_alive(&started));
            identity = Some(started);
        })
        .await
        .unwrap();
    let identity = identity.unwrap();
    assert!(!is_alive(&identity));
    let marker = format!("{}.{}.{}\n", identity.boot_id, identity.pid, identity.start_ticks);
    assert_eq!(String::from_utf8(output).unwrap(), marker);
}

#[tokio::test]
async fn a_file_larger_than_the_limit_ends_the_step() {
    let place = Place::new();
    let mut launch = place.script("exec head -c 200000 /dev/zero > big");
    launch.limits.max_file_bytes = Some(100_000);
    let (ended, _) = run(launch).await;
    assert_eq!(ended.exit, Exit::Signal(25));
    assert_eq!(std::fs::metadata(place.work.join("big")).unwrap().len(), 100_000);
}

#[tokio::test]
async fn the_limit_of_open_files_is_set() {
    let place = Place::new();
    let mut launch = place.script("ulimit -n; ulimit -c");
    launch.limits.max_open_files = Some(55);
    assert_eq!(run(launch).await.1, "55\n0\n");
}

struct Full;

impl OutputSink for Full {
    async fn append(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[tokio::test]
async fn output_that_cannot_be_stored_ends_the_step() {
    let place = Place::new();
    let witness = place.witness();
    let launch = place.script("exec 9>life; while :; do echo more; done");
    let error = supervisor().run(launch, &mut Full, std::future::pending(), |_| ()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Output(source) if source.kind() == io::ErrorKind::StorageFull),
        "{error:?}"
    );
    witness.all_gone().await;
}

#[tokio::test]
async fn an_executable_that_is_no_supervisor_is_an_error() {
    let place = Place::new();
    let launch = place.script("true");
    let run = |path: &str| {
        let (launch, sandbox) = (launch.clone(), sandbox::Sandbox::new(path.into()));
        async move { sandbox.run(launch, &mut Vec::new(), std::future::pending(), |_| ()).await.unwrap_err() }
    };
    assert!(matches!(run("/no/such/supervisor").await, Error::Spawn(_)));
    assert!(matches!(run("/bin/true").await, Error::SupervisorLost { remains_killed: 0, .. }));
}
