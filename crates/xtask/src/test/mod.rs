//! `cargo xtask test`: every check that a change must pass.
//!
//! The workspace is compiled once, by clippy's driver with warnings denied; the suites then run the very
//! executables of that build, one package after the other. Missing tools are installed beside the compilation. Last
//! comes the browser app as users get it, and the suite that operates it.

mod browser;
mod build;
mod contract;
mod documents;
mod packages;
mod report;
mod wasm;

use crate::{
    error::Error,
    process, tools,
    web::{self, App, Progress},
    workspace::{self, Profile},
};
use report::{Outcome, Report};
use std::{thread, time::Duration};

/// No suite runs longer; a test that hangs fails its suite here.
pub const SUITE_WITHIN: Duration = Duration::from_secs(20 * 60);

/// The checks beside the packages' own suites: format, build, tools for the server, for clients and for the browser,
/// documentation examples, three of the OpenAPI document, documents, WASM, the browser app and the suite that operates
/// it.
const OTHER_CHECKS: usize = 13;

/// Runs all suites, or those that are named, and prints their lines; fails when one of them did.
pub fn run(only: &[String]) -> Result<(), Error> {
    let metadata = workspace::metadata()?;
    let suites = packages::in_order(metadata.packages);
    let mut report = Report::new(OTHER_CHECKS + suites.len(), only);
    // One after the other, as there is one package manager.
    let installation = thread::spawn(|| {
        let for_server = tools::ensure(&tools::FOR_THE_SERVER);
        let for_browser = crate::browser::ensure();
        let for_clients = tools::ensure(&tools::FOR_CLIENTS);
        let linter = for_clients.and_then(|tools| Ok(format!("{tools}; {}", contract::ensure_linter()?)));
        (for_server, for_browser, linter)
    });

    report.run("format", format_check);
    let built = report.run_for("clippy and build", build::run);
    let (for_server, for_browser, for_clients) =
        installation.join().map_err(|_| Error::Panicked("the installation"))?;
    let server_tools = report.run_for("tools", || installed(for_server));
    let browser_tools = report.run_for("browser tools", || installed(for_browser));
    let client_tools = report.run_for("client tools", || installed(for_clients));

    for suite in &suites {
        match (&built, server_tools) {
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
            report.run("OpenAPI document", || contract::is_served(built));
        }
    }
    report.run("OpenAPI compatibility", contract::breaks_nobody);
    match client_tools {
        None => report.not_run("OpenAPI linter", "tools are missing"),
        Some(()) => report.run("OpenAPI linter", contract::lint),
    }
    match (&built, client_tools) {
        (None, _) => report.not_run("documents", "the build failed"),
        (_, None) => report.not_run("documents", "tools are missing"),
        (Some(built), Some(())) => report.run("documents", || documents::run(built)),
    }
    report.run("WASM", || wasm::check(&metadata.rust_version));
    if !report.wants("browser") {
        return report.close();
    }
    let app = report.run_for("browser app", app_within_budget);
    match (&built, &app, browser_tools) {
        (None, _, _) => report.not_run("browser", "the build failed"),
        (_, None, _) => report.not_run("browser", "the app is missing"),
        (_, _, None) => report.not_run("browser", "tools are missing"),
        (Some(built), Some(app), Some(())) => {
            report.run("browser", || browser::run(built.jido()?, &app.folder));
        }
    }
    report.close()
}

/// What an installation that runs beside the build came to.
fn installed(outcome: Result<String, Error>) -> Result<(Outcome, Option<()>), Error> {
    match outcome {
        Ok(done) => Ok((Outcome::passed().with_note(done), Some(()))),
        Err(error @ Error::ToolsMissing { .. }) => Ok((Outcome::failed(error.to_string()), None)),
        Err(error) => Err(error),
    }
}

/// Builds the app as users get it. One that is too large fails, and is tested all the same.
fn app_within_budget() -> Result<(Outcome, Option<App>), Error> {
    let app = web::build(&web::compiler()?, Profile::Release, Progress::Quiet)?;
    let Some(sizes) = &app.sizes else { return Ok((Outcome::passed(), Some(app))) };
    let outcome = match sizes.check() {
        Ok(()) => Outcome::passed(),
        Err(error) => Outcome::failed(error.to_string()),
    };
    let notes = [sizes.summary(), app.note.clone()].into_iter().filter(|note| !note.is_empty());
    let outcome = outcome.with_note(notes.collect::<Vec<_>>().join("; "));
    Ok((outcome, Some(app)))
}

fn format_check() -> Result<Outcome, Error> {
    let mut command = workspace::cargo();
    command.args(["fmt", "--all", "--", "--check"]);
    let finished = process::run_quietly("cargo fmt", &mut command, SUITE_WITHIN, |_, _| {})?;
    let hint = "Run `cargo fmt --all`.\n";
    Ok(Outcome::of_check(&finished, hint))
}
