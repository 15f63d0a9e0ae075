//! Where the repository is, and how its cargo is called.

use crate::{
    error::Error,
    process::{self, Checked},
};
use serde_json::Value;
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// A cargo command in the root of the repository.
///
/// It is the cargo that runs this chore, without the variables that `cargo run` sets for this package: a child
/// cargo must not inherit them.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    forget_this_package(&mut command);
    command
}

/// Removes the variables that `cargo run` sets for this package.
pub fn forget_this_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let inherited = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_BIN_NAME"
        });
        if inherited {
            command.env_remove(name);
        }
    }
    for name in ["RUSTC", "RUSTDOC"] {
        command.env_remove(name);
    }
}

/// A package of this workspace.
#[derive(Debug, Clone)]
pub struct Package {
    /// The identifier that cargo's messages use.
    pub id: String,
    pub name: String,
    pub folder: PathBuf,
}

/// The packages of this workspace, and the Rust version they ask for.
#[derive(Debug)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub rust_version: String,
}

/// Asks cargo for the packages of this workspace.
pub fn metadata() -> Result<Metadata, Error> {
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1", "--no-deps", "--locked"]);
    let text = process::stdout_of("cargo metadata", &mut command)?;
    let document = process::parse_json("cargo metadata", &text)?;
    let packages = document.array("/packages")?;
    let rust_version = packages.iter().find_map(|package| package["rust_version"].as_str());
    Ok(Metadata {
        packages: packages.iter().filter_map(package).collect(),
        rust_version: rust_version.unwrap_or("0").to_owned(),
    })
}

fn package(value: &Value) -> Option<Package> {
    let manifest = Path::new(value["manifest_path"].as_str()?);
    Some(Package {
        id: value["id"].as_str()?.to_owned(),
        name: value["name"].as_str()?.to_owned(),
        folder: manifest.parent()?.to_owned(),
    })
}

/// The profile that a build uses.
#[derive(Debug, Clone, Copy)]
pub enum Profile {
    Debug,
    Release,
}

/// Builds the `jido` binary, showing cargo's own progress, and returns its path.
pub fn build_jido(profile: Profile) -> Result<PathBuf, Error> {
    let mut command = cargo();
    command.args(["build", "--package", "jido", "--bin", "jido"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    match profile {
        Profile::Debug => {}
        Profile::Release => {
            command.arg("--release");
        }
    }
    let messages = process::stdout_of("cargo build", &mut command)?;
    executable_of("jido", &messages)
}

/// The path of the program that a build made, from cargo's messages.
pub fn executable_of(name: &str, messages: &str) -> Result<PathBuf, Error> {
    messages.lines().find_map(|line| executable(name, line)).ok_or_else(|| Error::Missing {
        what: "cargo build's answer".to_owned(),
        pointer: format!("the path of {name}"),
        document: messages.to_owned(),
    })
}

/// The path of a program, when this line of cargo's messages names it.
pub fn executable(name: &str, line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_named = message["target"]["name"] == name && message["target"]["kind"][0] == "bin";
    let is_plain = message["profile"]["test"] == false;
    (is_named && is_plain).then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
}
