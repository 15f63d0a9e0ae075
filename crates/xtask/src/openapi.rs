//! The committed OpenAPI document and the one that the server gives.

use crate::{
    error::Error,
    process,
    workspace::{self, Profile},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What becomes of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is what the server serves.
    Commit,
    /// It is what existing clients rely on, too.
    Release,
}

/// The committed document.
pub fn committed() -> PathBuf {
    workspace::root().join("openapi/v1.json")
}

/// The document that this binary serves.
pub fn served(jido: &Path) -> Result<String, Error> {
    process::stdout_of("jido openapi", Command::new(jido).arg("openapi").current_dir(workspace::root()))
}

/// The document that existing clients rely on.
pub fn released() -> PathBuf {
    workspace::root().join("openapi/released/v1.json")
}

/// Builds the server and writes its document to the committed file, and to the released one where that is wanted.
pub fn renew(step: Step) -> Result<(), Error> {
    let document = served(&workspace::build_jido(Profile::Debug)?)?;
    write(&committed(), &document)?;
    match step {
        Step::Commit => Ok(()),
        Step::Release => write(&released(), &document),
    }
}

fn write(path: &Path, document: &str) -> Result<(), Error> {
    let name = path.strip_prefix(workspace::root()).unwrap_or(path).display();
    let old = fs::read_to_string(path).unwrap_or_default();
    if old == document {
        println!("{name} is as the server gives it.");
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    fs::write(path, document).map_err(Error::file("write", path))?;
    println!("{name} renewed ({} bytes); commit it.", document.len());
    Ok(())
}
