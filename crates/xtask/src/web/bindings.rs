//! The app's module and the JavaScript that loads it, from what the compiler made.

use super::parts::Parts;
use crate::{error::Error, workspace::Profile};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// A module with its JavaScript.
#[derive(Debug)]
pub struct Bound {
    pub wasm: Vec<u8>,
    /// Names each part as `{{file name}}`.
    pub javascript: String,
    pub parts: Parts,
}

/// Makes the bindings for browsers. A release keeps no names of functions.
pub fn make(wasm: &Path, profile: Profile, parts: Parts) -> Result<Bound, Error> {
    let folder = tempfile::tempdir().map_err(Error::file("create a folder in", std::env::temp_dir()))?;
    let for_release = matches!(profile, Profile::Release);
    let refused = |error| Error::Bindgen(format!("{error:#}"));
    Bindgen::new()
        .input_path(wasm)
        .out_name("app")
        .web(true)
        .map_err(refused)?
        .typescript(false)
        .debug(!for_release)
        .remove_name_section(for_release)
        .remove_producers_section(for_release)
        .omit_default_module_path(false)
        // The parts share the linker's table of functions with the main module.
        .keep_lld_exports(!parts.files.is_empty())
        .generate(folder.path())
        .map_err(refused)?;
    if folder.path().join("snippets").exists() {
        // They are further scripts, each a file that would have to become an asset.
        return Err(Error::Bindgen("a crate brings JavaScript files of its own".to_owned()));
    }
    let (module, script) = (folder.path().join("app_bg.wasm"), folder.path().join("app.js"));
    let javascript = fs::read_to_string(&script).map_err(Error::file("read", &script))?;
    Ok(Bound {
        wasm: fs::read(&module).map_err(Error::file("read", &module))?,
        javascript: parts.join(&javascript),
        parts,
    })
}
