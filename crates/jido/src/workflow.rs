//! `jido workflow`: definitions; checking one needs no server.

use crate::client::{self, clean, count};
use crate::error::Error;
use crate::output::say;
use clap::Subcommand;
use domain::Fault;
use domain::contract::{Pinned, parse_json, parse_yaml};
use std::io::Read;
use std::path::{Path, PathBuf};

/// More than a definition may have; what is longer need not be read to be refused.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Debug, Subcommand)]
pub enum WorkflowCommand {
    /// Check a definition and print every fault with its place in the document.
    #[command(after_help = "\
Examples:
  jido workflow validate fix_failing_tests.yaml
  jido workflow validate definition.json

Exits with 1 when there are faults. The server checks the same when a version is published.")]
    Validate {
        /// A YAML file, or JSON when its name ends in .json.
        file: PathBuf,
    },

    /// List the workflows of the server.
    #[command(after_help = "\
Examples:
  jido workflow list
  jido workflow list --json")]
    List(client::WorkflowListOptions),

    /// Publish a definition as the newest version of its workflow. Started runs keep the version that they pinned.
    #[command(after_help = "\
Example:
  jido workflow publish fix_failing_tests.yaml

The definition is checked first, here and by the server; faults have their place in the document.")]
    Publish(client::PublishOptions),

    /// Say what differs between two versions, or between a file and the newest version.
    #[command(after_help = "\
Examples:
  jido workflow diff fix_failing_tests              the newest version and the one before
  jido workflow diff fix_failing_tests 2 5
  jido workflow diff fix_failing_tests.yaml         what publishing the file would change")]
    Diff(client::DiffOptions),
}

pub fn run(command: WorkflowCommand) -> Result<(), Error> {
    match command {
        WorkflowCommand::Validate { file } => validate(&file),
        WorkflowCommand::List(options) => client::list_workflows(&options),
        WorkflowCommand::Publish(options) => client::publish(&options),
        WorkflowCommand::Diff(options) => client::diff(&options),
    }
}

fn validate(file: &Path) -> Result<(), Error> {
    match parse(file, &read(file)?) {
        Ok(pinned) => {
            let definition = pinned.definition();
            let steps = definition.steps.len();
            say(&format!(
                "{}: {} is valid, {}, {}",
                clean(&file.display().to_string()),
                definition.name,
                count(steps as u64, "step"),
                pinned.digest()
            ));
            Ok(())
        }
        Err(faults) => {
            say(&format!("{}: {}", clean(&file.display().to_string()), count(faults.len() as u64, "fault")));
            for fault in &faults {
                say(&line(fault));
            }
            Err(Error::FaultsFound)
        }
    }
}

/// A file's bytes.
pub fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(Error::io("read", file))?;
    opened.take(MAX_BYTES).read_to_end(&mut bytes).map_err(Error::io("read", file))?;
    Ok(bytes)
}

/// The definition that a file holds, or every fault.
pub fn parse(file: &Path, bytes: &[u8]) -> Result<Pinned, Vec<Fault>> {
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return parse_json(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_yaml(text),
        Err(error) => {
            let detail = format!("The file is not UTF-8: {error}.");
            Err(vec![Fault::new("", domain::FaultCode::InvalidFormat, detail)])
        }
    }
}

/// A fault with its place and code.
pub fn line(fault: &Fault) -> String {
    let place = if fault.pointer.is_empty() { "(document)" } else { &fault.pointer };
    format!("  {}  {}: {}", clean(place), fault.code, clean(&fault.detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_shown_with_its_place_and_code() {
        let fault = Fault::new("/steps/0/uses", domain::FaultCode::NotAllowed, "Not a kind of step.");
        assert_eq!(line(&fault), "  /steps/0/uses  not_allowed: Not a kind of step.");
    }

    #[test]
    fn a_fault_shows_what_the_file_holds_without_its_harm() {
        let fault = Fault::new("/steps/\u{1b}[2J", domain::FaultCode::UnknownField, "\u{9b}2J is unknown.");
        assert_eq!(line(&fault), "  /steps/\\u{1b}[2J  unknown_field: \\u{9b}2J is unknown.");
    }

    #[test]
    fn the_name_of_the_file_chooses_the_format_and_every_fault_is_found() {
        let yaml = b"name: x\nsteps:\n  - { key: a, uses: nothing }\n  - { key: a, uses: set }\n";
        let faults = parse(Path::new("x.yaml"), yaml).unwrap_err();
        assert!(faults.len() >= 2, "{faults:?}");
        assert!(parse(Path::new("x.json"), yaml).unwrap_err().len() == 1);
        assert!(parse(Path::new("x.yaml"), b"\xff").is_err());
    }
}
