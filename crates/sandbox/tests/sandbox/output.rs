//! What goes into a step and what comes out.

use crate::support::{Place, run, supervisor};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use sandbox::{Exit, LogWriter, Masker};
use std::collections::BTreeSet;

#[tokio::test]
async fn standard_input_reaches_the_step_and_ends() {
    let place = Place::new();
    for script in ["cat", "cat /dev/stdin"] {
        let mut launch = place.script(script);
        launch.stdin = b"prompt ".repeat(50_000);
        let expected = String::from_utf8(launch.stdin.clone()).unwrap();
        let (_, output) = run(launch).await;
        assert!(output == expected, "{script}: {} bytes", output.len());
    }
}

#[tokio::test]
async fn without_standard_input_the_step_reads_its_end() {
    let place = Place::new();
    assert_eq!(run(place.script("cat; echo over")).await.1, "over\n");
}

#[tokio::test]
async fn the_environment_is_what_was_declared_and_nothing_else() {
    let place = Place::new();
    let mut launch = place.script("");
    launch.argv = vec!["env".to_owned()];
    let mut expected: BTreeSet<String> = launch.env.keys().cloned().collect();
    expected.insert("JIDO_SUPERVISOR".to_owned());
    let (_, output) = run(launch).await;
    let found: BTreeSet<String> =
        output.lines().map(|line| line.split('=').next().unwrap().to_owned()).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_file_that_the_server_forgot_to_close_does_not_reach_the_step() {
    let place = Place::new();
    let leaked = fcntl_dupfd_cloexec(std::io::stdin(), 77).unwrap();
    fcntl_setfd(&leaked, FdFlags::empty()).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&leaked);
    let script =
        format!("cd /proc/$$/fd; for f in *; do echo \"<$f>\"; done; [ -e {number} ] || echo closed");
    let (_, output) = run(place.script(&script)).await;
    assert!(output.starts_with("<0>\n<1>\n<2>\n") && output.ends_with("closed\n"), "{output}");
}

#[tokio::test]
async fn a_flood_of_output_arrives_whole() {
    let place = Place::new();
    let (ended, output) = run(place.script("head -c 20000000 /dev/zero | tr '\\0' x")).await;
    assert_eq!(ended.exit, Exit::Code(0));
    assert_eq!(output.len(), 20_000_000);
}

#[tokio::test]
async fn output_can_be_written_by_name() {
    let place = Place::new();
    let (_, output) =
        run(place.script("echo one > /dev/stdout; echo two > /dev/stderr; cat <(echo three)")).await;
    assert_eq!(output, "one\ntwo\nthree\n");
}

#[tokio::test]
async fn the_log_of_a_step_is_masked_and_bounded() {
    let place = Place::new();
    let path = place.data.join("log");
    let masker = Masker::new(["hunter22".to_owned()]);
    let (mut log, tail) = LogWriter::create(&path, masker, 2_000).unwrap();
    let script = "printf 'token hun'; cat life > /dev/null; printf 'ter22\\n'; yes hunter22 | head -n 10000";
    let launch = place.script(script);
    // The step goes on when this pipe was opened and closed, which the first half of the secret precedes.
    let first_half_is_out = {
        let mut tail = tail.clone();
        let life = place.life();
        async move {
            tail.grown().await;
            tokio::task::spawn_blocking(move || std::fs::write(life, "")).await.unwrap().unwrap();
        }
    };
    let cancel = std::future::pending();
    let sandbox = supervisor();
    let (ended, ()) = tokio::join!(sandbox.run(launch, &mut log, cancel, |_| ()), first_half_is_out);
    assert_eq!(ended.unwrap().exit, Exit::Code(0));
    let summary = log.finish().await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("token ***\n***\n"), "{text}");
    assert!(!text.contains("hunter"));
    assert!(text.ends_with(&format!("[output truncated: {} bytes dropped]\n", summary.dropped_bytes)));
    assert_eq!(summary.dropped_bytes, "token ***\n".len() as u64 + 40_000 - 2_000);
    assert_eq!((summary.bytes, tail.length()), (text.len() as u64, text.len() as u64));
}
