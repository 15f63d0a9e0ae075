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
/// Every page is kept as a wide light picture; these also dark, and narrow.
const KEPT_IN_ALL_FORMS: [&str; 3] = ["approvals", "run-at-gate", "workflows"];
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
        if is_kept(&name.to_string_lossy()) {
            bytes += fs::copy(entry.path(), kept.join(&name)).map_err(Error::file("copy", entry.path()))?;
        }
    }
    Ok(bytes)
}

/// Names are PAGE-THEME-WIDTH.png.
fn is_kept(name: &str) -> bool {
    let form = |end: &str| name.strip_suffix(end);
    form("-light-1440.png").is_some()
        || form("-dark-1440.png")
            .or(form("-light-390.png"))
            .is_some_and(|page| KEPT_IN_ALL_FORMS.contains(&page))
}

#[cfg(test)]
mod tests {
    use super::is_kept;

    #[test]
    fn each_page_is_kept_once_and_the_main_ones_in_three_forms() {
        let kept = ["sign-in-light-1440.png", "run-at-gate-dark-1440.png", "run-at-gate-light-390.png"];
        let dropped =
            ["sign-in-dark-1440.png", "run-at-gate-dark-390.png", "sign-in-light-390.png", "note.txt"];
        assert!(kept.iter().all(|name| is_kept(name)) && !dropped.iter().any(|name| is_kept(name)));
    }

    #[test]
    fn the_pictures_that_the_readme_shows_are_there() {
        let root = crate::workspace::root();
        let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
        let shown: Vec<&str> =
            readme.split(['(', ')', '"']).filter(|text| text.starts_with("docs/screenshots/")).collect();
        assert!(!shown.is_empty());
        for picture in shown {
            assert!(
                root.join(picture).is_file() && is_kept(&picture["docs/screenshots/".len()..]),
                "{picture}"
            );
        }
    }
}
