//! The real `jido` as people and scripts use it: a client with a home of its own.

use super::program::jido;
use super::{PATIENCE, Scene};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

/// Where commands are run.
pub struct Cli {
    home: TempDir,
    variables: BTreeMap<&'static str, String>,
}

/// A command that runs.
pub struct Begun {
    command: String,
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The lines that it printed, each with its end.
    said: Vec<String>,
    stderr: JoinHandle<String>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Said {
    pub command: String,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Cli {
    /// Knows no server and no token.
    pub fn stranger() -> Self {
        let home = tempfile::Builder::new().prefix("jido-home-").tempdir().unwrap();
        Self { home, variables: BTreeMap::new() }
    }

    /// As in a pipeline: server and token stand in variables.
    pub fn of(scene: &Scene) -> Self {
        Self::at(&scene.server.address(), &scene.server.create_token())
    }

    pub fn at(server: &str, token: &str) -> Self {
        Self::stranger().with("JIDO_SERVER", server).with("JIDO_TOKEN", token)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.insert(name, value.to_owned());
        self
    }

    /// Where logins are stored.
    pub fn credentials(&self) -> PathBuf {
        self.home.path().join("config/jidocode/credentials.toml")
    }

    /// Writes a file that commands can name, and returns its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().expect("temporary paths are text").to_owned()
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Said {
        self.begin(arguments).end().await
    }

    /// Runs a command that reads this on standard input.
    pub async fn run_reading(&self, arguments: &[&str], input: &str) -> Said {
        let mut begun = self.begin_with(arguments, Stdio::piped());
        let mut stdin = begun.child.stdin.take().expect("it is a pipe");
        // A command that does not want it all has ended.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        begun.end().await
    }

    /// Gives a command this home and these variables, and no others.
    pub fn furnish(&self, command: &mut Command) {
        command.env_clear().envs(&self.variables);
        command.env("HOME", self.home.path()).env("XDG_CONFIG_HOME", self.home.path().join("config"));
    }

    pub fn begin(&self, arguments: &[&str]) -> Begun {
        self.begin_with(arguments, Stdio::null())
    }

    fn begin_with(&self, arguments: &[&str], stdin: Stdio) -> Begun {
        let mut command = Command::new(jido());
        command.args(arguments);
        self.furnish(&mut command);
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("jido starts");
        let stdout = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let mut stderr = child.stderr.take().expect("it is a pipe");
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.expect("what jido says is UTF-8");
            text
        });
        let command = format!("jido {}", arguments.join(" "));
        Begun { command, child, stdout, said: Vec::new(), stderr }
    }
}

impl Begun {
    /// The next line that it prints, without its end; nothing when it has ended.
    pub async fn line(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        match tokio::time::timeout(PATIENCE, self.stdout.read_until(b'\n', &mut bytes)).await {
            Ok(read) => read.expect("the pipe is readable"),
            Err(_) => panic!("`{}` printed nothing for {PATIENCE:?} after {:#?}", self.command, self.said),
        };
        let line = String::from_utf8(bytes).expect("what jido prints is UTF-8");
        if line.is_empty() {
            return None;
        }
        self.said.push(line.clone());
        Some(line.strip_suffix('\n').unwrap_or(&line).to_owned())
    }

    /// Reads up to and with the first line that holds this.
    pub async fn until(&mut self, text: &str) -> String {
        loop {
            match self.line().await {
                Some(line) if line.contains(text) => return line,
                Some(_) => {}
                None => panic!("`{}` ended before it printed {text}: {:#?}", self.command, self.said),
            }
        }
    }

    /// Closes its standard output, as `head` does.
    pub fn stop_reading(self) -> Child {
        self.child
    }

    /// Waits for its end.
    pub async fn end(mut self) -> Said {
        while self.line().await.is_some() {}
        let status = match tokio::time::timeout(PATIENCE, self.child.wait()).await {
            Ok(status) => status.expect("it can be waited for"),
            Err(_) => panic!("`{}` did not end within {PATIENCE:?}: {:#?}", self.command, self.said),
        };
        let stderr = self.stderr.await.expect("standard error is read");
        let said = Said { command: self.command, code: status.code(), stdout: self.said.concat(), stderr };
        said.assert_harmless();
        said
    }
}

impl Said {
    /// Fails unless it ended with this code.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.describe());
        self
    }

    /// What a command printed that did what it was asked to.
    pub fn done(self) -> String {
        self.expect(0).stdout
    }

    /// The JSON that a command printed that did what it was asked to.
    pub fn json(self) -> Value {
        self.expect(0).document()
    }

    /// The JSON that was printed.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.describe()))
    }

    /// The JSON of each line.
    pub fn json_lines(&self) -> Vec<Value> {
        let read = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{}", self.describe()))
        };
        self.stdout.lines().map(read).collect()
    }

    /// Fails unless standard error holds all of this.
    pub fn tells(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "{text} is not told: {}", self.describe());
        }
        self
    }

    pub fn describe(&self) -> String {
        format!(
            "`{}` ended with {:?}\n{}--- and told\n{}---",
            self.command, self.code, self.stdout, self.stderr
        )
    }

    /// No command prints anything that a terminal acts on, wherever the text came from. What is printed for scripts
    /// may reorder text, as JSON may.
    fn assert_harmless(&self) {
        let for_scripts = self.command.contains(" --json");
        let acts = |character: &char| {
            (character.is_control() && !matches!(character, '\n' | '\t'))
                || (!for_scripts && matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        };
        for text in [&self.stdout, &self.stderr] {
            let found: Vec<char> = text.chars().filter(acts).collect();
            assert!(found.is_empty(), "a terminal would act on {found:?}: {:?}", self.describe());
        }
    }
}
