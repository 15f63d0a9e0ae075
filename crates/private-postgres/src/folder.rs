//! The folder that holds a cluster's data, socket, password and log.

use crate::{Error, account::Account};
use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

const PREFIX: &str = "jido-pg-";

/// The longest folder that leaves room for `/socket/.s.PGSQL.65535` in the 107 bytes of a socket address.
const LONGEST: usize = 107 - "/socket/.s.PGSQL.65535.lock".len();

/// A private folder (mode 0700) that belongs to the server's account and is removed on drop.
#[derive(Debug)]
pub(crate) struct Folder {
    inner: tempfile::TempDir,
}

impl Folder {
    /// Makes the folder below the caller's temporary folder, or below /tmp when the server's user cannot reach
    /// that one or its path is too long for a socket.
    pub(crate) fn create(account: &Account) -> Result<Self, Error> {
        let candidates = [env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
        let parent = candidates
            .iter()
            .find(|parent| fits(parent) && reachable(parent, account))
            .ok_or_else(|| Error::NoFolder { tried: candidates.to_vec() })?;
        let inner = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(parent)
            .map_err(|source| file("create a folder in", parent, source))?;
        account.own(inner.path()).map_err(|source| file("change the owner of", inner.path(), source))?;
        let folder = Self { inner };
        folder.make("socket", account)?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.inner.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.path().join("socket")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path().join("postgres.log")
    }

    /// Writes a file that only the server's account may read.
    pub(crate) fn write_secret(&self, name: &str, text: &str, account: &Account) -> Result<PathBuf, Error> {
        let path = self.path().join(name);
        fs::write(&path, text).map_err(|source| file("write", &path, source))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
            .map_err(|source| file("protect", &path, source))?;
        account.own(&path).map_err(|source| file("change the owner of", &path, source))?;
        Ok(path)
    }

    /// The last lines of the server's log, for an error message.
    pub(crate) fn log_end(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn make(&self, name: &str, account: &Account) -> Result<(), Error> {
        let path = self.path().join(name);
        fs::create_dir(&path).map_err(|source| file("create", &path, source))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
            .map_err(|source| file("protect", &path, source))?;
        account.own(&path).map_err(|source| file("change the owner of", &path, source))
    }
}

fn fits(parent: &Path) -> bool {
    parent.as_os_str().len() + PREFIX.len() + "/123456".len() <= LONGEST
}

/// Tells whether the account may walk down to this folder.
fn reachable(parent: &Path, account: &Account) -> bool {
    match account {
        Account::Caller => parent.is_dir(),
        Account::Other { .. } => parent
            .ancestors()
            .filter(|ancestor| !ancestor.as_os_str().is_empty())
            .all(|ancestor| fs::metadata(ancestor).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)),
    }
}

fn file(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { action, path: path.to_owned(), source }
}
