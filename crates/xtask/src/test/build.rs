//! The one compilation that clippy and every suite share.

use super::{
    SUITE_WITHIN,
    report::{Counts, Outcome},
};
use crate::{error::Error, process, workspace};
use serde_json::Value;
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// What the build made.
#[derive(Debug)]
pub struct Built {
    tests: Vec<TestExecutable>,
    jido: Option<PathBuf>,
}

#[derive(Debug)]
struct TestExecutable {
    package_id: String,
    path: PathBuf,
}

impl Built {
    /// The test executables of a package, in the order of the build.
    pub fn tests_of(&self, package_id: &str) -> impl Iterator<Item = &Path> {
        self.tests.iter().filter(move |test| test.package_id == package_id).map(|test| test.path.as_path())
    }

    /// The `jido` binary.
    pub fn jido(&self) -> Result<&Path, Error> {
        self.jido.as_deref().ok_or_else(|| Error::Missing {
            what: "the build".to_owned(),
            pointer: "the jido binary".to_owned(),
            document: String::new(),
        })
    }
}

/// Compiles all targets of the workspace with clippy's driver, warnings denied.
///
/// The driver lints and generates code in one pass, and `--all-targets` makes libraries, binaries and tests with
/// one set of dependency features; so nothing is compiled again when the tests run.
pub fn run() -> Result<(Outcome, Option<Built>), Error> {
    let mut command = workspace::cargo();
    command.args(["build", "--workspace", "--all-targets", "--locked", "--keep-going"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    lint_while_compiling(&mut command);
    let finished = process::run_with_signs("cargo build", &mut command, 3 * SUITE_WITHIN)?;
    if !finished.succeeded() {
        return Ok((Outcome::failed(without_progress(&finished.stderr)), None));
    }
    Ok((Outcome::passed(), Some(parse(&finished.stdout))))
}

/// Runs a package's test executable as `cargo test` would.
pub fn run_test(
    executable: &Path,
    package: &workspace::Package,
    jido: Option<&Path>,
) -> Result<process::Finished, Error> {
    let mut command = Command::new(executable);
    workspace::forget_this_package(&mut command);
    command.current_dir(&package.folder);
    command.env("CARGO_MANIFEST_DIR", &package.folder).env("CARGO_PKG_NAME", &package.name);
    if let Some(jido) = jido {
        command.env("JIDO_BIN", jido);
    }
    process::run_quietly(&executable.display().to_string(), &mut command, SUITE_WITHIN, |_, _| {})
}

/// Runs a cargo command that prints test results, in the environment of the shared build.
pub fn run_cargo_tests(command: &mut Command) -> Result<(Counts, process::Finished), Error> {
    lint_while_compiling(command);
    let finished = process::run_quietly("cargo test", command, SUITE_WITHIN, |_, _| {})?;
    Ok((Counts::of_output(&finished.stdout), finished))
}

pub fn lint_while_compiling(command: &mut Command) {
    command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    // Clippy's own separator between arguments.
    command.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    if env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
}

fn parse(messages: &str) -> Built {
    let values = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let tests = values.filter_map(|message| test_executable(&message)).collect();
    Built { tests, jido: messages.lines().find_map(|line| workspace::executable("jido", line)) }
}

fn test_executable(message: &Value) -> Option<TestExecutable> {
    if message["profile"]["test"] != true {
        return None;
    }
    let path = PathBuf::from(message["executable"].as_str()?);
    Some(TestExecutable { package_id: message["package_id"].as_str()?.to_owned(), path })
}

/// Cargo's report without its lines of progress.
fn without_progress(text: &str) -> String {
    let is_progress = |line: &&str| {
        let line = line.trim_start();
        ["Compiling ", "Checking ", "Downloaded ", "Downloading "].iter().any(|word| line.starts_with(word))
    };
    text.lines().filter(|line| !is_progress(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_executables_and_the_binary_are_told_apart() {
        let messages = r#"
{"reason":"compiler-artifact","package_id":"path#jido","target":{"kind":["bin"],"name":"jido"},"profile":{"test":true},"executable":"/t/deps/jido-1"}
{"reason":"compiler-artifact","package_id":"path#jido","target":{"kind":["bin"],"name":"jido"},"profile":{"test":false},"executable":"/t/jido"}
{"reason":"compiler-artifact","package_id":"path#api","target":{"kind":["lib"],"name":"api"},"profile":{"test":false},"executable":null}
{"reason":"build-finished","success":true}"#;
        let built = parse(messages);
        assert_eq!(built.jido.as_deref(), Some(Path::new("/t/jido")));
        assert_eq!(built.tests_of("path#jido").collect::<Vec<_>>(), [Path::new("/t/deps/jido-1")]);
        assert_eq!(built.tests_of("path#api").count(), 0);
    }
}
