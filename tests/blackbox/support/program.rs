//! The binary under test.

use std::path::PathBuf;
use std::process::{Command, Output};

/// The `jido` binary: named by `JIDO_BIN`, else beside this test's own executable.
pub fn jido() -> PathBuf {
    let path = match std::env::var_os("JIDO_BIN") {
        Some(path) => PathBuf::from(path),
        None => {
            let own = std::env::current_exe().expect("this test has a path");
            own.parent()
                .and_then(|deps| deps.parent())
                .map(|folder| folder.join("jido"))
                .expect("tests lie in target/<profile>/deps")
        }
    };
    assert!(
        path.is_file(),
        "there is no jido binary at {}: run `cargo build -p jido` first, or name one in JIDO_BIN",
        path.display()
    );
    path
}

/// Runs a command to its end and fails with all it said unless it succeeded; returns its standard output.
pub fn stdout_of(command: &mut Command) -> String {
    let output = output_of(command);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{stdout}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}

/// Runs a command to its end, whatever comes of it.
pub fn output_of(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"))
}
