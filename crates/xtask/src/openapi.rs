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

/// The committed document.
pub fn committed() -> PathBuf {
    workspace::root().join("openapi/v1.json")
}

/// The document that this binary serves.
pub fn served(jido: &Path) -> Result<String, Error> {
    process::stdout_of("jido openapi", Command::new(jido).arg("openapi").current_dir(workspace::root()))
}

/// Builds the server and writes its document to the committed file.
pub fn renew() -> Result<(), Error> {
    let document = served(&workspace::build_jido(Profile::Debug)?)?;
    let path = committed();
    let old = fs::read_to_string(&path).unwrap_or_default();
    if old == document {
        println!("openapi/v1.json is as the server gives it.");
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    fs::write(&path, &document).map_err(Error::file("write", &path))?;
    println!("openapi/v1.json renewed ({} bytes); commit it.", document.len());
    Ok(())
}
