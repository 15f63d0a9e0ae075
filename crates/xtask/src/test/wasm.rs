//! `domain` and `wire` compile to WASM.
//!
//! The check needs a standard library for the target. Rustup brings it; where `RUSTUP_AUTO_INSTALL=0` forbids that,
//! Debian's compiler does. Where neither is to be had the check says so and is skipped. The dependency rules
//! (`tests/dependency_rules.rs`) still refuse crates that are known not to compile for the target.

use super::{SUITE_WITHIN, report::Outcome};
use crate::{debian_wasm, error::Error, process, tools, workspace};
use std::{env, path::Path, process::Command};

const TARGET: &str = "wasm32-unknown-unknown";

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
    if has_std() {
        return compile(workspace::cargo);
    }
    match debian_wasm::prepare()? {
        Some(version) if release(&version) >= release(rust_version) => {
            let target = workspace::root().join("target/debian");
            let outcome = compile(|| {
                let mut command = debian_wasm::cargo(&target);
                command.current_dir(workspace::root());
                command
            })?;
            Ok(outcome.with_note(format!("by Debian's compiler {version}")))
        }
        debian => Ok(Outcome::skipped(reason(rust_version, debian.as_deref()))),
    }
}

fn compile(cargo: impl Fn() -> Command) -> Result<Outcome, Error> {
    for features in CHECKS {
        let mut command = cargo();
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
    let Ok(output) = command.output() else { return false };
    debian_wasm::holds_std(Path::new(String::from_utf8_lossy(&output.stdout).trim()))
}

/// Tells whether rustup may fetch the target's library here.
fn may_add_target() -> bool {
    let forbidden = env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0");
    !forbidden && tools::on_path("rustup")
}

fn reason(rust_version: &str, debian: Option<&str>) -> String {
    let start = format!("the toolchain has no std for {TARGET}");
    match debian {
        None => format!("{start}; run `rustup target add {TARGET}`"),
        Some(version) => format!("{start}, and Debian's compiler {version} is older than {rust_version}"),
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
