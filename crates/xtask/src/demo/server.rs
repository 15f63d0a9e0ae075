//! The server that the demo starts and ends.

use crate::{error::Error, process, workspace};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    cell::RefCell,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOPPED_WITHIN: Duration = Duration::from_secs(30);

/// Where the server stores everything.
#[derive(Debug)]
pub enum Database {
    /// SQLite in the data folder.
    Embedded,
    Postgres {
        url: String,
    },
}

impl Database {
    fn apply(&self, command: &mut Command) {
        match self {
            Self::Embedded => {}
            Self::Postgres { url } => {
                command.args(["--database", url]);
            }
        }
    }
}

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub struct Server {
    jido: PathBuf,
    data: PathBuf,
    log: PathBuf,
    database: Database,
    address: String,
    /// In a cell, for asking whether the process has ended changes what is known of it.
    child: RefCell<Child>,
}

impl Server {
    /// Starts the server on a free port and returns when it is ready.
    pub fn start(jido: &Path, folder: &Path, config: &Path, database: Database) -> Result<Self, Error> {
        let (data, log) = (folder.join("data"), folder.join("server.log"));
        let address_file = folder.join("address");
        let output = File::create(&log).map_err(Error::file("create", &log))?;
        let errors = output.try_clone().map_err(Error::file("share", &log))?;
        let mut command = Command::new(jido);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.arg("--data").arg(&data).arg("--config").arg(config);
        command.arg("--address-file").arg(&address_file);
        database.apply(&mut command);
        workspace::forget_this_package(&mut command);
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let child = command.spawn().map_err(Error::spawn("jido serve"))?;
        let mut server = Self {
            jido: jido.to_owned(),
            data,
            log,
            database,
            address: String::new(),
            child: RefCell::new(child),
        };
        server.address = server.wait_for_address(&address_file)?;
        Ok(server)
    }

    /// The address that the server answers on, as `http://127.0.0.1:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn database_name(&self) -> &'static str {
        match self.database {
            Database::Embedded => "embedded SQLite",
            Database::Postgres { .. } => "private PostgreSQL",
        }
    }

    /// Makes an API token, as the owner of the machine may.
    pub fn create_token(&self) -> Result<String, Error> {
        let mut command = Command::new(&self.jido);
        command.args(["token", "create", "--name", "demo", "--data"]).arg(&self.data);
        self.database.apply(&mut command);
        Ok(process::stdout_of("jido token create", &mut command)?.trim().to_owned())
    }

    /// Fails with the log when the server has ended.
    pub fn check_alive(&self) -> Result<(), Error> {
        match self.ended() {
            Some(status) => Err(Error::ServerEnded { status, log: self.log_end() }),
            None => Ok(()),
        }
    }

    /// The error for something that the server did not do in time.
    pub fn late(&self, what: &str, waited: Duration) -> Error {
        Error::Late { what: what.to_owned(), waited, log: self.log_end() }
    }

    /// Asks the server to stop and waits until it has.
    pub fn stop(self) -> Result<(), Error> {
        self.check_alive()?;
        let pid = Pid::from_child(&self.child.borrow());
        kill_process(pid, Signal::TERM).map_err(|errno| Error::spawn("kill")(errno.into()))?;
        let began = Instant::now();
        while self.ended().is_none() {
            if began.elapsed() > STOPPED_WITHIN {
                return Err(self.late("the server's end after SIGTERM", STOPPED_WITHIN));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn wait_for_address(&self, file: &Path) -> Result<String, Error> {
        let began = Instant::now();
        loop {
            self.check_alive()?;
            let text = fs::read_to_string(file).unwrap_or_default();
            if !text.trim().is_empty() {
                return Ok(as_url(text.trim()));
            }
            if began.elapsed() > READY_WITHIN {
                return Err(self.late("the server's start", READY_WITHIN));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn ended(&self) -> Option<ExitStatus> {
        self.child.borrow_mut().try_wait().ok().flatten()
    }

    fn log_end(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut();
        // A server that has already ended is no failure.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The file may hold an address or a whole URL.
fn as_url(text: &str) -> String {
    let text = text.trim_end_matches('/');
    if text.contains("://") { text.to_owned() } else { format!("http://{text}") }
}

#[cfg(test)]
mod tests {
    use super::as_url;

    #[test]
    fn an_address_becomes_a_url_once() {
        assert_eq!(as_url("127.0.0.1:8700"), "http://127.0.0.1:8700");
        assert_eq!(as_url("http://127.0.0.1:8700/"), "http://127.0.0.1:8700");
    }
}
