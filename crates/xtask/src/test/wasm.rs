//! `domain` and `wire` compile to WASM, each of their feature sets.
//!
//! Where no compiler for the target is to be had the check says so and is skipped. The dependency rules
//! (`tests/dependency_rules.rs`) still refuse crates that are known not to compile for the target.

use super::{SUITE_WITHIN, report::Outcome};
use crate::{
    error::Error,
    process,
    wasm_compiler::{self, Found, TARGET, WasmCompiler},
};

/// What is checked, as arguments of `cargo check`.
const CHECKS: [&[&str]; 2] =
    [&["-p", "domain", "-p", "wire"], &["-p", "domain", "-p", "wire", "--no-default-features"]];

/// Compiles the crates for WASM with and without their default features.
pub fn check(rust_version: &str) -> Result<Outcome, Error> {
    match wasm_compiler::find(rust_version)? {
        Found::Compiler(compiler) => compile(&compiler),
        Found::Nothing(reason) => Ok(Outcome::skipped(reason)),
    }
}

fn compile(compiler: &WasmCompiler) -> Result<Outcome, Error> {
    for features in CHECKS {
        let mut command = compiler.cargo();
        command.args(["check", "--locked", "--target", TARGET]).args(features);
        let finished = process::run_quietly("cargo check", &mut command, SUITE_WITHIN, |_, _| {})?;
        if !finished.succeeded() {
            return Ok(Outcome::of_check(&finished, "domain and wire must compile to WASM.\n"));
        }
    }
    Ok(Outcome::passed().with_note(compiler.note()))
}
