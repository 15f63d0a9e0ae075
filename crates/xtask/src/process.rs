//! Runs programs: quietly with their output kept, or for one answer.

use crate::error::Error;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

/// How long the readers may lag behind a program that has ended (a grandchild may hold its output open).
const DRAIN: Duration = Duration::from_secs(2);

/// How often a long run says what it is at.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Exited(ExitStatus),
    /// It was still running at the deadline and was killed.
    TimedOut,
}

/// A program that has ended, with all it printed.
#[derive(Debug)]
pub struct Finished {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    pub fn succeeded(&self) -> bool {
        match self.end {
            End::Exited(status) => status.success(),
            End::TimedOut => false,
        }
    }
}

enum Line {
    Out(String),
    Err(String),
}

/// Runs a program to its end and keeps its output; calls `heartbeat` about once a second with the time since the
/// start and the program's last line on standard error.
pub fn run_quietly(
    program: &str,
    command: &mut Command,
    deadline: Duration,
    mut heartbeat: impl FnMut(Duration, &str),
) -> Result<Finished, Error> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(Error::spawn(program))?;
    let began = Instant::now();
    let lines = read_lines(&mut child);
    let (mut stdout, mut stderr, mut last) = (String::new(), String::new(), String::new());
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(Line::Out(line)) => stdout.push_str(&line),
            Ok(Line::Err(line)) => {
                stderr.push_str(&line);
                last = line;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.wait().map_err(Error::spawn(program))?;
                return Ok(Finished { end: End::Exited(status), stdout, stderr });
            }
        }
        if ended.is_none() {
            ended = child.try_wait().map_err(Error::spawn(program))?.map(|status| (status, Instant::now()));
        }
        if let Some((status, at)) = ended
            && at.elapsed() > DRAIN
        {
            return Ok(Finished { end: End::Exited(status), stdout, stderr });
        }
        if ended.is_none() && began.elapsed() > deadline {
            child.kill().and_then(|()| child.wait()).map_err(Error::spawn(program))?;
            return Ok(Finished { end: End::TimedOut, stdout, stderr });
        }
        heartbeat(began.elapsed(), last.trim());
    }
}

/// Runs a program to its end as [`run_quietly`] does, with a line every half minute that says what it is at.
pub fn run_with_signs(program: &str, command: &mut Command, deadline: Duration) -> Result<Finished, Error> {
    let mut next_sign = SIGN_OF_LIFE;
    run_quietly(program, command, deadline, |elapsed, last| {
        if elapsed >= next_sign {
            println!("        {} s: {last}", elapsed.as_secs());
            next_sign += SIGN_OF_LIFE;
        }
    })
}

/// The standard output of a program that ended well; an error with all that it printed otherwise.
pub fn succeeded(program: &str, finished: Finished) -> Result<String, Error> {
    let output = format!("{}{}", without_messages(&finished.stdout), finished.stderr);
    match finished.end {
        End::Exited(status) if status.success() => Ok(finished.stdout),
        End::Exited(status) => Err(Error::Program { program: program.to_owned(), status, output }),
        End::TimedOut => Err(Error::NeverEnded { program: program.to_owned(), output }),
    }
}

/// Runs a program whose standard error goes to the terminal, and returns its standard output.
pub fn stdout_of(program: &str, command: &mut Command) -> Result<String, Error> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(Error::spawn(program))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let printed = without_messages(&text).to_owned();
    Err(Error::Program { program: program.to_owned(), status: output.status, output: printed })
}

/// What a program printed, without cargo's JSON messages: cargo renders them on standard error too.
fn without_messages(stdout: &str) -> &str {
    if stdout.starts_with('{') { "" } else { stdout }
}

/// Parses a JSON document that `what` produced.
pub fn parse_json(what: &str, text: &str) -> Result<Document, Error> {
    let value = serde_json::from_str(text).map_err(|source| Error::NotJson {
        what: what.to_owned(),
        text: text.chars().take(500).collect(),
        source,
    })?;
    Ok(Document { what: what.to_owned(), value })
}

/// A JSON document that remembers where it came from, for error messages.
#[derive(Debug)]
pub struct Document {
    pub what: String,
    pub value: Value,
}

/// Access to members that must be there; a missing one is an error that names the pointer.
pub trait Checked {
    fn text(&self, pointer: &str) -> Result<String, Error>;
    fn array(&self, pointer: &str) -> Result<Vec<Value>, Error>;
}

impl Checked for Document {
    fn text(&self, pointer: &str) -> Result<String, Error> {
        let found = self.value.pointer(pointer).and_then(Value::as_str);
        found.map(str::to_owned).ok_or_else(|| self.missing(pointer))
    }

    fn array(&self, pointer: &str) -> Result<Vec<Value>, Error> {
        let found = self.value.pointer(pointer).and_then(Value::as_array);
        found.cloned().ok_or_else(|| self.missing(pointer))
    }
}

impl Document {
    fn missing(&self, pointer: &str) -> Error {
        let document: String = self.value.to_string().chars().take(500).collect();
        Error::Missing { what: self.what.clone(), pointer: pointer.to_owned(), document }
    }
}

fn read_lines(child: &mut Child) -> mpsc::Receiver<Line> {
    let (sender, receiver) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        forward(pipe, sender.clone(), Line::Out);
    }
    if let Some(pipe) = child.stderr.take() {
        forward(pipe, sender, Line::Err);
    }
    receiver
}

fn forward(pipe: impl Read + Send + 'static, sender: Sender<Line>, wrap: fn(String) -> Line) {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            bytes.clear();
            if sender.send(wrap(line)).is_err() {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_kept_apart() {
        let mut command = shell("echo out; echo err >&2; exit 3");
        let finished = run_quietly("sh", &mut command, Duration::from_secs(20), |_, _| {}).unwrap();
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("out\n", "err\n"));
        assert!(!finished.succeeded());
    }

    #[test]
    fn a_program_that_hangs_is_killed_at_the_deadline() {
        let mut command = shell("exec sleep 60");
        let finished = run_quietly("sh", &mut command, Duration::from_millis(300), |_, _| {}).unwrap();
        assert_eq!(finished.end, End::TimedOut);
    }

    #[test]
    fn a_grandchild_that_holds_the_output_open_is_not_waited_for() {
        let began = Instant::now();
        let mut command = shell("sleep 30 & echo done");
        let finished = run_quietly("sh", &mut command, Duration::from_secs(20), |_, _| {}).unwrap();
        assert!(finished.succeeded() && finished.stdout == "done\n");
        assert!(began.elapsed() < Duration::from_secs(15));
    }
}
