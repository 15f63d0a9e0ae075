//! How step processes run: confined, logged, and never outliving their server.
//!
//! [`Sandbox::run`] starts a small supervisor process ([`supervise`]) for each step. The supervisor is the
//! session leader and child subreaper of the step, holds the read end of a pipe whose only writer is the
//! server, and kills every descendant when the step ends, at the deadline, on cancel, and when that pipe
//! closes. The kernel closes it when the server dies in whatever way; nothing else has to work for that.
//!
//! # What a confined step can do
//!
//! - Files: only what [`Access`] grants, by landlock, as root too. Names, sizes and times of files out of
//!   reach can still be asked for (`stat` is not restricted); their content and the listing of their folders cannot.
//! - Processes: it can neither signal nor trace nor read the memory or environment of a process outside.
//!   Command lines of other processes remain visible.
//! - Devices: those that every program needs; no disks, no terminals of others, no making of device files.
//! - Root: only the capabilities that building software as root in a container takes.
//! - Network: open, because agents call their model's interface. Before landlock ABI 9 this includes Unix
//!   sockets in the file system; where one would give the whole machine away, the level is not `full`.
//!
//! What was missing when a step ran is in [`Confinement`], stored with the step.

mod access;
mod capabilities;
mod confine;
mod ended;
mod frames;
mod identity;
mod launch;
mod log;
mod mask;
mod output;
mod process_table;
mod remains;
mod rules;
mod server;
mod supervisor;

pub use access::default_access;
pub use ended::{Confinement, Ended, Exit, Level, NotStarted};
pub use identity::{ProcessIdentity, is_alive, process_identity};
pub use launch::{Access, Launch, Limits};
pub use log::{LogSummary, LogTail, LogWriter};
pub use mask::{MaskStream, Masker};
pub use output::OutputSink;
pub use remains::kill_remains;
pub use server::{Error, Sandbox};
pub use supervisor::supervise;
