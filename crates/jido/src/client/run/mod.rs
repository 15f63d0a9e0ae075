//! `jido run`: runs, from their start to their end.

mod cancel;
mod decide;
mod evidence;
mod follow;
mod inputs;
mod list;
mod logs;
mod retry;
mod show;
mod start;
mod then;
mod watch;

use super::reference::RunReference;
use super::server::ServerOptions;
use crate::error::Error;
use clap::{Args, Subcommand};

const LIFE: &str = "\
The life of a run:
  pending -> running -> awaiting_approval -> running -> completed
             running -> failed             a step failed for good
             any of them -> cancelled      by a person, a rejection, or a gate's time

RUN is a run's id, the address of its page, or PROJECT/NUMBER such as parser/12.";

/// Start runs, follow them, decide at their gates.
#[derive(Debug, Subcommand)]
#[command(after_help = LIFE)]
pub enum RunCommand {
    /// Start a run of a workflow on a project.
    #[command(after_help = "\
Examples:
  jido run start fix_failing_tests --project parser --input failure_signal='parser::empty_input panics'
  jido run start implement_task --project parser --inputs task.json --watch

In a pipeline, up to the gate, and the same run when the job is repeated:
  jido run start fix_failing_tests --project parser --input-file failure_signal=failure.txt \\
    --idempotency-key \"$PIPELINE_ID\" --watch --wait-for awaiting_approval --timeout 1h

Inputs are checked by the workflow's own schema; all faults are told at once.")]
    Start(Box<start::StartOptions>),

    /// List runs, newest first.
    #[command(after_help = "\
Examples:
  jido run list --project parser --status awaiting_approval
  jido run list --label area=lexer --json | jq -r '.items[].id'")]
    List(list::ListOptions),

    /// Show a run: its steps, its failure, and what its gate would ship.
    #[command(after_help = "\
Examples:
  jido run show parser/12
  jido run show parser/12 --json | jq -r .run.status")]
    Show(OfRun),

    /// Follow a run event by event, until it has ended or reached a status.
    #[command(after_help = "\
Examples:
  jido run watch parser/12
  jido run watch parser/12 --wait-for awaiting_approval --timeout 30m
  jido run watch parser/12 --json            one event a line

Exit codes: 0 the run completed, or reached --wait-for; 10 failed; 11 cancelled; 12 ended otherwise; 13 time is over.
A lost connection is taken up again: no event is missed, none comes twice.")]
    Watch(watch::WatchOptions),

    /// Print the patch that a run would ship, or shipped.
    #[command(after_help = "\
Examples:
  jido run diff parser/12
  jido run diff parser/12 --raw | git apply

Characters that act on a terminal or hide there are written out, unless the patch is asked for as it is.")]
    Diff(DiffOptions),

    /// Approve exactly what the gate shows: it ships.
    #[command(after_help = "\
Examples:
  jido run approve parser/12                                  shows it and asks
  jido run approve parser/12 --evidence sha256:9f86d0... --rationale 'reviewed' --wait

Without a terminal the evidence must be named, as `jido run show` prints it; or --yes approves what is there now,
seen or not. When the evidence has changed since, nothing is approved and the exit code is 7.")]
    Approve(decide::ApproveOptions),

    /// Reject what the gate shows: the run is cancelled or the work goes back, as its policy says.
    #[command(after_help = "\
Example:
  jido run reject parser/12 --rationale 'Add a test for an empty input too.'")]
    Reject(decide::RejectOptions),

    /// Repeat a run that failed or was cancelled, or one of its steps.
    #[command(after_help = "\
Examples:
  jido run retry parser/12 --watch
  jido run retry parser/12 --step run_tests")]
    Retry(retry::RetryOptions),

    /// Cancel a run.
    #[command(after_help = "\
Example:
  jido run cancel parser/12 --reason 'not needed any more'")]
    Cancel(cancel::CancelOptions),

    /// Print the log of a step.
    #[command(after_help = "\
Examples:
  jido run logs parser/12                       the step at work, or the last one
  jido run logs parser/12 --step run_tests --attempt 1
  jido run logs parser/12 --follow")]
    Logs(logs::LogsOptions),
}

/// One run.
#[derive(Debug, Args)]
pub struct OfRun {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    #[command(flatten)]
    server: ServerOptions,
}

/// A run's patch.
#[derive(Debug, Args)]
pub struct DiffOptions {
    /// Print the patch as it is, for files and `git apply`.
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    of_run: OfRun,
}

pub fn execute(command: RunCommand) -> Result<(), Error> {
    match command {
        RunCommand::Start(options) => start::start(&options),
        RunCommand::List(options) => list::list(&options),
        RunCommand::Show(options) => show::show(&options),
        RunCommand::Watch(options) => watch::watch(&options),
        RunCommand::Diff(options) => show::diff(&options),
        RunCommand::Approve(options) => decide::approve(&options),
        RunCommand::Reject(options) => decide::reject(&options),
        RunCommand::Retry(options) => retry::retry(&options),
        RunCommand::Cancel(options) => cancel::cancel(&options),
        RunCommand::Logs(options) => logs::logs(&options),
    }
}
