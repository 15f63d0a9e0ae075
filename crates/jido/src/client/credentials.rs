//! The stored logins: one file, readable by its user alone.

use super::failure::Failure;
use crate::error::Error;
use crate::files::{self, Readers};
use domain::TokenId;
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
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
    pub fn add(mut self, server: &str, login: Login) -> Result<PathBuf, Error> {
        self.servers.insert(server.to_owned(), login);
        self.default = Some(server.to_owned());
        self.store()
    }

    /// Forgets a login. Another one, if there is one, becomes the default.
    pub fn remove(mut self, server: &str) -> Result<PathBuf, Error> {
        self.servers.remove(server);
        if self.default.as_deref() == Some(server) {
            self.default = self.servers.keys().next().cloned();
        }
        self.store()
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

    fn store(&self) -> Result<PathBuf, Error> {
        let path = path()?;
        self.write(&path)?;
        Ok(path)
    }

    fn write(&self, path: &Path) -> Result<(), Error> {
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(Error::io("create", folder))?;
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(folder, private).map_err(Error::io("make private", folder))?;
        }
        let text = toml::to_string(self).unwrap_or_default();
        files::replace(path, &text, Readers::Owner)
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
        let mut stored = Credentials::read(&path).unwrap();
        assert_eq!(stored, Credentials::default());
        stored.servers.insert("https://a.example".to_owned(), login("alice"));
        stored.servers.insert("https://b.example".to_owned(), Login { plain_http: true, ..login("bob") });
        stored.default = Some("https://b.example".to_owned());
        stored.write(&path).unwrap();
        assert_eq!(Credentials::read(&path).unwrap(), stored);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
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
