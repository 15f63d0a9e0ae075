//! `jido run logs`.

use crate::client::api::{Api, is_passing};
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::say_json;
use crate::client::server::ServerOptions;
use crate::client::text::clean_log;
use crate::error::Error;
use crate::output::{note, tell};
use clap::Args;
use domain::run::AttemptState;
use serde_json::json;
use std::time::Duration;
use wire::{AttemptResponse, RunResponse, StepList, StepResponse};

/// Bytes of one answer.
const CHUNK: usize = 1 << 20;
/// How long one look waits for the attempt to end; new text is seen as soon.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub struct LogsOptions {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    /// The step; the one at work, or the last that worked, when left out.
    #[arg(long, value_name = "KEY")]
    step: Option<String>,

    /// The attempt of the step that --step names; the newest when left out.
    #[arg(long, value_name = "N", requires = "step")]
    attempt: Option<u32>,

    /// Go on until the attempt has ended.
    #[arg(long, short, conflicts_with = "json")]
    follow: bool,

    #[command(flatten)]
    server: ServerOptions,
}

pub fn logs(options: &LogsOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let ids = ids(&run);
    let steps: StepList = api.typed(&Call::get(beneath(&ids, &["steps"])))?;
    let (step, attempt) = chosen(options, &run, &steps.items)?;
    let owner = attempt.inherited_from.map_or_else(|| ids.1.clone(), |run| run.to_string());
    let log =
        Log { api: &api, ids: (ids.0.clone(), owner), step: step.step.to_string(), attempt: attempt.attempt };
    note(&format!("Log of {}, attempt {}:", log.step, log.attempt));
    if options.server.json {
        let text = String::from_utf8_lossy(&log.so_far()?).into_owned();
        say_json(&json!({ "step": log.step, "attempt": log.attempt, "text": text }));
        return Ok(());
    }
    log.print(if options.follow { Extent::ToItsEnd } else { Extent::SoFar })
}

/// The step and attempt that are meant.
fn chosen<'a>(
    options: &LogsOptions,
    run: &RunResponse,
    steps: &'a [StepResponse],
) -> Result<(&'a StepResponse, &'a AttemptResponse), Failure> {
    let writes = |attempt: &AttemptResponse| attempt.log_bytes > 0 || attempt.state == AttemptState::Leased;
    let has_log = |step: &&StepResponse| step.attempts.iter().any(writes);
    let is_meant = |step: &&StepResponse| match &options.step {
        Some(key) => step.step.as_str() == key,
        None => has_log(step),
    };
    let known = || steps.iter().map(|step| step.step.to_string()).collect::<Vec<_>>().join(", ");
    let step = steps.iter().rfind(is_meant).ok_or_else(|| match &options.step {
        Some(key) => Failure::NotFound(format!("the run has no step {key}; it has {}", known())),
        None => Failure::NotFound(format!("no step of run {} has written a log yet", run.number)),
    })?;
    let attempt = match options.attempt {
        Some(number) => step.attempts.iter().find(|attempt| attempt.attempt == number),
        None => step.attempts.last(),
    };
    let missing = || Failure::NotFound(format!("the step {} has no such attempt", step.step));
    Ok((step, attempt.ok_or_else(missing)?))
}

fn is_live(attempt: &AttemptResponse) -> bool {
    match attempt.state {
        AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting => true,
        AttemptState::Succeeded | AttemptState::Failed | AttemptState::Cancelled | AttemptState::Lost => {
            false
        }
    }
}

/// How much of a log is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    SoFar,
    ToItsEnd,
}

/// The log of one attempt.
struct Log<'a> {
    api: &'a Api,
    ids: (String, String),
    step: String,
    attempt: u32,
}

impl Log<'_> {
    fn from(&self, offset: usize) -> Result<Vec<u8>, Failure> {
        let attempt = self.attempt.to_string();
        let path = beneath(&self.ids, &["steps", &self.step, "attempts", &attempt, "log"]);
        let call = Call::get(path).query("offset", offset).query("limit", CHUNK);
        Ok(self.api.try_once(&call)?.bytes)
    }

    fn so_far(&self) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        loop {
            let piece = self.from(text.len())?;
            if piece.is_empty() {
                return Ok(text);
            }
            text.extend(piece);
        }
    }

    /// Prints the log; of a live attempt as far as it is written, or while it is written.
    fn print(&self, extent: Extent) -> Result<(), Error> {
        let mut offset = 0;
        let mut away = false;
        loop {
            // Asked first: what was written before the end is then surely read.
            let step = self.attempt_is_over().and_then(|over| Ok((over, self.from(offset)?)));
            let (over, text) = match step {
                Ok(read) => read,
                Err(failure) if extent == Extent::ToItsEnd && is_passing(&failure) => {
                    if !away {
                        note(&format!("jido: {failure}; trying again"));
                    }
                    away = true;
                    std::thread::sleep(LOOK);
                    continue;
                }
                Err(failure) => return Err(failure.into()),
            };
            if away {
                note("jido: the server answers again");
            }
            away = false;
            let ends_here = over && text.len() < CHUNK;
            let whole = if ends_here { text.len() } else { whole_part(&text) };
            print(&text[..whole])?;
            offset += whole;
            if whole > 0 {
                continue;
            }
            if over || extent == Extent::SoFar {
                return print(&text);
            }
            std::thread::sleep(LOOK);
        }
    }

    fn attempt_is_over(&self) -> Result<bool, Failure> {
        let steps: StepList = self.api.typed(&Call::get(beneath(&self.ids, &["steps"])))?;
        let step = steps.items.iter().find(|step| step.step.as_str() == self.step);
        let attempt = step.and_then(|step| step.attempts.iter().find(|found| found.attempt == self.attempt));
        Ok(attempt.is_none_or(|attempt| !is_live(attempt)))
    }
}

/// How much of the text is whole: a colour or character that is half written, or half sent, waits for its other half.
fn whole_part(text: &[u8]) -> usize {
    if let Some(end) = text.iter().rposition(|byte| *byte == b'\n') {
        return end + 1;
    }
    if text.len() < CHUNK {
        return 0;
    }
    // A line longer than an answer is printed by characters; one has at most four bytes.
    let begins = |byte: &u8| *byte & 0b1100_0000 != 0b1000_0000;
    let tail = text.len() - 4;
    text[tail..].iter().rposition(begins).map_or(text.len(), |begin| tail + begin)
}

fn print(text: &[u8]) -> Result<(), Error> {
    tell(&clean_log(&String::from_utf8_lossy(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_there_waits_for_its_other_half() {
        assert_eq!(whole_part(b"one\ntwo\nthr"), 8);
        assert_eq!(whole_part(b"50 %"), 0);
        let mut long = "世".repeat(CHUNK / 3 + 1).into_bytes();
        long.truncate(CHUNK);
        let whole = whole_part(&long);
        assert!(whole >= CHUNK - 4 && std::str::from_utf8(&long[..whole]).is_ok());
        assert!(whole_part(&vec![0x80; CHUNK]) > 0, "bytes that are no text go on too");
    }
}
