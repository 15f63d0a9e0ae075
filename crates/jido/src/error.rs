//! Why a command was not carried out, as a person at a terminal reads it: what, why, what to do.

use crate::client;
use crate::output::{note, say};
use domain::contract::BuiltinError;
use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command did its work and found faults, which are printed.
    #[error("faults were found")]
    FaultsFound,
    /// A client command was not carried out.
    #[error(transparent)]
    Client(#[from] client::Failure),
    /// A watched run ended otherwise than hoped.
    #[error("{0}")]
    Outcome(client::Outcome),
    /// The work is done, but who asked does not have the answer.
    #[error("the answer could not be written whole")]
    AnswerLost(#[source] &'static io::Error),
    /// Whoever read what the command prints has gone, as `head` does.
    #[error("nobody reads what is printed")]
    ReaderGone,
    #[error("cannot {action} {target}")]
    Io { action: &'static str, target: String, source: io::Error },
    #[error("another JidoCode Runs server uses the data folder {} (process {holder})", folder.display())]
    DataFolderHeld { folder: PathBuf, holder: String },
    #[error("the data folder {} holds files that are not the server's, and others may read it", .0.display())]
    DataFolderShared(PathBuf),
    #[error("there is no database in {}", .0.display())]
    NoDatabase(PathBuf),
    #[error("cannot open the database {name}")]
    OpenDatabase { name: String, source: persistence::Error },
    #[error("the database is of a newer version than this program")]
    NewerDatabase,
    #[error("cannot {action}")]
    Store { action: &'static str, source: persistence::Error },
    #[error("the configuration file {} has faults:\n{}", file.display(), indented(faults))]
    Config { file: PathBuf, faults: Vec<String> },
    #[error("there is no configuration file {}", .0.display())]
    NoConfig(PathBuf),
    #[error("the engine cannot start")]
    Engine(#[source] engine::Error),
    #[error("the engine stopped working")]
    EngineEnded(#[source] engine::Error),
    #[error("cannot listen on {address}: it is in use")]
    AddressInUse { address: SocketAddr },
    #[error("the web server failed on {address}")]
    Web { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    Builtin(#[from] BuiltinError),
    #[error("there is no user named {0}")]
    NoUser(String),
    #[error("the user {0} is disabled")]
    UserDisabled(String),
    #[error("the owner signs in by a link of their own")]
    OwnerHasOwnLink,
    #[error("there is no project {0}")]
    NoProject(String),
    #[error("{user} has no token {id}")]
    NoToken { user: String, id: String },
    #[error("{} is no prepared demo: it has no jido.toml", .0.display())]
    NotPrepared(PathBuf),
    #[error("{} exists, but {} does not: this is no finished demo", found.display(), missing.display())]
    DemoInTheWay { found: PathBuf, missing: PathBuf },
    #[error("`git {command}` failed: {detail}")]
    Git { command: String, detail: String },
    #[error("the scripted agent cannot do this: {0}")]
    Agent(String),
}

impl From<client::Outcome> for Error {
    fn from(outcome: client::Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl Error {
    /// The error of using a file or folder.
    pub fn io(action: &'static str, target: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let target = target.as_ref().display().to_string();
        move |source| Self::Io { action, target, source }
    }

    /// The error of asking the store.
    pub const fn store(action: &'static str) -> impl FnOnce(persistence::Error) -> Self {
        move |source| Self::Store { action, source }
    }

    /// Prints the error, its causes and what to do about it on standard error.
    pub fn report(&self) {
        if matches!(self, Self::FaultsFound | Self::ReaderGone) {
            return;
        }
        note(&format!("jido: {self}"));
        if let Self::Client(failure) = self {
            failure.lines().iter().for_each(|line| note(&format!("  {line}")));
        }
        let mut cause = self.source();
        while let Some(inner) = cause {
            note(&format!("  because: {inner}"));
            cause = inner.source();
        }
        if let Some(remedy) = self.remedy() {
            note(&format!("  try: {remedy}"));
        }
        if let Self::Client(failure) = self
            && let Some(id) = failure.request_id()
        {
            note(&format!("  request: {}", client::clean(id)));
        }
    }

    /// Prints the server's own document of the refusal, on one line, where answers are for scripts.
    pub fn say_for_scripts(&self) {
        if let Self::Client(client::Failure::Refused { document, .. }) = self {
            say(&client::json_line(document));
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::FaultsFound => ExitCode::FAILURE,
            Self::DataFolderHeld { .. } | Self::AddressInUse { .. } => ExitCode::from(4),
            Self::Client(failure) => ExitCode::from(failure.exit_code()),
            Self::Outcome(outcome) => ExitCode::from(outcome.exit_code()),
            _ => ExitCode::from(3),
        }
    }

    /// What a person can do about it, where there is something to say.
    fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::DataFolderHeld { .. } => {
                "stop that server, or give this one a folder of its own with --data DIR".to_owned()
            }
            Self::DataFolderShared(folder) => format!(
                "name a folder of its own with --data DIR, or make this one private with `chmod 700 {}`",
                folder.display()
            ),
            Self::NoDatabase(_) => {
                "start the server once with the same --data (`jido serve --data DIR`), or name \
                the database with --database"
                    .to_owned()
            }
            Self::NewerDatabase => {
                "use the jido that last used this database; older ones cannot read it".to_owned()
            }
            Self::OpenDatabase { .. } => {
                "see that the database runs, that its address is right, and that this user \
                may open it"
                    .to_owned()
            }
            Self::Config { .. } => {
                "mend the lines above; `jido demo prepare` writes an annotated example".to_owned()
            }
            Self::NoConfig(_) => {
                "mend the path given by --config, or leave --config out: every setting has a default"
                    .to_owned()
            }
            Self::AddressInUse { .. } => {
                "stop the program that listens there, or choose another address with --listen 127.0.0.1:0"
                    .to_owned()
            }
            Self::NoUser(_) => {
                "see who there is under People in the browser application; the owner is named `owner`"
                    .to_owned()
            }
            Self::UserDisabled(_) => "somebody who may manage users enables them again".to_owned(),
            Self::OwnerHasOwnLink => "`jido owner-link`".to_owned(),
            Self::NoProject(_) => "name a project by its id, as `GET /api/v1/projects` lists it".to_owned(),
            Self::NoToken { user, .. } => format!("`jido token list --user {user}` names them"),
            Self::NotPrepared(folder) => format!("`jido demo prepare --into {}`", folder.display()),
            Self::DemoInTheWay { found, .. } => {
                format!("choose an empty folder, or remove {}", found.display())
            }
            Self::Git { .. } => "see that git is installed (`git --version`)".to_owned(),
            Self::Client(failure) => return failure.remedy(),
            Self::Agent(_) => {
                "name a real agent in the server's configuration: the demo's jido.toml shows how".to_owned()
            }
            Self::FaultsFound
            | Self::ReaderGone
            | Self::Outcome(_)
            | Self::AnswerLost(_)
            | Self::Io { .. }
            | Self::Store { .. }
            | Self::Engine(_)
            | Self::EngineEnded(_)
            | Self::Web { .. }
            | Self::Builtin(_) => return None,
        };
        Some(remedy)
    }
}

fn indented(lines: &[impl Display]) -> String {
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
