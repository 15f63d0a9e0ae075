//! `cargo xtask web`: the browser app as files that the server serves.
//!
//! The crate `frontend` is compiled for WASM, bound to JavaScript by wasm-bindgen's library, and laid out beside its
//! styles under names that hold a digest of the content, so that a browser may keep each file for ever.

mod assets;
mod bindings;
mod compressed;
mod parts;

use crate::{
    error::Error,
    process,
    wasm_compiler::{self, Found, TARGET, WasmCompiler},
    workspace::{self, Profile},
};
use assets::Assets;
use bindings::Bound;
use compressed::FirstLoad;
use parts::Parts;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// The largest first load that a release may have, in bytes after brotli.
const BUDGET: usize = 600_000;
const COMPILED_WITHIN: Duration = Duration::from_secs(40 * 60);

/// What a build says while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Each step, and cargo's own lines.
    Shown,
    /// A sign of life now and then; cargo's lines when it fails.
    Quiet,
}

/// The app's files.
#[derive(Debug)]
pub struct App {
    /// What `--web-root` takes.
    pub folder: PathBuf,
    /// The sizes of a release.
    pub sizes: Option<FirstLoad>,
    /// Who compiled it, where that is not the active toolchain.
    pub note: String,
}

/// `cargo xtask web`: builds the app and prints where it is and how large.
pub fn run(profile: Profile) -> Result<(), Error> {
    let app = build(&compiler()?, profile, Progress::Shown)?;
    if let Some(sizes) = &app.sizes {
        sizes.print();
        sizes.check()?;
    }
    println!("The app is in {}.", app.folder.display());
    Ok(())
}

/// The compiler for the app.
pub fn compiler() -> Result<WasmCompiler, Error> {
    match wasm_compiler::find(&workspace::metadata()?.rust_version)? {
        Found::Compiler(compiler) => Ok(compiler),
        Found::Nothing(reason) => Err(Error::ToolsMissing {
            missing: format!("a compiler for {TARGET} ({reason})"),
            command: format!("rustup target add {TARGET}"),
        }),
    }
}

/// Builds the app.
pub fn build(compiler: &WasmCompiler, profile: Profile, progress: Progress) -> Result<App, Error> {
    let (name, word) = match profile {
        Profile::Debug => ("target/web-debug", "debug"),
        Profile::Release => ("target/web", "release"),
    };
    let say = |line: &str| {
        if progress == Progress::Shown {
            println!("{line}");
        }
    };
    say(format!("[1/3] compiling the app ({word}) {}", compiler.note()).trim_end());
    let wasm = compile(compiler, profile, progress)?;
    say("[2/3] binding it to JavaScript …");
    let bound = bind(&wasm, profile)?;
    say(&format!("[3/3] writing {name} …"));
    let folder = workspace::root().join(name);
    let sizes = lay_out(bound, profile, &folder)?;
    Ok(App { folder, sizes, note: compiler.note() })
}

/// Makes the bindings; a release's module is divided before.
fn bind(wasm: &Path, profile: Profile) -> Result<Bound, Error> {
    match profile {
        Profile::Debug => bindings::make(wasm, profile, Parts::default()),
        Profile::Release => {
            let folder = tempfile::tempdir();
            let folder = folder.map_err(Error::file("create a folder in", std::env::temp_dir()))?;
            let divided = parts::divide(wasm, folder.path())?;
            bindings::make(&divided.main, profile, divided.parts)
        }
    }
}

/// Compiles the crate and returns the path of its module.
fn compile(compiler: &WasmCompiler, profile: Profile, progress: Progress) -> Result<PathBuf, Error> {
    let name = match profile {
        Profile::Debug => "dev",
        Profile::Release => "wasm-release",
    };
    let mut command = compiler.linking_cargo()?;
    command.args(["rustc", "--package", "frontend", "--target", TARGET, "--profile", name]);
    command.args(["--message-format", "json-render-diagnostics"]);
    if matches!(profile, Profile::Release) {
        // What divides the module goes by the linker's notes of what refers to what.
        command.args(["--features", "split", "--", "-C", "link-arg=--emit-relocs"]);
    }
    let messages = match progress {
        Progress::Shown => process::stdout_of("cargo build", &mut command)?,
        Progress::Quiet => {
            let finished = process::run_with_signs("cargo build", &mut command, COMPILED_WITHIN)?;
            process::succeeded("cargo build", finished)?
        }
    };
    workspace::executable_of("frontend", &messages)
}

/// Writes the app's files to a new folder, which then takes the old one's place.
fn lay_out(bound: Bound, profile: Profile, folder: &Path) -> Result<Option<FirstLoad>, Error> {
    let sources = workspace::root().join("frontend");
    let mut assets = Assets::default();
    assets.add("app.wasm", bound.wasm);
    assets.add("app.css", assets::styles(&sources.join("styles"))?);
    assets.add_files(&sources.join("static"))?;
    let start = assets.fill("frontend/start.js", &assets::read_text(&sources.join("start.js"))?)?;
    for (name, content) in bound.parts.files {
        assets.add(&name, content);
    }
    let javascript = assets.fill_for_later("the app's bindings", &bound.javascript)?;
    assets.add("app.js", format!("{javascript}{start}").into_bytes());
    let page = assets.fill("frontend/index.html", &assets::read_text(&sources.join("index.html"))?)?;

    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    let new = tempfile::Builder::new().prefix("web-new-").tempdir_in(parent);
    let new = new.map_err(Error::file("create a folder in", parent))?;
    let first_load = assets.write(new.path(), &page)?;
    let pages: Vec<_> = bound.parts.pages.iter().map(|names| assets.paths(names)).collect();
    let sizes = match profile {
        Profile::Debug => None,
        Profile::Release => {
            let sizes = compressed::write(new.path(), folder)?;
            Some(FirstLoad::of(&sizes, &first_load, &pages, BUDGET))
        }
    };
    take_place(new, folder)?;
    Ok(sizes)
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
