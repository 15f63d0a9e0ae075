//! A real server on a data folder of its own.

use super::program::{jido, output_of, stdout_of};
use super::{PATIENCE, agents, processes};
use private_postgres::Cluster;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// One cluster for the whole suite. A static is never dropped: the cluster's supervisor ends it with the process.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start().expect("PostgreSQL is installed"));

/// The servers that tests share, for as long as one of them runs.
static SHARED: [Mutex<Weak<Server>>; 2] = [Mutex::new(Weak::new()), Mutex::new(Weak::new())];

/// How much of the log a failure quotes, in lines.
const LOG_LINES: usize = 60;

/// Where a server stores everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// What a test wants of its own server.
#[derive(Debug, Clone)]
pub struct Options {
    pub backend: Backend,
    pub lease_seconds: u64,
    /// Appended to the configuration.
    pub configuration: String,
    /// The certificates that it trusts; those of the machine where there is none.
    pub trusted: Option<PathBuf>,
}

impl Options {
    pub fn on(backend: Backend) -> Self {
        Self { backend, lease_seconds: 30, configuration: String::new(), trusted: None }
    }
}

/// A server, running or between two lives. Dropping it ends it and proves that it left everything in order.
pub struct Server {
    folder: TempDir,
    /// Name of the PostgreSQL database.
    database: Option<String>,
    marker: String,
    trusted: Option<PathBuf>,
    life: Mutex<Option<Life>>,
}

struct Life {
    process: Child,
    address: String,
}

impl Server {
    /// The server that all tests on this database share; it starts with the first and ends with the last of them.
    pub fn shared(backend: Backend) -> Arc<Self> {
        let mut shared = locked(&SHARED[backend as usize]);
        if let Some(server) = shared.upgrade() {
            return server;
        }
        let server = Self::start(&Options::on(backend));
        *shared = Arc::downgrade(&server);
        server
    }

    /// A server of its own, on an empty data folder.
    pub fn start(options: &Options) -> Arc<Self> {
        let folder = tempfile::Builder::new().prefix("jido-blackbox-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("scratch")).unwrap();
        let database = match options.backend {
            Backend::Sqlite => None,
            Backend::Postgres => {
                let name = super::unique("blackbox");
                CLUSTER.create_database(&name).expect("a database can be created");
                Some(name)
            }
        };
        let server = Arc::new(Self {
            folder,
            database,
            marker: super::unique("marker"),
            trusted: options.trusted.clone(),
            life: Mutex::new(None),
        });
        let scratch = server.scratch();
        let configuration = format!(
            "{}\n{}\n[steps]\nenv = [\"{}\"]\nwritable = [{scratch:?}]\nmax_live = 4\nlease_seconds = {}\n",
            agents::sections(),
            options.configuration,
            processes::MARKER,
            options.lease_seconds,
        );
        std::fs::write(server.folder.path().join("jido.toml"), configuration).unwrap();
        server.begin();
        server
    }

    /// Starts the server, for the first time or again on the same data folder.
    pub fn begin(&self) {
        let address_file = self.folder.path().join("address");
        // Of an earlier life.
        let _ = std::fs::remove_file(&address_file);
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.arg("--data").arg(self.data()).arg("--config").arg(self.folder.path().join("jido.toml"));
        command.arg("--address-file").arg(&address_file);
        command.env(processes::MARKER, &self.marker).env(agents::SECRET_VARIABLE, agents::SECRET);
        if let Some(certificates) = &self.trusted {
            command.env("SSL_CERT_FILE", certificates);
        }
        let log = self.open_log();
        let process = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("jido serve starts");
        let mut life = Life { process, address: String::new() };
        let began = Instant::now();
        while life.address.is_empty() {
            if let Ok(Some(status)) = life.process.try_wait() {
                panic!("jido serve ended with {status} before it was ready\n{}", self.log());
            }
            if began.elapsed() > PATIENCE {
                let _ = life.process.kill();
                panic!("jido serve was not ready after {PATIENCE:?}\n{}", self.log());
            }
            let text = std::fs::read_to_string(&address_file).unwrap_or_default();
            text.trim().clone_into(&mut life.address);
            std::thread::sleep(Duration::from_millis(10));
        }
        *locked(&self.life) = Some(life);
    }

    /// SIGTERM, and the wait for the end; fails unless the server ended by itself and in good order.
    pub fn stop(&self) {
        let Some(mut life) = locked(&self.life).take() else { return };
        kill_process(Pid::from_child(&life.process), Signal::TERM).expect("the server runs");
        let status = self.wait(&mut life.process);
        assert!(status.success(), "jido serve ended with {status} after SIGTERM\n{}", self.log());
    }

    /// SIGKILL.
    pub fn kill(&self) {
        let mut life = locked(&self.life).take().expect("the server runs");
        life.process.kill().expect("the server can be killed");
        self.wait(&mut life.process);
    }

    fn wait(&self, process: &mut Child) -> ExitStatus {
        let pid = Pid::from_child(process);
        let ended = pidfd_open(pid, PidfdFlags::empty()).expect("the process exists");
        let patience = Timespec { tv_sec: PATIENCE.as_secs() as i64, tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(&ended, PollFlags::IN)], Some(&patience)).expect("poll works");
        if ready == 0 {
            let _ = process.kill();
            panic!("jido serve did not end within {PATIENCE:?}\n{}", self.log());
        }
        process.wait().expect("the process can be waited for")
    }

    pub fn address(&self) -> String {
        let life = locked(&self.life);
        life.as_ref().expect("the server runs").address.clone()
    }

    /// The address, while the server is between start and end.
    pub fn address_if_running(&self) -> Option<String> {
        locked(&self.life).as_ref().map(|life| life.address.clone())
    }

    /// The number of the server's process.
    pub fn pid(&self) -> u32 {
        locked(&self.life).as_ref().expect("the server runs").process.id()
    }

    pub fn is_running(&self) -> bool {
        let mut life = locked(&self.life);
        life.as_mut().is_some_and(|life| life.process.try_wait().expect("the process is ours").is_none())
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder that every step may write to, for pipes between steps and the test.
    pub fn scratch(&self) -> PathBuf {
        self.folder.path().join("scratch")
    }

    /// The end of what the server said.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let end = &lines[lines.len().saturating_sub(LOG_LINES)..];
        format!("--- the end of {}\n{}\n---", self.log_file().display(), end.join("\n"))
    }

    /// All that the server said.
    pub fn whole_log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn open_log(&self) -> File {
        OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap()
    }

    /// A `jido` command on this server's database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(jido());
        command.args(arguments);
        for name in ["JIDO_DATABASE", "JIDO_DATA", "JIDO_CONFIG", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.envs(self.variables());
        command
    }

    /// What names the database to a `jido` command beside the data folder.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let database = self.database.iter();
        database.map(|database| ("JIDO_DATABASE", CLUSTER.url(database))).collect()
    }

    /// Runs a `jido` command on this server's database and data folder; returns what it printed.
    pub fn jido(&self, arguments: &[&str]) -> String {
        stdout_of(self.command(arguments).arg("--data").arg(self.data())).trim().to_owned()
    }

    pub fn create_token(&self) -> String {
        self.jido(&["token", "create", "--name", "blackbox"])
    }

    /// Fails unless `jido check` finds every invariant to hold.
    pub fn check(&self) {
        let output = output_of(self.command(&["check"]).arg("--data").arg(self.data()));
        assert!(
            output.status.success(),
            "jido check ended with {}:\n{}{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            self.log()
        );
    }

    /// Asks PostgreSQL itself; `None` on SQLite.
    pub fn psql(&self, sql: &str) -> Option<String> {
        let database = self.database.as_ref()?;
        Some(CLUSTER.psql(database, sql).expect("the query runs"))
    }

    /// Runs SQL text past the server, on either database, and returns what it prints.
    pub fn sql(&self, sql: &str) -> String {
        if let Some(answer) = self.psql(sql) {
            return answer.trim().to_owned();
        }
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-cmd", ".timeout 5000"]).arg(self.data().join("jido.sqlite")).arg(sql);
        stdout_of(&mut command).trim().to_owned()
    }

    /// Waits until nothing of a killed server runs any more.
    pub fn wait_for_no_process(&self) {
        processes::wait_until_none(&self.marker, self.folder.path(), "the killed server");
    }

    /// Everything of this server that runs now, itself included.
    pub fn processes(&self) -> Vec<processes::Found> {
        processes::of(&self.marker, self.folder.path())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(mut life) = locked(&self.life).take() {
                // The test has failed already; what it failed of is told, not what ending the server says.
                let _ = life.process.kill();
                let _ = life.process.wait();
            }
            return;
        }
        self.stop();
        self.check();
        processes::wait_until_none(&self.marker, self.folder.path(), "the server");
    }
}

/// A test that failed while it held the lock has not spoilt what it guards.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
