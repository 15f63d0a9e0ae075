//! The demo's project is really broken, and its agent really mends it.

use super::{jido, stderr, stdout, text};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = jido(&["demo", "prepare", "--into", text(folder.path())]).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert!(Path::new(answer["remote"].as_str().unwrap()).join("HEAD").is_file());
        assert!(Path::new(answer["config"].as_str().unwrap()).is_file());
        Self { folder }
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn source(&self) -> String {
        fs::read_to_string(self.project().join("src/lib.rs")).unwrap()
    }

    /// Runs the command line that the configuration names, as a run would.
    fn agent(&self, rejection: Option<&str>) -> Output {
        let mut command = jido(&["demo", "agent"]);
        command.current_dir(self.project()).env("JIDO_OUTPUT", self.output_file());
        if let Some(rejection) = rejection {
            command.env("JIDO_REJECTION", rejection);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"Mend the failing test.\n").unwrap();
        child.wait_with_output().unwrap()
    }

    fn output_file(&self) -> PathBuf {
        self.folder.path().join("output.json")
    }

    fn summary(&self) -> String {
        let value: Value = serde_json::from_slice(&fs::read(self.output_file()).unwrap()).unwrap();
        value["summary"].as_str().unwrap().to_owned()
    }

    /// The result lines of `cargo test`.
    fn test(&self) -> String {
        let mut command = Command::new(env!("CARGO"));
        command.args(["test", "--offline"]).current_dir(self.project());
        command.env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        // What was said to the cargo that runs this test is not meant for another package.
        for name in ["RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        let results: Vec<String> =
            stdout(&output).lines().filter(|line| line.starts_with("test ")).map(str::to_owned).collect();
        assert!(!results.is_empty(), "{}", stderr(&output));
        results.join("\n")
    }
}

#[test]
fn one_test_fails_and_the_scripted_agent_mends_it() {
    let demo = Demo::prepare();
    let before = demo.test();
    assert_eq!(before.matches("... FAILED").count(), 1, "{before}");
    assert_eq!(before.matches("... ok").count(), 5, "{before}");

    let output = demo.agent(None);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("stand-in"), "{}", stdout(&output));
    assert!(demo.summary().starts_with("Mended"), "{}", demo.summary());
    let after = demo.test();
    assert_eq!((after.matches("... FAILED").count(), after.matches("... ok").count()), (0, 6), "{after}");

    for round in 1..=3 {
        let earlier = demo.source();
        let rejection = format!("{{\"round\":{round},\"rationale\":\"Not so.\",\"by\":\"owner\"}}");
        assert!(demo.agent(Some(&rejection)).status.success());
        assert_ne!(demo.source(), earlier);
        assert!(demo.source().contains(&format!("Review, round {round}: Not so.")));
    }
    let last = demo.test();
    assert_eq!((last.matches("... FAILED").count(), last.matches("... ok").count()), (0, 9), "{last}");
}

#[test]
fn the_agent_refuses_another_project_and_leaves_it_alone() {
    let demo = Demo::prepare();
    fs::write(demo.project().join("src/lib.rs"), "pub fn other() {}\n").unwrap();
    let output = demo.agent(None);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("name a real agent"), "{}", stderr(&output));
    assert_eq!(demo.source(), "pub fn other() {}\n");
}
