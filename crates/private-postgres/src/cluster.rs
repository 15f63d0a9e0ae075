//! The cluster as its users see it.

use crate::{
    Error,
    account::Account,
    folder::Folder,
    programs::{self, Programs},
    server::{Server, Setup},
};
use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::Command,
};

/// The superuser of every private cluster.
const USER: &str = "jido";

/// How often a start is tried when another program takes the chosen port first.
const PORT_TRIES: u32 = 5;

/// A running throw-away PostgreSQL cluster; dropping it ends the server and removes everything it stored.
#[derive(Debug)]
pub struct Cluster {
    /// `None` only while the server restarts. Declared before `setup`: it is dropped first, so the server is gone
    /// when its folder goes.
    server: Option<Server>,
    setup: Setup,
    password: String,
}

impl Cluster {
    /// Creates a cluster (UTF-8, C locale, scram-sha-256 for every connection) and starts its server.
    ///
    /// Returns when the server answers, in about two seconds.
    pub fn start() -> Result<Self, Error> {
        let programs = Programs::find()?;
        let account = Account::choose()?;
        let folder = Folder::create(&account)?;
        let password = random_password()?;
        initialise(&programs, &account, &folder, &password)?;
        let mut setup = Setup { programs, account, folder, port: 0 };
        let mut tries = 1;
        loop {
            setup.port = free_port()?;
            match Server::start(&setup) {
                Ok(server) => {
                    return Ok(Self { server: Some(server), setup, password });
                }
                Err(error) if tries == PORT_TRIES || !port_was_taken(&error) => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }

    /// The connection URL of a database, with user and password, over TCP. The database need not exist yet.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.setup.port)
    }

    /// Creates an empty database and returns its URL.
    pub fn create_database(&self, name: &str) -> Result<String, Error> {
        check_name(name)?;
        self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"))?;
        Ok(self.url(name))
    }

    /// Runs SQL text through `psql` and returns its rows, columns parted by `|`, without headings.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, Error> {
        let mut command = self.client("psql");
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"]);
        command.args(["-d", database, "-c", sql]);
        Ok(programs::run("psql", &mut command)?.trim_end().to_owned())
    }

    /// Stops the server in order and starts it again on the same port with the same data.
    pub fn restart(&mut self) -> Result<(), Error> {
        if let Some(server) = self.server.take() {
            server.halt()?;
        }
        self.server = Some(Server::start(&self.setup)?);
        Ok(())
    }

    /// Stops the server at once and removes the folder, as dropping does, but reports a failure.
    pub fn stop(mut self) -> Result<(), Error> {
        match self.server.take() {
            Some(mut server) => server.end(),
            None => Ok(()),
        }
    }

    /// The folder that holds the cluster's data, socket and log.
    pub fn folder(&self) -> &Path {
        self.setup.folder.path()
    }

    fn client(&self, program: &str) -> Command {
        let setup = &self.setup;
        let mut command = setup.programs.command(program, &setup.account, setup.folder.path());
        command.env("PGPASSWORD", &self.password);
        command.args(["-h", "127.0.0.1", "-p", &setup.port.to_string(), "-U", USER]);
        command
    }
}

fn initialise(programs: &Programs, account: &Account, folder: &Folder, password: &str) -> Result<(), Error> {
    let password_file = folder.write_secret("password", password, account)?;
    let mut command = programs.command("initdb", account, folder.path());
    // Only initdb's own files go unsynced (a machine that crashes meanwhile has no cluster); the server syncs.
    command.args(["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C"]);
    command.args(["--auth=scram-sha-256", "--username", USER]);
    command.arg("--pwfile").arg(&password_file).arg("-D").arg(folder.data());
    programs::run("initdb", &mut command)?;
    std::fs::remove_file(&password_file).map_err(|source| Error::File {
        action: "remove",
        path: password_file,
        source,
    })
}

fn random_password() -> Result<String, Error> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// A port that was free a moment ago. Another program may still take it first.
fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| Error::Spawn { program: "a listener on 127.0.0.1", source })
}

fn port_was_taken(error: &Error) -> bool {
    matches!(error, Error::EndedEarly { log, .. } if log.contains("could not bind"))
}

fn check_name(name: &str) -> Result<(), Error> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let reads_well = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts_well && reads_well && name.len() <= 63 {
        Ok(())
    } else {
        Err(Error::DatabaseName { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_names_are_plain_identifiers() {
        for good in ["store", "_x", "run_17"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "1st", "Store", "a-b", "a\"; DROP TABLE x", &"a".repeat(64)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
