//! `jido` at a real terminal, with a person who types.

use super::program::{jido, output_of};
use super::{Cli, PATIENCE};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A command at a terminal of its own, made by `script`.
pub struct Terminal {
    command: String,
    child: Child,
    keys: ChildStdin,
    screen: ChildStdout,
    shown: Vec<u8>,
}

impl Terminal {
    pub fn begin(cli: &Cli, arguments: &[&str]) -> Self {
        let program = jido();
        let words =
            std::iter::once(program.to_str().expect("paths are text")).chain(arguments.iter().copied());
        let command = words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--flush", "--command", &command, "/dev/null"]);
        cli.furnish(&mut script);
        script.env("SHELL", "/bin/sh").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = script.spawn().expect("script is installed");
        let keys = child.stdin.take().expect("it is a pipe");
        let screen = child.stdout.take().expect("it is a pipe");
        Self { command, child, keys, screen, shown: Vec::new() }
    }

    /// All that was shown so far, with the terminal's ends of lines made plain.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown).replace("\r\n", "\n")
    }

    /// Waits until this is shown.
    pub async fn until(&mut self, text: &str) {
        while !self.shown().contains(text) {
            assert!(self.read().await, "`{}` ended before it showed {text}:\n{}", self.command, self.shown());
        }
    }

    /// Waits until the terminal no longer shows what is typed. No event tells of that, so this looks again and again.
    pub async fn until_keys_are_hidden(&self) {
        let script = self.child.id().expect("it runs");
        let began = Instant::now();
        while !hides_keys(script).unwrap_or_default() {
            assert!(began.elapsed() < PATIENCE, "what is typed is shown:\n{}", self.shown());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn type_line(&mut self, text: &str) {
        self.keys.write_all(format!("{text}\n").as_bytes()).await.expect("the terminal takes keys");
    }

    /// Waits for its end; fails unless it has this code. Returns all that was shown.
    pub async fn ends_with(mut self, code: i32) -> String {
        while self.read().await {}
        let status = self.child.wait().await.expect("it can be waited for");
        assert_eq!(status.code(), Some(code), "`{}`:\n{}", self.command, self.shown());
        self.shown()
    }

    async fn read(&mut self) -> bool {
        match tokio::time::timeout(PATIENCE, self.screen.read_buf(&mut self.shown)).await {
            Ok(read) => read.expect("the terminal is readable") > 0,
            Err(_) => panic!("`{}` was silent for {PATIENCE:?}:\n{}", self.command, self.shown()),
        }
    }
}

/// Whether the terminal of the process that `script` started shows no keys; nothing where that has not begun yet.
fn hides_keys(script: u32) -> Option<bool> {
    let children = std::fs::read_to_string(format!("/proc/{script}/task/{script}/children")).ok()?;
    let child = children.split_whitespace().next()?;
    let terminal = std::fs::read_link(format!("/proc/{child}/fd/0")).ok()?;
    let state = output_of(std::process::Command::new("stty").arg("-F").arg(terminal).arg("-a"));
    Some(String::from_utf8_lossy(&state.stdout).split_whitespace().any(|word| word == "-echo"))
}
