//! `cargo xtask test`: every check that a change must pass.
//!
//! The workspace is compiled once, by clippy's driver with warnings denied; the suites then run the very
//! executables of that build, one package after the other. Missing tools are installed beside the compilation.

mod build;
mod packages;
mod report;
mod wasm;

use crate::{error::Error, openapi, process, tools, workspace};
use build::Built;
use report::{Outcome, Report};
use std::{fs, path::Path, thread, time::Duration};

/// No suite runs longer; a test that hangs fails its suite here.
pub const SUITE_WITHIN: Duration = Duration::from_secs(20 * 60);

/// The checks beside the packages' own suites: format, build, tools, documentation examples, WASM, OpenAPI.
const OTHER_CHECKS: usize = 6;

/// Runs all suites and prints their lines; fails when one of them did.
pub fn run() -> Result<(), Error> {
    let metadata = workspace::metadata()?;
    let suites = packages::in_order(metadata.packages);
    let mut report = Report::new(OTHER_CHECKS + suites.len());
    let installation = thread::spawn(tools::ensure);

    report.run("format", format_check);
    let built = report.run_for("clippy and build", build::run);
    let tools_present = report.run_for("tools", || match installation.join() {
        Ok(Ok(done)) => Ok((Outcome::passed().with_note(done), Some(()))),
        Ok(Err(error @ Error::ToolsMissing { .. })) => Ok((Outcome::failed(error.to_string()), None)),
        Ok(Err(error)) => Err(error),
        Err(_) => Ok((Outcome::failed("the installation panicked".to_owned()), None)),
    });

    for suite in &suites {
        match (&built, tools_present) {
            (None, _) => report.not_run(&suite.package.name, "the build failed"),
            (Some(_), None) if suite.needs_tools() => {
                report.not_run(&suite.package.name, "tools are missing")
            }
            (Some(built), _) => report.run(&suite.package.name, || suite.run(built)),
        }
    }
    match &built {
        None => {
            report.not_run("documentation examples", "the build failed");
            report.not_run("OpenAPI document", "the build failed");
        }
        Some(built) => {
            report.run("documentation examples", packages::documentation_examples);
            report.run("OpenAPI document", || openapi_check(built));
        }
    }
    report.run("WASM", || wasm::check(&metadata.rust_version));
    report.close()
}

fn format_check() -> Result<Outcome, Error> {
    let mut command = workspace::cargo();
    command.args(["fmt", "--all", "--", "--check"]);
    let finished = process::run_quietly("cargo fmt", &mut command, SUITE_WITHIN, |_, _| {})?;
    let hint = "Run `cargo fmt --all`.\n";
    Ok(Outcome::of_check(&finished, hint))
}

fn openapi_check(built: &Built) -> Result<Outcome, Error> {
    let served = openapi::served(built.jido()?)?;
    let path = openapi::committed();
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if served == committed {
        return Ok(Outcome::passed());
    }
    Ok(Outcome::failed(difference(&path, &committed, &served)))
}

fn difference(path: &Path, committed: &str, served: &str) -> String {
    let first = committed.lines().zip(served.lines()).position(|(old, new)| old != new);
    let line = first.unwrap_or_else(|| committed.lines().count().min(served.lines().count()));
    format!(
        "{} is not what the server serves: they differ from line {} on.\n  committed: {}\n  served:    {}\n\
         Renew it with `cargo xtask openapi` and read the difference before committing it.",
        path.display(),
        line + 1,
        committed.lines().nth(line).unwrap_or("(ends)").trim(),
        served.lines().nth(line).unwrap_or("(ends)").trim(),
    )
}
