//! The programs that the suites and the demo need, and their installation.

use crate::{
    error::Error,
    process::{self, Finished},
};
use std::{env, ffi::OsString, path::PathBuf, process::Command, time::Duration};

const INSTALL_WITHIN: Duration = Duration::from_secs(15 * 60);

/// A program that may have to be installed.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    /// What brings it in Debian.
    pub packages: &'static [&'static str],
    pub is_present: fn() -> bool,
}

/// What the server's suites need beside the toolchain.
pub const FOR_THE_SERVER: [Tool; 2] = [
    Tool { name: "PostgreSQL", packages: &["postgresql"], is_present: private_postgres::available },
    Tool { name: "git", packages: &["git"], is_present: || on_path("git") },
];

/// What the document's linter and the programs in the documentation need beside those.
pub const FOR_CLIENTS: [Tool; 3] = [
    Tool { name: "curl", packages: &["curl"], is_present: || on_path("curl") },
    Tool { name: "jq", packages: &["jq"], is_present: || on_path("jq") },
    Tool { name: "Python's venv", packages: &["python3", "python3-venv"], is_present: has_venv },
];

/// Installs what is missing and says in one phrase what was done.
///
/// Only Debian's package manager is driven, as root or with `sudo -n`; elsewhere the error names what to install.
pub fn ensure(tools: &[Tool]) -> Result<String, Error> {
    let missing = missing(tools);
    if missing.is_empty() {
        return Ok(format!("{} are there", names(&tools.iter().collect::<Vec<_>>())));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.packages).copied().collect();
    if !install(&packages)? {
        return Err(still_missing(&missing));
    }
    let left = self::missing(tools);
    if left.is_empty() { Ok(format!("installed {}", names(&missing))) } else { Err(still_missing(&left)) }
}

/// Installs Debian packages; false where nothing can be installed here.
pub fn install(packages: &[&str]) -> Result<bool, Error> {
    let Some(prefix) = package_manager() else { return Ok(false) };
    apt(&prefix, &["update"])?;
    apt(&prefix, &[&["install", "-y", "--no-install-recommends"], packages].concat())?;
    Ok(true)
}

/// Runs a program as root, or with `sudo -n` where that works.
pub fn as_root(command: &mut Command) -> Result<(), Error> {
    let mut words: Vec<OsString> =
        package_manager().unwrap_or_default().into_iter().map(OsString::from).collect();
    words.push(command.get_program().to_owned());
    words.extend(command.get_args().map(OsString::from));
    let mut elevated = Command::new(&words[0]);
    elevated.args(&words[1..]);
    process::stdout_of(&words[0].to_string_lossy(), &mut elevated).map(|_| ())
}

fn has_venv() -> bool {
    let asked = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    asked.is_ok_and(|out| out.status.success())
}

fn missing(tools: &[Tool]) -> Vec<&Tool> {
    tools.iter().filter(|tool| !(tool.is_present)()).collect()
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(" and ")
}

fn still_missing(tools: &[&Tool]) -> Error {
    let packages: Vec<&str> = tools.iter().flat_map(|tool| tool.packages).copied().collect();
    Error::ToolsMissing {
        missing: names(tools),
        command: format!("sudo apt-get install -y {} (or your system's own packages)", packages.join(" ")),
    }
}

/// The words before `apt-get`: none for root, `sudo -n` where that works without a password, `None` elsewhere.
fn package_manager() -> Option<Vec<&'static str>> {
    if !on_path("apt-get") {
        return None;
    }
    if rustix::process::geteuid().is_root() {
        return Some(Vec::new());
    }
    let sudo_works = Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|out| out.status.success());
    sudo_works.then(|| vec!["sudo", "-n"])
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Result<Finished, Error> {
    let settings =
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"];
    let words: Vec<&str> = prefix.iter().chain(&settings).chain(arguments).copied().collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    let finished = process::run_quietly("apt-get", &mut command, INSTALL_WITHIN, |_, _| {})?;
    match finished.end {
        process::End::Exited(status) if !status.success() => Err(Error::Program {
            program: words.join(" "),
            status,
            output: format!("{}{}", finished.stdout, finished.stderr),
        }),
        process::End::Exited(_) | process::End::TimedOut => Ok(finished),
    }
}

/// Tells whether a program of this name stands in a folder of PATH.
pub fn on_path(program: &str) -> bool {
    path_of(program).is_some()
}

/// The first program of this name in the folders of PATH.
pub fn path_of(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}
