//! Where everything is stored, and how it is opened.

use crate::data_folder::{DataFolder, Lock};
use crate::error::Error;
use crate::output::say;
use clap::Args;
use persistence::{SqliteOptions, Store};
use std::fmt;
use std::path::PathBuf;

/// Connections of a server, and of a command that asks one question after the other.
const SERVER_CONNECTIONS: usize = 10;
const CHORE_CONNECTIONS: usize = 2;

/// The server's folder where none is named.
const USUAL_FOLDER: &str = "./data";

/// Which database and which folder.
#[derive(Debug, Clone, Args)]
pub struct StorageOptions {
    /// The server's folder.
    ///
    /// It holds mirrors, workspaces, artifacts and logs, and the SQLite database unless --database names another.
    #[arg(long, value_name = "DIR", env = "JIDO_DATA", default_value = USUAL_FOLDER)]
    pub data: PathBuf,

    /// A PostgreSQL database, in place of SQLite in the server's folder.
    ///
    /// Several servers may share it. An address with a password belongs in JIDO_DATABASE: every process of the
    /// machine can read a command line.
    #[arg(long, value_name = "URL", env = "JIDO_DATABASE", hide_env_values = true, value_parser = PostgresUrl::parse)]
    pub database: Option<PostgresUrl>,
}

/// The database, for commands that can ask the server instead.
#[derive(Debug, Clone, Args)]
pub struct OptionalStorage {
    /// Work on the database of this server's folder, not over the API.
    #[arg(long, value_name = "DIR", env = "JIDO_DATA", help_heading = "Database")]
    data: Option<PathBuf>,

    /// Work on this PostgreSQL database, not over the API.
    #[arg(long, value_name = "URL", env = "JIDO_DATABASE", hide_env_values = true, value_parser = PostgresUrl::parse, help_heading = "Database")]
    database: Option<PostgresUrl>,
}

impl OptionalStorage {
    /// The database that is named, if one is.
    pub fn named(&self) -> Option<StorageOptions> {
        if self.data.is_none() && self.database.is_none() {
            return None;
        }
        let data = self.data.clone().unwrap_or_else(|| PathBuf::from(USUAL_FOLDER));
        Some(StorageOptions { data, database: self.database.clone() })
    }
}

impl StorageOptions {
    pub fn folder(&self) -> DataFolder {
        DataFolder::new(self.data.clone())
    }

    /// Opens the database for a server, made and migrated as needed.
    ///
    /// With SQLite the data folder is locked: one process alone may work in it.
    pub async fn open_for_server(&self) -> Result<(Store, Option<Lock>), Error> {
        self.folder().create()?;
        let lock = match &self.database {
            None => Some(self.folder().lock()?),
            Some(_) => None,
        };
        Ok((self.open(SERVER_CONNECTIONS).await?, lock))
    }

    /// Opens a database that a server has made; the server may be using it.
    pub async fn open_existing(&self) -> Result<Store, Error> {
        if self.database.is_none() && !self.folder().sqlite_file().exists() {
            return Err(Error::NoDatabase(self.data.clone()));
        }
        self.open(CHORE_CONNECTIONS).await
    }

    /// `jido migrate`: opening is migrating.
    pub async fn migrate(self) -> Result<(), Error> {
        let (_store, _lock) = self.open_for_server().await?;
        say(&format!("The database {} is up to date.", self.database_name()));
        Ok(())
    }

    async fn open(&self, connections: usize) -> Result<Store, Error> {
        let opened = match &self.database {
            Some(url) => Store::open_postgres(url.as_str(), connections).await,
            None => Store::open_sqlite(&self.folder().sqlite_file(), &SqliteOptions::default()),
        };
        opened.map_err(|error| match error {
            persistence::Error::NewerSchema => Error::NewerDatabase,
            source => Error::OpenDatabase { name: self.database_name(), source },
        })
    }

    /// The database as people may see it: never with a password.
    pub fn database_name(&self) -> String {
        match &self.database {
            Some(url) => url.to_string(),
            None => self.folder().sqlite_file().display().to_string(),
        }
    }

    /// Whether a password stands where every process of the machine can read it.
    pub fn password_on_command_line(&self) -> bool {
        let Some(url) = self.database.as_ref().filter(|url| url.has_password()) else { return false };
        std::env::args().any(|argument| argument.contains(url.as_str()))
    }
}

/// The address of a PostgreSQL database. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(text.to_owned()));
        }
        Err("expected postgres://USER@HOST/DATABASE; for the embedded SQLite database leave it out and use --data"
            .to_owned())
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn has_password(&self) -> bool {
        self.to_string() != self.0
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What follows `?` may hold a password too.
        let address = self.0.split('?').next().unwrap_or_default();
        let hides_parameter = self.0.contains("password=");
        let shown = if hides_parameter { address } else { &self.0 };
        let Some((scheme, rest)) = shown.split_once("://") else { return f.write_str("postgres") };
        let authority = rest.split('/').next().unwrap_or_default();
        match authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
            Some((user, password)) => {
                write!(f, "{scheme}://{user}{}", &rest[user.len() + 1 + password.len()..])
            }
            None => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("postgres://jido@db/jido", "postgres://jido@db/jido")]
    #[test_case("postgres:///jido?host=/run/pg", "postgres:///jido?host=/run/pg")]
    #[test_case("postgres://jido:s3cret@db:5432/jido", "postgres://jido@db:5432/jido"; "a password is left out")]
    #[test_case("postgres://jido:a@b@db/jido", "postgres://jido@db/jido"; "a password with an at sign")]
    #[test_case("postgresql://db/jido?password=s3cret", "postgresql://db/jido"; "a password among the parameters")]
    fn a_database_is_shown_without_its_password(url: &str, shown: &str) {
        let url = PostgresUrl::parse(url).unwrap();
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), shown);
    }
}
