//! Which compiler builds for WASM here, and with which linker.
//!
//! The active toolchain does it where it has the target's standard library. Rustup brings that; where
//! `RUSTUP_AUTO_INSTALL=0` forbids it, Debian's compiler takes its place ([`debian_wasm`]).

use crate::{debian_wasm, error::Error, process, tools, workspace};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The name of the target.
pub const TARGET: &str = "wasm32-unknown-unknown";

const ADD_TARGET_WITHIN: Duration = Duration::from_secs(10 * 60);
const LINKER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER";

/// A compiler that can build for WASM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WasmCompiler {
    /// The active toolchain.
    Active,
    /// Debian's, in this version.
    Debian(String),
}

/// What the search for a compiler came to.
#[derive(Debug)]
pub enum Found {
    Compiler(WasmCompiler),
    /// None is to be had; the text says why.
    Nothing(String),
}

/// Finds a compiler that is not older than `rust_version`; installs what it lacks where that is allowed.
pub fn find(rust_version: &str) -> Result<Found, Error> {
    if !has_std() && may_add_target() {
        // Its failure is no error yet: what counts is whether the library is there afterwards.
        let mut command = Command::new("rustup");
        command.args(["target", "add", TARGET]).current_dir(workspace::root());
        let _ = process::run_quietly("rustup", &mut command, ADD_TARGET_WITHIN, |_, _| {});
    }
    if has_std() {
        return Ok(Found::Compiler(WasmCompiler::Active));
    }
    Ok(match debian_wasm::prepare()? {
        Some(version) if release(&version) >= release(rust_version) => {
            Found::Compiler(WasmCompiler::Debian(version))
        }
        Some(version) => Found::Nothing(format!(
            "the toolchain has no std for {TARGET}, and Debian's compiler {version} is older than {rust_version}"
        )),
        None => Found::Nothing(format!("the toolchain has no std for {TARGET}")),
    })
}

impl WasmCompiler {
    /// A call of this compiler's cargo in the root of the repository.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Active => workspace::cargo(),
            Self::Debian(_) => {
                // Its own folder, for what another compiler made would be made again.
                let mut command = debian_wasm::cargo(&workspace::root().join("target/debian"));
                command.current_dir(workspace::root());
                command
            }
        }
    }

    /// The same for a build that links: it names a linker where the compiler has none of its own.
    pub fn linking_cargo(&self) -> Result<Command, Error> {
        let mut command = self.cargo();
        if env::var_os(LINKER).is_none()
            && let Some(linker) = self.foreign_linker()?
        {
            command.env(LINKER, linker);
        }
        Ok(command)
    }

    /// What a report says of the choice; empty where there is nothing to say.
    pub fn note(&self) -> String {
        match self {
            Self::Active => String::new(),
            Self::Debian(version) => format!("by Debian's compiler {version}"),
        }
    }

    fn rustc(&self) -> Command {
        match self {
            Self::Active => {
                let mut command = Command::new("rustc");
                command.current_dir(workspace::root());
                command
            }
            Self::Debian(_) => Command::new(debian_wasm::RUSTC),
        }
    }

    /// A linker for WASM from elsewhere; `None` where the compiler finds `rust-lld` by itself.
    fn foreign_linker(&self) -> Result<Option<PathBuf>, Error> {
        let about = process::stdout_of("rustc", self.rustc().arg("-vV"))?;
        let value = |key: &str| about.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("").trim();
        let beneath = Path::new("lib/rustlib").join(value("host:")).join("bin/rust-lld");
        let sysroot = process::stdout_of("rustc", self.rustc().args(["--print", "sysroot"]))?;
        if Path::new(sysroot.trim()).join(&beneath).exists() || tools::on_path("rust-lld") {
            return Ok(None);
        }
        let llvm = value("LLVM version:").split('.').next().unwrap_or("").to_owned();
        let of_rustup =
            || toolchains().into_iter().map(|folder| folder.join(&beneath)).find(|it| it.exists());
        let of_system =
            || ["wasm-ld".to_owned(), format!("wasm-ld-{llvm}")].iter().find_map(|it| tools::path_of(it));
        if let Some(linker) = of_rustup().or_else(of_system) {
            return Ok(Some(linker));
        }
        // The linker of the compiler's own LLVM where the system has it, else whichever it has.
        let packages = [format!("lld-{llvm}"), "lld".to_owned()];
        for package in &packages {
            if matches!(tools::install(&[package]), Ok(true))
                && let Some(linker) = of_system()
            {
                return Ok(Some(linker));
            }
        }
        Err(Error::ToolsMissing {
            missing: "a linker for WASM".to_owned(),
            command: "sudo apt-get install -y lld (or your system's own package)".to_owned(),
        })
    }
}

/// The folders of rustup's toolchains.
fn toolchains() -> Vec<PathBuf> {
    let home = env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".rustup"))).unwrap_or_default();
    let Ok(entries) = fs::read_dir(home.join("toolchains")) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    // Stable before nightly.
    folders.sort_by(|a, b| b.cmp(a));
    folders
}

/// Tells whether the active toolchain has a standard library for the target.
fn has_std() -> bool {
    let mut command = Command::new("rustc");
    command.args(["--print", "target-libdir", "--target", TARGET]).current_dir(workspace::root());
    let Ok(output) = command.output() else { return false };
    debian_wasm::holds_std(Path::new(String::from_utf8_lossy(&output.stdout).trim()))
}

/// Tells whether rustup may fetch the target's library here.
fn may_add_target() -> bool {
    let forbidden = env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0");
    !forbidden && tools::on_path("rustup")
}

/// Major and minor number at the start of a version.
fn release(version: &str) -> (u32, u32) {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_not_by_text() {
        assert!(release("1.85.0+dfsg3-1~deb12u3") < release("1.90"));
        assert!(release("1.100.0") > release("1.90"));
    }
}
