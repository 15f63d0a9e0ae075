//! A WASM standard library where rustup may not bring one: from Debian's compiler and its sources.
//!
//! Debian packages a recent compiler for browser builds, with sources but without the library for WASM. The library
//! is built once for each version of that compiler and laid into its sysroot, where every later build finds it.

use crate::{error::Error, process, tools, wasm_compiler::TARGET, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Debian's compiler.
pub const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/vendor";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const BUILD_WITHIN: Duration = Duration::from_secs(10 * 60);

/// Makes Debian's compiler ready for WASM and returns its version; `None` where that is not possible here.
pub fn prepare() -> Result<Option<String>, Error> {
    if !is_installed() && !tools::install(&PACKAGES)? {
        return Ok(None);
    }
    if !is_installed() {
        return Ok(None);
    }
    let folder = library_folder()?;
    if !holds_std(&folder) {
        build_std(&folder)?;
    }
    let version = process::stdout_of(RUSTC, Command::new(RUSTC).arg("--version"))?;
    Ok(version.split_whitespace().nth(1).map(str::to_owned))
}

/// A call of Debian's cargo that builds into `target_dir`, free of what rustup and this program set for theirs.
pub fn cargo(target_dir: &Path) -> Command {
    let mut command = Command::new(CARGO);
    workspace::forget_this_package(&mut command);
    for name in
        ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "RUSTDOC", "CLIPPY_ARGS"]
    {
        command.env_remove(name);
    }
    command.env("RUSTC", RUSTC).env("CARGO_TARGET_DIR", target_dir);
    command
}

/// Tells whether the folder holds a standard library.
pub fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn is_installed() -> bool {
    [RUSTC, CARGO, SOURCES].iter().all(|path| Path::new(path).exists())
}

fn library_folder() -> Result<PathBuf, Error> {
    let mut command = Command::new(RUSTC);
    command.args(["--print", "target-libdir", "--target", TARGET]);
    Ok(PathBuf::from(process::stdout_of(RUSTC, &mut command)?.trim()))
}

fn build_std(folder: &Path) -> Result<(), Error> {
    let seed = tempfile::tempdir().map_err(|source| file_error("make a folder in", "/tmp", source))?;
    let manifest = seed.path().join("Cargo.toml");
    let text = "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    fs::write(&manifest, text).map_err(|source| file_error("write", &manifest, source))?;
    let source = seed.path().join("src");
    fs::create_dir(&source).map_err(|error| file_error("make", &source, error))?;
    fs::write(source.join("lib.rs"), "").map_err(|error| file_error("write", &source, error))?;
    let target = seed.path().join("target");
    let mut command = cargo(&target);
    command
        // Without bitcode a later build with link-time optimisation fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(seed.path())
        .args(["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,proc_macro,test"]);
    let finished = process::run_quietly("cargo", &mut command, BUILD_WITHIN, |_, _| {})?;
    if !finished.succeeded() {
        let missing = "the WASM standard library could not be built".to_owned();
        return Err(Error::ToolsMissing { missing, command: finished.stderr });
    }
    let built = target.join(TARGET).join("release/deps");
    let entries = fs::read_dir(&built).map_err(|error| file_error("read", &built, error))?;
    let libraries: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libseed-")))
        .collect();
    tools::as_root(Command::new("mkdir").arg("-p").arg(folder))?;
    tools::as_root(Command::new("cp").args(&libraries).arg(folder))
}

fn file_error(action: &'static str, path: impl AsRef<Path>, source: std::io::Error) -> Error {
    Error::File { action, path: path.as_ref().to_owned(), source }
}
