//! The stored logins: one file, readable by its user alone.

use super::failure::Failure;
use crate::error::Error;
use crate::files::{self, Readers};
use domain::TokenId;
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What `jido login` stored for one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    pub user: String,
    pub token: String,
    /// The token's id, where the login made the token: a logout revokes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_id: Option<TokenId>,
    /// The token may cross the network readable.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
}

/// All stored logins.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The server that is meant where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, Login>,
}

impl Credentials {
    /// What is stored; nothing where there is no file, or no home folder where one could be.
    pub fn load() -> Result<Self, Error> {
        Self::in_file(path().ok().as_deref())
    }

    fn in_file(path: Option<&Path>) -> Result<Self, Error> {
        path.map_or_else(|| Ok(Self::default()), Self::read)
    }

    pub fn default_server(&self) -> Option<&str> {
        self.default.as_deref()
    }

    pub fn login(&self, server: &str) -> Option<&Login> {
        self.servers.get(server)
    }

    /// Stores a login, which becomes the default.
    pub fn add(server: &str, login: Login) -> Result<PathBuf, Error> {
        let path = path()?;
        Self::update(&path, |stored| {
            stored.servers.insert(server.to_owned(), login);
            stored.default = Some(server.to_owned());
        })?;
        Ok(path)
    }

    /// Forgets a login. Another one, if there is one, becomes the default.
    pub fn remove(server: &str) -> Result<(), Error> {
        Self::update(&path()?, |stored| {
            stored.servers.remove(server);
            if stored.default.as_deref() == Some(server) {
                stored.default = stored.servers.keys().next().cloned();
            }
        })
    }

    /// Whether a login could be stored: what stands in its way shows before a link is spent.
    pub fn prepare() -> Result<(), Error> {
        let path = path()?;
        Self::lock(&path)?;
        Self::read(&path).map(drop)
    }

    /// Changes what is stored, one program after the other: none overwrites what another just stored.
    fn update(path: &Path, change: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let _held = Self::lock(path)?;
        let mut stored = Self::read(path)?;
        change(&mut stored);
        let text = toml::to_string(&stored)
            .map_err(|error| Failure::Usage(format!("the logins cannot be written as TOML: {error}")))?;
        files::replace(path, &text, Readers::Owner)
    }

    /// Keeps other programs from changing what is stored, as long as the file is open.
    fn lock(path: &Path) -> Result<File, Error> {
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(Error::io("create", folder))?;
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(folder, private).map_err(Error::io("make private", folder))?;
        }
        let lock = path.with_extension("lock");
        let held = File::create(&lock).map_err(Error::io("create", &lock))?;
        held.lock().map_err(Error::io("lock", &lock))?;
        Ok(held)
    }

    fn read(path: &Path) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(Error::io("read", path))?,
        };
        toml::from_str(&text).map_err(|error| {
            let detail = error.message().to_owned();
            Failure::Usage(format!("{} is broken: {detail}; remove it and log in again", path.display()))
                .into()
        })
    }
}

fn path() -> Result<PathBuf, Error> {
    let strategy = choose_base_strategy()
        .map_err(|_| Failure::Usage("no home folder is known: set HOME or XDG_CONFIG_HOME".to_owned()))?;
    Ok(strategy.config_dir().join("jidocode").join("credentials.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str) -> Login {
        Login { user: user.to_owned(), token: "jido_secret".to_owned(), token_id: None, plain_http: false }
    }

    #[test]
    fn logins_are_kept_by_server_in_a_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jidocode/credentials.toml");
        assert_eq!(Credentials::read(&path).unwrap(), Credentials::default());
        let plain = Login { plain_http: true, ..login("approver") };
        for (server, login) in
            [("https://a.example", login("maintainer")), ("https://b.example", plain.clone())]
        {
            Credentials::update(&path, |stored| drop(stored.servers.insert(server.to_owned(), login)))
                .unwrap();
        }
        let stored = Credentials::read(&path).unwrap();
        assert_eq!(stored.login("https://a.example"), Some(&login("maintainer")));
        assert_eq!(stored.login("https://b.example"), Some(&plain));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn logins_at_the_same_moment_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jidocode/credentials.toml");
        std::thread::scope(|scope| {
            for number in 0..16 {
                let path = &path;
                scope.spawn(move || {
                    let server = format!("https://{number}.example");
                    Credentials::update(path, |stored| {
                        stored.servers.insert(server, login("maintainer"));
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!(Credentials::read(&path).unwrap().servers.len(), 16);
    }

    #[test]
    fn without_a_home_folder_nothing_is_stored_and_nothing_is_wrong() {
        assert_eq!(Credentials::in_file(None).unwrap(), Credentials::default());
    }

    #[test]
    fn a_broken_file_is_a_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.toml");
        fs::write(&path, "servers = 7").unwrap();
        assert!(Credentials::read(&path).unwrap_err().to_string().contains("is broken"));
    }
}
