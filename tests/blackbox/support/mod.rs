//! What the tests share: servers, repositories, clients.

pub mod agents;
pub mod api;
pub mod cli;
pub mod people;
pub mod pipe;
pub mod processes;
pub mod program;
pub mod receiver;
pub mod relay;
pub mod repository;
pub mod run;
pub mod scene;
pub mod server;
pub mod stream;
pub mod terminal;
pub mod tls;
pub mod workflows;

pub use api::{Api, Reply};
pub use cli::{Cli, Said};
pub use people::Person;
pub use pipe::Pipe;
pub use receiver::{Manner, Receiver};
pub use relay::Relay;
pub use repository::Repository;
pub use run::Run;
pub use scene::Scene;
pub use server::{Backend, Options, Server};
pub use terminal::Terminal;
pub use tls::{Identity, TlsFront};

use std::time::Duration;

/// No single wait of a test is longer; what takes longer is a failure with the server's log in its message.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Some text that occurs nowhere else, such as for names that must be unique on a shared server.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}_{}", &uuid::Uuid::new_v4().simple().to_string()[..12])
}

/// Fails unless the value is an instant: RFC 3339, UTC, microseconds.
pub fn assert_instant(value: &serde_json::Value) {
    let text = value.as_str().unwrap_or_default();
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "{value}");
}
