//! The server's configuration file (TOML): agents, credentials, limits, steps.
//!
//! Every setting has a default, and so has the file. All its faults are found at once, each with its full path.

mod environment;
mod paths;

pub use environment::{step_environment, unset};

use crate::error::Error;
use engine::{Agent, Credential, Limits, Webhooks};
use paths::Base;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

const SECTIONS: [&str; 6] = ["agents", "credentials", "limits", "metrics", "steps", "webhooks"];

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileConfig {
    pub agents: BTreeMap<String, Agent>,
    pub credentials: BTreeMap<String, Credential>,
    pub limits: Limits,
    pub steps: Steps,
    pub webhooks: Webhooks,
    pub metrics: Metrics,
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Everyone who reaches the server; otherwise whoever shows the token of somebody permitted.
    pub public: bool,
}

/// What all steps have in common.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Steps {
    /// Names of the server's environment variables that every step receives, beyond those it has anyway.
    pub env: Vec<String>,
    /// Files and folders beyond its workspace that every step may read.
    pub readable: Vec<PathBuf>,
    /// Files and folders beyond its workspace that every step may change.
    pub writable: Vec<PathBuf>,
    /// How many steps run at once.
    pub max_live: usize,
    /// How long a worker that says nothing is believed to be alive.
    pub lease_seconds: u64,
}

impl Default for Steps {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            env: Vec::new(),
            readable: Vec::new(),
            writable: Vec::new(),
            max_live: processors.max(2),
            lease_seconds: 30,
        }
    }
}

impl FileConfig {
    /// Reads the named file; the defaults when none is named.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let Some(file) = file else { return Ok(Self::default()) };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoConfig(file.to_owned()));
            }
            Err(error) => return Err(Error::io("read the configuration file", file)(error)),
        };
        let base = Base::of_file(file);
        Self::parse(&text, &base).map_err(|faults| Error::Config { file: file.to_owned(), faults })
    }

    /// Reads a configuration; paths in it are taken from `base`.
    fn parse(text: &str, base: &Base) -> Result<Self, Vec<String>> {
        let document: Table = text.parse().map_err(|error: toml::de::Error| {
            error.to_string().trim_end().lines().map(str::to_owned).collect::<Vec<_>>()
        })?;
        let mut faults = Vec::new();
        for key in document.keys().filter(|key| !SECTIONS.contains(&key.as_str())) {
            faults.push(unknown(key, &SECTIONS.join(", ")));
        }
        let mut config = Self {
            agents: named(&document, "agents", &mut faults),
            credentials: named(&document, "credentials", &mut faults),
            limits: section(&document, "limits", &mut faults),
            steps: section(&document, "steps", &mut faults),
            metrics: section(&document, "metrics", &mut faults),
            webhooks: section(&document, "webhooks", &mut faults),
        };
        config.check(&mut faults);
        config.resolve(base, &mut faults);
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    fn check(&self, faults: &mut Vec<String>) {
        for (name, agent) in &self.agents {
            if agent.argv.first().is_none_or(String::is_empty) {
                faults
                    .push(format!("agents.{name}.argv: names no program; write [\"program\", \"argument\"]"));
            }
            if agent.timeout_seconds == Some(0) {
                faults.push(format!("agents.{name}.timeout_seconds: must be at least 1"));
            }
            environment::check_names(&format!("agents.{name}.env_from"), &agent.env_from, faults);
        }
        self.check_webhooks(faults);
        environment::check_names("steps.env", &self.steps.env, faults);
        if self.steps.max_live == 0 {
            faults.push("steps.max_live: must be at least 1, or no step would ever run".to_owned());
        }
        if self.steps.lease_seconds < 3 {
            faults.push(
                "steps.lease_seconds: must be at least 3, for a lease is renewed each third of it".to_owned(),
            );
        }
    }

    fn check_webhooks(&self, faults: &mut Vec<String>) {
        let webhooks = &self.webhooks;
        if !(0.001..=60.0).contains(&webhooks.timeout_seconds) {
            faults.push("webhooks.timeout_seconds: must be between 0.001 and 60".to_owned());
        }
        if webhooks.retry_seconds.iter().any(|seconds| !(0.0..=604_800.0).contains(seconds)) {
            faults.push("webhooks.retry_seconds: each must be between 0 and 604800, a week".to_owned());
        }
        if webhooks.secret_overlap_seconds > 2_592_000 {
            faults.push("webhooks.secret_overlap_seconds: must be at most 2592000, thirty days".to_owned());
        }
    }

    fn resolve(&mut self, base: &Base, faults: &mut Vec<String>) {
        for agent in self.agents.values_mut() {
            base.resolve_all(&mut agent.readable);
            base.resolve_all(&mut agent.writable);
        }
        base.resolve_all(&mut self.steps.readable);
        base.resolve_all(&mut self.steps.writable);
        for (name, credential) in &mut self.credentials {
            for (key, path) in paths::secret_files(credential) {
                *path = base.resolve(path);
                if !path.is_file() {
                    faults.push(format!("credentials.{name}.{key}: there is no file {}", path.display()));
                }
            }
        }
    }

    /// The files that authenticate the server to git remotes; no step may reach them.
    pub fn secret_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for credential in self.credentials.values() {
            match credential {
                Credential::SshKey { key_file, .. } => files.push(key_file.clone()),
                Credential::Token { token_file, .. } => files.push(token_file.clone()),
            }
        }
        files
    }
}

/// The tables beneath `[section.NAME]`.
fn named<T: DeserializeOwned>(
    document: &Table,
    section: &str,
    faults: &mut Vec<String>,
) -> BTreeMap<String, T> {
    let entries = match document.get(section) {
        None => return BTreeMap::new(),
        Some(Value::Table(entries)) => entries,
        Some(_) => {
            faults.push(format!("{section}: must be tables, each with a name: [{section}.NAME]"));
            return BTreeMap::new();
        }
    };
    let mut read = BTreeMap::new();
    for (name, value) in entries {
        match value.clone().try_into() {
            Ok(value) => {
                read.insert(name.clone(), value);
            }
            Err(error) => faults.push(fault(&format!("{section}.{name}"), &error)),
        }
    }
    read
}

/// The table `[section]`, its default when it is missing.
fn section<T: DeserializeOwned + Default>(document: &Table, section: &str, faults: &mut Vec<String>) -> T {
    let Some(value) = document.get(section) else { return T::default() };
    value.clone().try_into().unwrap_or_else(|error| {
        faults.push(fault(section, &error));
        T::default()
    })
}

/// What the reader says about the table at `path`, with the path of the key that it names.
fn fault(path: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', " ");
    if let Some((key, known)) =
        message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, "))
    {
        let known =
            known.trim_start_matches("expected one of ").trim_start_matches("expected ").replace('`', "");
        return unknown(&format!("{path}.{key}"), &known);
    }
    // The key, if one is meant, stands in the last line: "in `argv`".
    let full = error.to_string();
    let key = full.lines().rev().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    match key {
        Some(key) => format!("{path}.{key}: {message}"),
        None => format!("{path}: {message}"),
    }
}

fn unknown(path: &str, known: &str) -> String {
    format!("{path}: there is no such setting; known here: {known}")
}

#[cfg(test)]
mod tests;
