//! `domain` and `wire` compile to WASM.
//!
//! The check needs a standard library for the target. Rustup installs it, except where `RUSTUP_AUTO_INSTALL=0`
//! forbids fetching toolchains; then only a compiler of the distribution could do it, and Debian's is used by the
//! browser build if it is new enough. Where neither is to be had the check says so and is skipped. The dependency
//! rules (`tests/dependency_rules.rs`) still refuse crates that are known not to compile for the target.

use super::{SUITE_WITHIN, report::Outcome};
use crate::{error::Error, process, tools, workspace};
use std::{env, fs, path::Path, process::Command};

const TARGET: &str = "wasm32-unknown-unknown";

/// The package that holds Debian's newer compiler for browser builds.
const DEBIAN_COMPILER: &str = "rustc-web";

/// What is checked, as arguments of `cargo check`.
const CHECKS: [&[&str]; 2] =
    [&["-p", "domain", "-p", "wire"], &["-p", "domain", "-p", "wire", "--no-default-features"]];

/// Compiles the crates for WASM with and without their default features.
pub fn check(rust_version: &str) -> Result<Outcome, Error> {
    if !has_std() && may_add_target() {
        // Its failure is no error yet: what counts is whether the library is there afterwards.
        let mut command = Command::new("rustup");
        command.args(["target", "add", TARGET]);
        let _ = process::run_quietly("rustup", &mut command, SUITE_WITHIN, |_, _| {});
    }
    if !has_std() {
        return Ok(Outcome::skipped(reason(rust_version, debian_version().as_deref())));
    }
    for features in CHECKS {
        let mut command = workspace::cargo();
        command.args(["check", "--locked", "--target", TARGET]).args(features);
        let finished = process::run_quietly("cargo check", &mut command, SUITE_WITHIN, |_, _| {})?;
        if !finished.succeeded() {
            return Ok(Outcome::of_check(&finished, "domain and wire must compile to WASM.\n"));
        }
    }
    Ok(Outcome::passed())
}

/// Tells whether the active toolchain has a standard library for the target.
fn has_std() -> bool {
    let mut command = Command::new("rustc");
    command.args(["--print", "target-libdir", "--target", TARGET]).current_dir(workspace::root());
    let Ok(output) = command.output() else {
        return false;
    };
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let Ok(entries) = fs::read_dir(Path::new(&folder)) else {
        return false;
    };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Tells whether rustup may fetch the target's library here.
fn may_add_target() -> bool {
    let forbidden = env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0");
    !forbidden && tools::on_path("rustup")
}

/// The version of Debian's compiler that apt would install, if this is a Debian that has one.
fn debian_version() -> Option<String> {
    let output = Command::new("apt-cache").args(["policy", DEBIAN_COMPILER]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let candidate = text.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    candidate.starts_with(|c: char| c.is_ascii_digit()).then(|| candidate.to_owned())
}

fn reason(rust_version: &str, debian: Option<&str>) -> String {
    let start = format!("the toolchain has no std for {TARGET}");
    match debian {
        _ if may_add_target() => format!("{start} and `rustup target add {TARGET}` did not bring it"),
        None => format!("{start}, and no distribution compiler is at hand; run `rustup target add {TARGET}`"),
        Some(version) if release(version) < release(rust_version) => {
            format!(
                "{start}; Debian's {DEBIAN_COMPILER} {version} is older than the workspace's {rust_version}"
            )
        }
        Some(version) => {
            format!("{start}; Debian's {DEBIAN_COMPILER} {version} is new enough, but is not set up here")
        }
    }
}

/// Major and minor number at the start of a version.
fn release(version: &str) -> (u32, u32) {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_not_by_text() {
        assert!(release("1.85.0+dfsg3-1~deb12u3") < release("1.90"));
        assert!(release("1.100.0") > release("1.90"));
    }
}
