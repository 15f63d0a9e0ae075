//! `cargo xtask web`: the browser app as files that the server serves.
//!
//! The crate `frontend` is compiled for WASM, bound to JavaScript by wasm-bindgen's library, and laid out beside its
//! styles under names that hold a digest of the content, so that a browser may keep each file for ever.

mod assets;
mod bindings;
mod compressed;

use crate::{
    error::Error,
    process,
    wasm_compiler::{self, Found, TARGET, WasmCompiler},
    workspace::{self, Profile},
};
use assets::Assets;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The largest first load that a release may have, in bytes after brotli.
const BUDGET: usize = 600_000;

/// Builds the app, showing cargo's own progress, and returns the folder that `--web-root` takes.
pub fn build(profile: Profile) -> Result<PathBuf, Error> {
    let rust_version = workspace::metadata()?.rust_version;
    let compiler = match wasm_compiler::find(&rust_version)? {
        Found::Compiler(compiler) => compiler,
        Found::Nothing(reason) => return Err(wasm_compiler::missing(reason)),
    };
    let (folder, word) = match profile {
        Profile::Debug => ("target/web-debug", "debug"),
        Profile::Release => ("target/web", "release"),
    };
    println!("[1/3] compiling the app ({word}) {} …", compiler.note());
    let wasm = compile(&compiler, profile)?;
    println!("[2/3] binding it to JavaScript …");
    let bound = bindings::make(&wasm, profile)?;
    println!("[3/3] writing {folder} …");
    let folder = workspace::root().join(folder);
    lay_out(bound, profile, &folder)?;
    Ok(folder)
}

/// Compiles the crate and returns the path of its module.
fn compile(compiler: &WasmCompiler, profile: Profile) -> Result<PathBuf, Error> {
    let profile = match profile {
        Profile::Debug => "dev",
        Profile::Release => "wasm-release",
    };
    let mut command = compiler.linking_cargo()?;
    command.args(["build", "--package", "frontend", "--target", TARGET, "--profile", profile]);
    command.args(["--message-format", "json-render-diagnostics"]);
    let messages = process::stdout_of("cargo build", &mut command)?;
    workspace::executable_of("frontend", &messages)
}

/// Writes the app's files to a new folder, which then takes the old one's place.
fn lay_out(bound: bindings::Bound, profile: Profile, folder: &Path) -> Result<(), Error> {
    let sources = workspace::root().join("frontend");
    let mut assets = Assets::default();
    assets.add("app.wasm", bound.wasm);
    assets.add("app.css", assets::styles(&sources.join("styles"))?);
    assets.add_files(&sources.join("static"))?;
    let start = assets.fill("frontend/start.js", &assets::read_text(&sources.join("start.js"))?)?;
    assets.add("app.js", format!("{}{start}", bound.javascript).into_bytes());
    let page = assets.fill("frontend/index.html", &assets::read_text(&sources.join("index.html"))?)?;

    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    let new = tempfile::Builder::new().prefix("web-new-").tempdir_in(parent);
    let new = new.map_err(Error::file("create a folder in", parent))?;
    let first_load = assets.write(new.path(), &page)?;
    let over_budget = match profile {
        Profile::Debug => Ok(()),
        Profile::Release => {
            let sizes = compressed::write(new.path(), folder)?;
            compressed::report(&sizes, &first_load, BUDGET)
        }
    };
    take_place(new, folder)?;
    over_budget
}

/// Moves the new folder to where the old one was.
fn take_place(new: tempfile::TempDir, folder: &Path) -> Result<(), Error> {
    make_readable(new.path())?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("remove", folder))?;
    }
    let new = new.keep();
    fs::rename(&new, folder).map_err(Error::file("rename to", folder))
}

/// Temporary folders are private; this one is for whichever user runs the server.
fn make_readable(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(Error::file("open up", folder))
}
