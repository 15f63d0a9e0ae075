//! `jido run watch`, and following a run that was just started.

use super::follow::{Follower, Next};
use crate::client::api::Api;
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::server::ServerOptions;
use crate::client::text::{clean, clock_time, one_line, span};
use crate::client::{Outcome, json_line};
use crate::error::Error;
use crate::output::{note, say, tell};
use crate::span as spans;
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use domain::event::EventKind;
use domain::run::Status;
use std::time::Duration;
use wire::{ApprovalResponse, EventResponse, RunResponse};

#[derive(Debug, Args)]
pub struct WatchOptions {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    #[command(flatten)]
    until: Until,

    #[command(flatten)]
    server: ServerOptions,
}

/// How far a run is followed.
#[derive(Debug, Clone, Default, Args)]
pub struct Until {
    /// Follow it until it has this status; give it once for each. Until it has ended when left out.
    #[arg(long = "wait-for", value_name = "STATUS", value_parser = statuses())]
    wait_for: Vec<Status>,

    /// The longest to follow it, such as 30m.
    #[arg(long, value_name = "SPAN", value_parser = spans::parse)]
    timeout: Option<Duration>,
}

impl Until {
    pub fn is_given(&self) -> bool {
        !self.wait_for.is_empty() || self.timeout.is_some()
    }

    /// What it means that the run has this status now; nothing while following goes on.
    fn verdict(&self, status: Status) -> Option<Result<(), Outcome>> {
        if self.wait_for.contains(&status) {
            return Some(Ok(()));
        }
        match status {
            Status::Failed => Some(Err(Outcome::Failed)),
            Status::Cancelled => Some(Err(Outcome::Cancelled)),
            Status::Completed if self.wait_for.is_empty() => Some(Ok(())),
            Status::Completed => Some(Err(Outcome::EndedOtherwise(status))),
            Status::Pending | Status::Running | Status::AwaitingApproval => None,
        }
    }
}

fn statuses() -> impl TypedValueParser<Value = Status> {
    PossibleValuesParser::new(Status::ALL.iter().map(|status| status.as_str()))
        .map(|word| Status::parse(&word).unwrap_or(Status::Completed))
}

/// Who reads what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchFor {
    People,
    /// One event a line, as JSON.
    Scripts,
}

pub fn watch(options: &WatchOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let form = if options.server.json { WatchFor::Scripts } else { WatchFor::People };
    follow_to_end(&api, &run, &options.until, form)
}

/// Prints the run's events from its first on, until it is where it shall be.
pub fn follow_to_end(api: &Api, run: &RunResponse, until: &Until, form: WatchFor) -> Result<(), Error> {
    follow_behind(api, run, 0, until, form)
}

/// Prints the events behind the one with this number, until the run is where it shall be.
pub fn follow_behind(
    api: &Api,
    run: &RunResponse,
    seq: i64,
    until: &Until,
    form: WatchFor,
) -> Result<(), Error> {
    let ids = ids(run);
    let mut follower = Follower::new(api, &ids, seq, until.timeout);
    let mut status = run.status;
    loop {
        let events = match follower.next()? {
            Next::Events(events) => events,
            Next::TimedOut => return Err(Outcome::TimedOut(status).into()),
        };
        for (document, event) in events {
            match form {
                WatchFor::People => tell(&format!("{}\n", line(&event)))?,
                WatchFor::Scripts => tell(&format!("{}\n", json_line(&document)))?,
            }
            status = after(status, event.event);
            // What is past is not what is: a gate that was decided since is passed by.
            let matters = status == Status::AwaitingApproval || until.wait_for.contains(&status);
            let mut is_newest = status.is_terminal();
            if matters && !is_newest {
                let Some(now) = follower.ask::<RunResponse>(&Call::get(beneath(&ids, &[])))? else {
                    return Err(Outcome::TimedOut(status).into());
                };
                is_newest = now.last_event_seq == event.seq;
                if is_newest {
                    // Not every event names the status that it leads to: a rejection may send the work back.
                    status = now.status;
                }
            }
            if form == WatchFor::People && event.event == EventKind::ApprovalRequested && is_newest {
                say_gate(&mut follower, &ids)?;
            }
            match until.verdict(status) {
                Some(Ok(())) if is_newest => return Ok(()),
                Some(Err(outcome)) => return Err(outcome.into()),
                Some(Ok(())) | None => {}
            }
        }
    }
}

/// The status that a run has after an event.
fn after(status: Status, event: EventKind) -> Status {
    match event {
        EventKind::RunCreated | EventKind::RunRetried => Status::Pending,
        // A rejection that cancels the run says so by an event of its own, right behind.
        EventKind::RunStarted
        | EventKind::ApprovalGranted
        | EventKind::ApprovalRejected
        | EventKind::StepStarted => Status::Running,
        EventKind::ApprovalRequested | EventKind::ApprovalBlocked | EventKind::ApprovalRefreshed => {
            Status::AwaitingApproval
        }
        EventKind::RunCompleted => Status::Completed,
        EventKind::RunFailed => Status::Failed,
        EventKind::RunCancelled => Status::Cancelled,
        EventKind::StepCompleted
        | EventKind::StepFailed
        | EventKind::ApprovalVoted
        | EventKind::ApprovalExpired => status,
    }
}

/// One event, as people read it.
fn line(event: &EventResponse) -> String {
    let what = event.event.as_str().replace('_', " ");
    let step = event.step.as_ref().map_or_else(String::new, |step| {
        let attempt = event.attempt.filter(|attempt| *attempt > 1);
        format!(" {step}{}", attempt.map_or_else(String::new, |attempt| format!(" (attempt {attempt})")))
    });
    let mut details = Vec::new();
    if let Some(duration) = event.data.get("duration_ms").and_then(serde_json::Value::as_u64) {
        details.push(span(duration));
    }
    if let Some(code) =
        event.data.get("exit_code").and_then(serde_json::Value::as_i64).filter(|code| *code != 0)
    {
        details.push(format!("exit code {code}"));
    }
    for name in ["reason", "detail", "rationale"] {
        if let Some(text) = event.data.get(name).and_then(serde_json::Value::as_str) {
            details.push(one_line(text));
        }
    }
    if let Some(name) = &event.actor.name {
        details.push(format!("by {}", clean(name)));
    }
    let details = if details.is_empty() { String::new() } else { format!("  {}", details.join(", ")) };
    format!("{}  {what}{step}{details}", clock_time(event.timestamp))
}

/// What waits at the gate, in a few lines, and how to go on.
fn say_gate(follower: &mut Follower<'_>, ids: &(String, String)) -> Result<(), Failure> {
    let Some(run) = follower.ask::<RunResponse>(&Call::get(beneath(ids, &[])))? else { return Ok(()) };
    let Some(approval) = &run.approval else { return Ok(()) };
    let id = approval.id.to_string();
    let call = Call::get(beneath(ids, &["approvals", &id]));
    let Some(gate) = follower.ask::<ApprovalResponse>(&call)? else { return Ok(()) };
    for text in super::evidence::in_short(&gate) {
        say(&format!("          {text}"));
    }
    note(&format!(
        "Look and decide (Ctrl-C ends the watch, not the run): jido run show {0}; jido run approve {0}; jido run reject {0}",
        run.id
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn until(statuses: &[Status]) -> Until {
        Until { wait_for: statuses.to_vec(), timeout: None }
    }

    #[test]
    fn work_that_a_rejection_sends_back_waits_at_no_gate() {
        let status = after(Status::AwaitingApproval, EventKind::ApprovalRejected);
        assert_eq!(until(&[Status::AwaitingApproval]).verdict(status), None);
    }

    #[test_case(&[], Status::Completed, Some(Ok(())); "completed is what is usually hoped for")]
    #[test_case(&[], Status::AwaitingApproval, None; "a gate is waited out")]
    #[test_case(&[], Status::Failed, Some(Err(Outcome::Failed)))]
    #[test_case(&[], Status::Cancelled, Some(Err(Outcome::Cancelled)))]
    #[test_case(&[Status::AwaitingApproval], Status::AwaitingApproval, Some(Ok(())))]
    #[test_case(&[Status::AwaitingApproval], Status::Running, None)]
    #[test_case(&[Status::AwaitingApproval], Status::Completed, Some(Err(Outcome::EndedOtherwise(Status::Completed))))]
    #[test_case(&[Status::AwaitingApproval], Status::Failed, Some(Err(Outcome::Failed)); "a failure ends every wait")]
    #[test_case(&[Status::Failed, Status::Cancelled], Status::Failed, Some(Ok(())); "a failure may be what is hoped for")]
    fn the_verdict_on_a_status(wanted: &[Status], status: Status, expected: Option<Result<(), Outcome>>) {
        assert_eq!(until(wanted).verdict(status), expected);
    }
}
