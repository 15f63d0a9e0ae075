//! The access that a step has unless configuration says otherwise.

use crate::Access;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Devices that programs take for granted. Disks, memory, terminals and shared memory are not among them.
const DEVICES: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

/// Where people and programs keep what is theirs, and where every process may leave something for another.
const PRIVATE: [&str; 9] = [
    "/dev",
    "/home",
    "/root",
    "/run/credentials",
    "/run/secrets",
    "/run/user",
    "/tmp",
    "/var/spool/cron",
    "/var/tmp",
];

/// Readable by root alone; denied only where they could be read, because a denial splits `/etc` into its
/// present files and one that is replaced during the step (`resolv.conf`) would vanish from it.
const ACCOUNTS: [&str; 4] = ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"];

/// Where toolchains are installed in a home directory. Credentials live beside them (`.cargo/credentials.toml`),
/// so the list goes as deep as it must to leave those out.
const TOOLCHAINS: [&str; 30] = [
    ".asdf",
    ".bun/bin",
    ".cargo/bin",
    ".cargo/config.toml",
    ".cargo/env",
    ".cargo/git",
    ".cargo/registry",
    ".deno/bin",
    ".dotnet",
    ".fnm",
    ".jenv",
    ".juliaup",
    ".local/bin",
    ".local/lib",
    ".local/share/fnm",
    ".local/share/mise",
    ".local/share/pnpm",
    ".local/share/uv",
    ".nodenv",
    ".nvm",
    ".pyenv",
    ".rbenv",
    ".rustup",
    ".rvm",
    ".sdkman",
    ".tfenv",
    ".volta",
    ".yarn/bin",
    "go/bin",
    "go/pkg",
];

/// Returns the default access: everything readable and executable but home directories, temporary
/// directories, devices, other secrets' usual places and `denied` (the server's data directory).
///
/// `writable` (the workspace, a private home, a private temporary directory) and `extra_readable` are
/// granted even inside what is denied. The toolchains in the home directory of this process's user stay readable.
/// Nothing a build tool would write in that home (cargo's registry) is writable.
pub fn default_access(writable: &[PathBuf], denied: &[PathBuf], extra_readable: &[PathBuf]) -> Access {
    access_with_home(writable, denied, extra_readable, home().as_deref())
}

fn access_with_home(
    writable: &[PathBuf],
    denied: &[PathBuf],
    extra_readable: &[PathBuf],
    home: Option<&Path>,
) -> Access {
    let accounts = ACCOUNTS.iter().filter(|path| File::open(path).is_ok());
    let toolchains = home.into_iter().flat_map(|home| TOOLCHAINS.iter().map(|folder| home.join(folder)));
    Access {
        writable: DEVICES.iter().map(PathBuf::from).chain(writable.iter().cloned()).collect(),
        readable: std::iter::once(PathBuf::from("/"))
            .chain(toolchains)
            .chain(extra_readable.iter().cloned())
            .collect(),
        denied: PRIVATE
            .iter()
            .chain(accounts)
            .map(PathBuf::from)
            .chain(home.map(Path::to_owned))
            .chain(denied.iter().cloned())
            .collect(),
    }
}

/// Services are often given `/` as their home; denying that would deny everything.
fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute() && home != Path::new("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Grant, rules};

    #[test]
    fn toolchains_are_readable_and_credentials_beside_them_are_not() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        for folder in [".cargo/bin", ".ssh", ".aws", ".config"] {
            std::fs::create_dir_all(home.join(folder)).unwrap();
        }
        for file in [".cargo/credentials.toml", ".cargo/credentials", ".netrc", ".git-credentials"] {
            std::fs::write(home.join(file), "secret").unwrap();
        }
        let beneath: Vec<_> = rules(&access_with_home(&[], &[], &[], Some(&home)))
            .granted
            .into_iter()
            .filter(|rule| rule.path.starts_with(&home) || home.starts_with(&rule.path))
            .map(|rule| (rule.path.strip_prefix(&home).unwrap().to_owned(), rule.grant))
            .collect();
        assert_eq!(beneath, [(PathBuf::from(".cargo/bin"), Grant::Read)]);
    }

    #[test]
    fn only_harmless_devices_are_granted() {
        for rule in rules(&default_access(&[], &[], &[])).granted {
            let is_device = rule.path.starts_with("/dev");
            assert!(!is_device || DEVICES.iter().any(|device| rule.path == Path::new(device)), "{rule:?}");
        }
    }
}
