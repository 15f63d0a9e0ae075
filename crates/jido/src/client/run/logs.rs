//! `jido run logs`.

use crate::client::api::{Api, is_passing};
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::say_json;
use crate::client::server::ServerOptions;
use crate::client::text::clean_log;
use crate::error::Error;
use crate::output::{Reader, note, print};
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

    /// The attempt; the newest when left out.
    #[arg(long, value_name = "N", requires = "step")]
    attempt: Option<u32>,

    /// Go on until the attempt has ended.
    #[arg(long, short)]
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
    let ends = if options.follow { End::WithTheAttempt } else { End::AsFarAsWritten };
    note(&format!("Log of {}, attempt {}:", log.step, log.attempt));
    if options.server.json {
        let text = String::from_utf8_lossy(&log.whole(ends)?).into_owned();
        say_json(&json!({ "step": log.step, "attempt": log.attempt, "text": text }));
        return Ok(());
    }
    log.print(ends)
}

/// Where reading a log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    AsFarAsWritten,
    WithTheAttempt,
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

    /// Prints the log.
    fn print(&self, ends: End) -> Result<(), Error> {
        self.read(ends, |text| print(clean_log(&String::from_utf8_lossy(text)).as_bytes()))
    }

    /// The log as bytes.
    fn whole(&self, ends: End) -> Result<Vec<u8>, Error> {
        let mut log = Vec::new();
        self.read(ends, |text| {
            log.extend_from_slice(text);
            Reader::There
        })?;
        Ok(log)
    }

    /// Hands the log over in whole lines, as far as they are whole, until it ends or nobody reads it any more.
    fn read(&self, ends: End, mut take: impl FnMut(&[u8]) -> Reader) -> Result<(), Error> {
        let follow = ends == End::WithTheAttempt;
        let mut offset = 0;
        let mut away = false;
        loop {
            // Asked first: what was written before the end is then surely read.
            let step = self.attempt_is_over().and_then(|over| Ok((over, self.from(offset)?)));
            let (over, text) = match step {
                Ok(read) => read,
                Err(failure) if follow && is_passing(&failure) => {
                    if !away {
                        note(&format!("jido: {failure}; trying again"));
                    }
                    away = true;
                    std::thread::sleep(LOOK);
                    continue;
                }
                Err(failure) => return Err(failure.into()),
            };
            away = false;
            let whole = ready(&text, if over { Writing::Over } else { Writing::GoesOn });
            if whole > 0 && take(&text[..whole]) == Reader::Gone {
                return Ok(());
            }
            offset += whole;
            if whole > 0 {
                continue;
            }
            if over || !follow {
                // A line that is still being written.
                take(&text);
                return Ok(());
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

/// Whether more may follow what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    GoesOn,
    Over,
}

/// How much of a piece can be shown: its whole lines, since a colour or character that is half there waits for its
/// other half. Of a log that is over, the rest too; of a line longer than a piece, as much as there is.
fn ready(piece: &[u8], writing: Writing) -> usize {
    let lines = piece.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let is_full = piece.len() >= CHUNK;
    let is_whole = if is_full { lines == 0 } else { writing == Writing::Over };
    if is_whole { piece.len() } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("a\nb", 0, Writing::GoesOn, 2; "a line that is half written waits")]
    #[test_case("a\nb", 0, Writing::Over, 3; "the last line of what is over needs no end")]
    #[test_case("", CHUNK, Writing::GoesOn, CHUNK; "a line longer than a piece goes in pieces")]
    #[test_case("a\n", CHUNK - 2, Writing::Over, 2; "a full piece ends with a line, though the attempt is over")]
    fn a_log_is_shown_in_whole_lines(start: &str, more: usize, writing: Writing, expected: usize) {
        let piece = format!("{start}{}", "x".repeat(more));
        assert_eq!(ready(piece.as_bytes(), writing), expected);
    }
}
