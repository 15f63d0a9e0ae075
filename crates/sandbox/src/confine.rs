//! Landlock: building the rules in the supervisor, enforcing them in the child.

use crate::rules::{Grant, Rule, rules};
use crate::{Access, Confinement, Level};
use landlock::{
    ABI, Access as _, AccessFs, BitFlags, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::fs::{Access as Permission, access};
use std::path::PathBuf;

/// The newest landlock whose rights are asked for; older kernels enforce what they know.
const WANTED: ABI = ABI::V9;

/// Since this one a step can neither signal nor connect to an abstract socket outside; before it, the level is partial.
const FULL: u8 = 6;

/// Since this one connecting to a socket in the file system is a right of its own.
const SOCKETS: u8 = 9;

/// What each landlock brought, in the words of what is missing without it.
const MISSING_BEFORE: [(u8, &str); 5] = [
    (2, "files cannot be moved between folders"),
    (3, "truncation of files is not restricted"),
    (5, "control requests to devices are not restricted"),
    (FULL, "signals and abstract sockets to processes outside are not restricted"),
    (SOCKETS, "connections to sockets in the file system are not restricted"),
];

/// Rules that are ready to be enforced, and what is known to be missing already.
#[derive(Debug)]
pub(crate) struct Policy {
    pub ruleset: Option<RulesetCreated>,
    pub detail: Vec<String>,
}

/// What enforcing came to. It crosses from the child to the supervisor as two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enforced {
    /// The rights of this landlock, and all of those, are enforced.
    ByAbi(u8),
    /// The kernel refused or has no landlock.
    Nothing,
}

/// Opens everything the access names. What cannot be prepared is told, not fatal.
pub(crate) fn prepare(requested: &Access) -> Policy {
    let rules = rules(requested);
    let mut detail: Vec<String> = rules
        .refused
        .iter()
        .map(|path| format!("{} is not writable: it does not exist or is denied", path.display()))
        .collect();
    let ruleset = match build(&rules.granted) {
        Ok(ruleset) => Some(ruleset),
        Err(error) => {
            detail.push(format!("landlock rules could not be made: {error}"));
            None
        }
    };
    Policy { ruleset, detail }
}

fn build(granted: &[Rule]) -> Result<RulesetCreated, RulesetError> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(WANTED))?
        .scope(Scope::from_all(WANTED))?
        .create()?;
    for rule in granted {
        // What vanished since it was listed, or cannot be opened by this user, needs no rule.
        let Ok(fd) = PathFd::new(&rule.path) else { continue };
        ruleset = ruleset.add_rule(PathBeneath::new(fd, rights(rule)))?;
    }
    Ok(ruleset)
}

/// Device files cannot be made anywhere: a disk's node in the workspace would be the disk.
fn rights(rule: &Rule) -> BitFlags<AccessFs> {
    let rights = match rule.grant {
        Grant::Read => AccessFs::from_read(WANTED),
        Grant::Write => AccessFs::from_all(WANTED) & !(AccessFs::MakeChar | AccessFs::MakeBlock),
    };
    if rule.path.is_dir() { rights } else { rights & AccessFs::from_file(WANTED) }
}

/// Confines the calling process, for good.
pub(crate) fn enforce(ruleset: RulesetCreated) -> Enforced {
    let Ok(status) = ruleset.restrict_self() else {
        return Enforced::Nothing;
    };
    match (status.ruleset, status.landlock) {
        (
            RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced,
            LandlockStatus::Available { effective_abi, .. },
        ) => Enforced::ByAbi(effective_abi as u8),
        _ => Enforced::Nothing,
    }
}

impl Enforced {
    /// Abi 0 is landlock's own name for none.
    pub(crate) fn to_byte(self) -> u8 {
        match self {
            Self::ByAbi(abi) => abi,
            Self::Nothing => 0,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Self {
        if byte == 0 { Self::Nothing } else { Self::ByAbi(byte) }
    }

    /// Puts into words what is missing, and adds it to what preparing found.
    pub(crate) fn describe(self, mut detail: Vec<String>) -> Confinement {
        let Self::ByAbi(abi) = self else {
            detail.push("the kernel does not enforce landlock: files are not restricted".to_owned());
            return Confinement { level: Level::None, detail };
        };
        for (since, missing) in MISSING_BEFORE {
            if abi < since {
                detail.push(format!("landlock ABI {abi}: {missing}"));
            }
        }
        let exposed = if abi < SOCKETS { exposed_sockets() } else { Vec::new() };
        let level = if abi >= FULL && exposed.is_empty() { Level::Full } else { Level::Partial };
        detail.extend(exposed.iter().map(|path| format!("{} gives control of the machine", path.display())));
        Confinement { level, detail }
    }
}

/// Sockets of services that start processes for whoever may connect: each is a way out of the sandbox.
fn exposed_sockets() -> Vec<PathBuf> {
    let uid = rustix::process::geteuid();
    let mut candidates: Vec<PathBuf> = [
        "/run/docker.sock",
        "/var/run/docker.sock",
        "/run/podman/podman.sock",
        "/run/containerd/containerd.sock",
        "/run/crio/crio.sock",
        "/run/systemd/private",
    ]
    .map(PathBuf::from)
    .into();
    for name in ["bus", "systemd/private", "docker.sock", "podman/podman.sock"] {
        candidates.push(format!("/run/user/{}/{name}", uid.as_raw()).into());
    }
    if uid.is_root() {
        candidates.push("/run/dbus/system_bus_socket".into());
    }
    let mut exposed: Vec<PathBuf> = candidates
        .into_iter()
        .filter(|path| access(path, Permission::WRITE_OK).is_ok())
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    exposed.sort();
    exposed.dedup();
    exposed
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(0, Level::None)]
    #[test_case(1, Level::Partial)]
    #[test_case(5, Level::Partial)]
    #[test_case(9, Level::Full)]
    fn the_level_is_what_the_kernel_enforces(abi: u8, level: Level) {
        assert_eq!(Enforced::from_byte(abi).describe(Vec::new()).level, level);
    }

    #[test]
    fn what_is_missing_is_named() {
        let detail = Enforced::ByAbi(5).describe(Vec::new()).detail;
        assert!(detail[0].contains("signals"), "{detail:?}");
        assert_eq!(Enforced::ByAbi(9).describe(Vec::new()).detail, Vec::<String>::new());
    }
}
