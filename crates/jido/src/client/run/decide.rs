//! `jido run approve` and `jido run reject`.

use super::evidence;
use super::show::gate;
use super::watch::{Until, WatchFor, follow_behind};
use crate::client::api::{Api, Call, said};
use crate::client::failure::Failure;
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::server::ServerOptions;
use crate::client::{prompt, say_json};
use crate::error::Error;
use crate::output::say;
use clap::Args;
use domain::Digest;
use engine::clock;
use wire::{ApprovalResponse, ProblemCode, RunResponse};

#[derive(Debug, Args)]
pub struct ApproveOptions {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    /// Why, for those who read it later.
    #[arg(long, value_name = "TEXT")]
    rationale: Option<String>,

    #[command(flatten)]
    evidence: EvidenceOptions,

    /// Follow the run until it has ended.
    #[arg(long)]
    wait: bool,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
pub struct RejectOptions {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    /// Why; where the work goes back, the step that is done again reads it.
    #[arg(long, value_name = "TEXT")]
    rationale: Option<String>,

    #[command(flatten)]
    evidence: EvidenceOptions,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
struct EvidenceOptions {
    /// The evidence that was reviewed, as `jido run show` prints it. Anything else is not decided on.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    evidence: Option<Digest>,

    /// Do not ask: decide on whatever the gate shows at this moment, seen by somebody or not.
    #[arg(long, conflicts_with = "evidence")]
    yes: bool,
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).map_err(|_| "expected sha256: and 64 hexadecimal digits".to_owned())
}

/// What the person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Approve,
    Reject,
}

impl Verdict {
    const fn path(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

pub fn approve(options: &ApproveOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let shown = open_gate(&api, &run)?;
    let digest = match settled(&options.evidence, &shown)? {
        Some(digest) => digest,
        None if prompt::is_possible() => {
            evidence::in_full(&shown, clock::now()).iter().for_each(|text| eprintln!("{text}"));
            if !prompt::confirm("Approve exactly this?")? {
                return Err(Failure::Declined.into());
            }
            current(&shown)?
        }
        None => {
            let what = "there is no terminal to ask at: name the evidence that was reviewed by --evidence DIGEST \
                        (`jido run show` prints it), or say --yes";
            return Err(Failure::Usage(what.to_owned()).into());
        }
    };
    decide(&api, &run, &shown, &digest, Verdict::Approve, options.rationale.as_deref(), &options.server)?;
    if !options.wait {
        return Ok(());
    }
    let form = if options.server.json { WatchFor::Scripts } else { WatchFor::People };
    follow_behind(&api, &run, run.last_event_seq, &Until::default(), form)?;
    if let Some(destination) = shown.destination.filter(|_| form == WatchFor::People) {
        let commit = shown.evidence.diff_summary.and_then(|diff| diff.commit).unwrap_or_default();
        say(&format!("Shipped {} as {} on {}.", commit, destination.branch, destination.remote));
    }
    Ok(())
}

pub fn reject(options: &RejectOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let shown = open_gate(&api, &run)?;
    // Nothing ships by a rejection: what the gate shows now is enough.
    let digest = match settled(&options.evidence, &shown)? {
        Some(digest) => digest,
        None => current(&shown)?,
    };
    decide(&api, &run, &shown, &digest, Verdict::Reject, options.rationale.as_deref(), &options.server)
}

/// The run's newest gate.
fn open_gate(api: &Api, run: &RunResponse) -> Result<ApprovalResponse, Failure> {
    let approval = run
        .approval
        .as_ref()
        .ok_or_else(|| Failure::NotNow(format!("the run is {} and has reached no gate", run.status)))?;
    let document = gate(api, &ids(run), approval.id)?;
    api.meaning(document)
}

/// The evidence that the options settle on; nothing where somebody must be asked.
fn settled(options: &EvidenceOptions, shown: &ApprovalResponse) -> Result<Option<Digest>, Failure> {
    match &options.evidence {
        Some(named) if shown.outcome.is_none() && Some(named) != shown.evidence.digest.as_ref() => {
            let current = shown.evidence.digest.as_ref();
            let current = current.map_or_else(|| "none, it is blocked".to_owned(), ToString::to_string);
            Err(Failure::EvidenceChanged { current })
        }
        Some(named) => Ok(Some(named.clone())),
        None if options.yes => current(shown).map(Some),
        None => Ok(None),
    }
}

fn current(shown: &ApprovalResponse) -> Result<Digest, Failure> {
    let blocked =
        || Failure::NotNow("the gate is blocked: it shows nothing that could be decided on".to_owned());
    shown.evidence.digest.clone().ok_or_else(blocked)
}

fn decide(
    api: &Api,
    run: &RunResponse,
    shown: &ApprovalResponse,
    digest: &Digest,
    verdict: Verdict,
    rationale: Option<&str>,
    server: &ServerOptions,
) -> Result<(), Error> {
    let path = ids(run);
    let approval = shown.id.to_string();
    let call = Call::post(beneath(&path, &["approvals", &approval, verdict.path()]))
        .key(&clock::new_id().to_string())
        .header("If-Match", format!("\"{digest}\""))
        .json(&said("rationale", rationale));
    let document = api.json(&call).map_err(|failure| match failure.code() {
        Some(ProblemCode::StaleEvidence) => {
            Failure::EvidenceChanged { current: current_of(&failure).unwrap_or_else(|| "unknown".to_owned()) }
        }
        _ => failure,
    })?;
    if server.json {
        say_json(&document);
        return Ok(());
    }
    let decided: ApprovalResponse = api.meaning(document)?;
    let status = decided.status;
    let missing = decided.policy.required_approvals as usize;
    let given = decided.decisions.iter().filter(|vote| vote.evidence_digest == *digest).count();
    if decided.outcome.is_none() {
        say(&format!("Your decision counts; {given} of {missing} approvals are given."));
    } else {
        say(&format!("The gate {} of run {} is {status}.", decided.step, run.number));
    }
    Ok(())
}

fn current_of(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Refused { problem, .. } => problem.context.evidence_digest.as_ref().map(ToString::to_string),
        _ => None,
    }
}
