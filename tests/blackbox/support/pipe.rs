//! Named pipes by which a step tells the test where it is, so that no test has to guess by the clock.

use super::PATIENCE;
use super::program::stdout_of;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// A named pipe that a step writes to when it has reached a point.
pub struct Pipe {
    path: PathBuf,
    receiver: pipe::Receiver,
}

impl Pipe {
    /// Makes the pipe. A writer that opens it never waits for a reader.
    pub fn new(path: &Path) -> Self {
        stdout_of(Command::new("mkfifo").arg("-m").arg("666").arg(path));
        let receiver = pipe::OpenOptions::new().read_write(true).open_receiver(path).expect("the pipe opens");
        Self { path: path.to_owned(), receiver }
    }

    pub fn path(&self) -> &str {
        self.path.to_str().expect("temporary paths are text")
    }

    /// Waits until a step has written a line, and returns it.
    pub async fn line(&mut self, log: impl Fn() -> String) -> String {
        let mut text = Vec::new();
        let reading = async {
            while !text.ends_with(b"\n") {
                text.push(self.receiver.read_u8().await.expect("the pipe is readable"));
            }
        };
        if tokio::time::timeout(PATIENCE, reading).await.is_err() {
            panic!("nobody wrote to {} within {PATIENCE:?}\n{}", self.path.display(), log());
        }
        String::from_utf8_lossy(&text).trim_end().to_owned()
    }
}
