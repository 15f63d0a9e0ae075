//! `cargo xtask screenshots`: the pictures of the app that the documentation shows.

use crate::{
    browser,
    error::Error,
    process,
    web::{self, Progress},
    workspace::{self, Profile},
};
use std::{fs, path::Path, time::Duration};

/// The spec that takes them, among others.
const SPEC: &str = "pages.spec.mjs";
/// The pictures that are kept: the end of their names.
const KEPT: [&str; 3] = ["-light-1440.png", "-dark-1440.png", "-light-390.png"];
const TAKEN_WITHIN: Duration = Duration::from_secs(20 * 60);

/// Takes pictures of every page and copies those of the documentation to `docs/screenshots`.
pub fn run() -> Result<(), Error> {
    println!("[1/3] building the app and the server …");
    println!("      {}", browser::ensure()?);
    let app = web::build(&web::compiler()?, Profile::Release, Progress::Quiet)?;
    let jido = workspace::build_jido(Profile::Debug)?;

    println!("[2/3] taking pictures …");
    let taken = workspace::root().join("target/browser/screenshots");
    if taken.exists() {
        fs::remove_dir_all(&taken).map_err(Error::file("remove", &taken))?;
    }
    let mut command = browser::playwright(&jido, &app.folder);
    let finished = process::run_with_signs("playwright", command.arg(SPEC), TAKEN_WITHIN)?;
    process::succeeded("playwright", finished)?;

    println!("[3/3] copying to docs/screenshots …");
    let bytes = keep(&taken, &workspace::root().join("docs/screenshots"))?;
    println!("docs/screenshots renewed ({} kB); look at them and commit them.", bytes / 1000);
    Ok(())
}

/// Replaces the pictures in `kept` by those of `taken`; returns how many bytes they have.
fn keep(taken: &Path, kept: &Path) -> Result<u64, Error> {
    if kept.exists() {
        fs::remove_dir_all(kept).map_err(Error::file("remove", kept))?;
    }
    fs::create_dir_all(kept).map_err(Error::file("create", kept))?;
    let mut bytes = 0;
    for entry in fs::read_dir(taken).map_err(Error::file("read", taken))?.flatten() {
        let name = entry.file_name();
        if KEPT.iter().any(|end| name.to_string_lossy().ends_with(end)) {
            bytes += fs::copy(entry.path(), kept.join(&name)).map_err(Error::file("copy", entry.path()))?;
        }
    }
    Ok(bytes)
}
