//! The user that the server runs as.

use crate::Error;
use std::{
    fs, io,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

/// Who runs the server: the caller, or an unprivileged user when the caller is root.
#[derive(Debug, Clone)]
pub(crate) enum Account {
    Caller,
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// The caller's own account, or the user `nobody` when the caller is root.
    pub(crate) fn choose() -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Caller);
        }
        let path = Path::new("/etc/passwd");
        let passwd = fs::read_to_string(path).map_err(|source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        parse_nobody(&passwd).ok_or(Error::NoUnprivilegedUser)
    }

    /// Makes the command run as this account. Supplementary groups are dropped with the user.
    pub(crate) fn apply(&self, command: &mut Command) {
        match self {
            Self::Caller => {}
            Self::Other { uid, gid } => {
                command.uid(*uid).gid(*gid);
            }
        }
    }

    /// Hands a file or folder to this account.
    pub(crate) fn own(&self, path: &Path) -> io::Result<()> {
        match self {
            Self::Caller => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(*uid), Some(*gid)),
        }
    }
}

fn parse_nobody(passwd: &str) -> Option<Account> {
    let line = passwd.lines().find(|line| line.starts_with("nobody:"))?;
    let mut ids = line.split(':').skip(2);
    let (uid, gid) = (ids.next()?.parse().ok()?, ids.next()?.parse().ok()?);
    (uid != 0).then_some(Account::Other { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_nobody_are_read_from_passwd() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533:nobody:/nonexistent:/bin/false\n";
        assert!(matches!(parse_nobody(passwd), Some(Account::Other { uid: 65534, gid: 65533 })));
    }

    #[test]
    fn a_missing_or_privileged_nobody_is_refused() {
        assert!(parse_nobody("root:x:0:0::/root:/bin/sh\n").is_none());
        assert!(parse_nobody("nobody:x:0:0::/:/bin/sh\n").is_none());
    }
}
