//! The server's own folder: private, and used by one server at a time where the database lies in it.

use crate::error::Error;
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What a server puts into its folder. A folder with anything else in it may be somebody else's.
const OWN_NAMES: [&str; 7] = ["address", "artifacts", "demo", "logs", "mirrors", "owner-link", "runs"];
/// Names that begin so are the database's and the lock's.
const OWN_PREFIX: &str = "jido.";

#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
}

/// Held by the server that uses the folder; the kernel lets go of it when the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl DataFolder {
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn sqlite_file(&self) -> PathBuf {
        self.path.join("jido.sqlite")
    }

    /// Holds the link by which the owner signs in, while nobody has used it.
    pub fn owner_link_file(&self) -> PathBuf {
        self.path.join("owner-link")
    }

    /// Holds the address of the running server.
    pub fn address_file(&self) -> PathBuf {
        self.path.join("address")
    }

    /// Makes the folder, readable by this user alone.
    ///
    /// A folder that others can read is made private when nothing but the server's own files is in it, and refused
    /// otherwise: it may be a home directory or a shared one.
    pub fn create(&self) -> Result<(), Error> {
        let path = &self.path;
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io("create", path))?;
        let mode = path.metadata().map_err(Error::io("read", path))?.permissions().mode();
        if mode & 0o077 == 0 {
            return Ok(());
        }
        for entry in path.read_dir().map_err(Error::io("read", path))? {
            let name = entry.map_err(Error::io("read", path))?.file_name();
            let name = name.to_string_lossy();
            if !OWN_NAMES.contains(&name.as_ref()) && !name.starts_with(OWN_PREFIX) {
                return Err(Error::DataFolderShared(path.clone()));
            }
        }
        std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(Error::io("make private", path))
    }

    /// Takes the folder for this process, or says which one has it.
    pub fn lock(&self) -> Result<Lock, Error> {
        let path = self.path.join("jido.lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::DataFolderHeld { folder: self.path.clone(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        note_holder(&mut file).map_err(Error::io("write", &path))?;
        Ok(Lock { _file: file })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The process that noted itself in the lock file.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}

fn note_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_is_private_and_an_open_one_with_own_files_becomes_so() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/data");
        let folder = DataFolder::new(path.clone());
        folder.create().unwrap();
        assert_eq!(mode_of(&path), 0o700);

        std::fs::create_dir(path.join("demo")).unwrap();
        std::fs::write(path.join("jido.sqlite-wal"), "").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        folder.create().unwrap();
        assert_eq!(mode_of(&path), 0o700);
    }

    #[test]
    fn somebody_elses_open_folder_is_refused_and_left_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().to_owned();
        std::fs::write(path.join("letter.txt"), "").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(DataFolder::new(path.clone()).create(), Err(Error::DataFolderShared(_))));
        assert_eq!(mode_of(&path), 0o755);
    }

    #[test]
    fn a_second_server_learns_who_has_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::new(parent.path().to_owned());
        let lock = folder.lock().unwrap();
        match folder.lock() {
            Err(Error::DataFolderHeld { holder, .. }) => assert_eq!(holder, std::process::id().to_string()),
            other => panic!("{other:?}"),
        }
        drop(lock);
        folder.lock().unwrap();
    }
}
