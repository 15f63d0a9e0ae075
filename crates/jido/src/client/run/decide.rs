//! `jido run approve` and `jido run reject`.

use super::evidence;
use super::show::gate;
use super::watch::{Until, WatchFor, follow_behind};
use crate::client::api::Api;
use crate::client::call::{Call, said};
use crate::client::failure::Failure;
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::server::ServerOptions;
use crate::client::text::clean;
use crate::client::{prompt, say_json};
use crate::error::Error;
use crate::output::{note, say};
use clap::Args;
use domain::Digest;
use engine::clock;
use wire::{ApprovalResponse, ProblemCode, RunResponse, StepList, StepResponse};

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
    reviewed: Reviewed,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
struct Reviewed {
    /// The evidence that was reviewed, as `jido run show` prints it. Anything else is not decided on.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    evidence: Option<Digest>,
}

#[derive(Debug, Args)]
struct EvidenceOptions {
    #[command(flatten)]
    reviewed: Reviewed,

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
    let shown = newest_gate(&api, &run)?;
    let digest = match settled(&options.evidence, &shown)? {
        Some(digest) => digest,
        None if prompt::is_possible() => {
            let digest = undecided(&shown)?;
            evidence::in_full(&shown, clock::now()).iter().for_each(|text| note(text));
            note(&format!("  patch: jido run diff {}", run.id));
            if !prompt::confirm("Approve exactly this?")? {
                return Err(Failure::Declined.into());
            }
            digest
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
    if form == WatchFor::People {
        let steps: StepList = api.typed(&Call::get(beneath(&ids(&run), &["steps"])))?;
        shipped(&shown, &steps.items).iter().for_each(|text| say(text));
    }
    Ok(())
}

/// What became of the approved commit, as the step says that shipped it: the branch may be another than was planned.
fn shipped(shown: &ApprovalResponse, steps: &[StepResponse]) -> Option<String> {
    let commit = shown.evidence.diff_summary.as_ref()?.commit.as_deref()?;
    let mut outputs = steps.iter().rev().filter_map(|step| step.attempts.last()?.outputs.as_ref());
    let outputs = outputs.find(|outputs| outputs["commit"] == commit && outputs["remote"].is_string())?;
    let word = |name: &str| clean(outputs[name].as_str().unwrap_or_default());
    let (branch, remote) = (word("branch"), word("remote"));
    Some(match outputs["mode"].as_str() {
        Some("dry_run") => format!("Stored {} as a bundle for {branch}; nothing is pushed.", clean(commit)),
        _ => format!("Shipped {} as {branch} on {remote}.", clean(commit)),
    })
}

pub fn reject(options: &RejectOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let shown = newest_gate(&api, &run)?;
    // Nothing ships by a rejection: what the gate shows now is enough.
    let digest = match reviewed(&options.reviewed, &shown)? {
        Some(digest) => digest,
        None => current(&shown)?,
    };
    decide(&api, &run, &shown, &digest, Verdict::Reject, options.rationale.as_deref(), &options.server)
}

/// The run's newest gate.
fn newest_gate(api: &Api, run: &RunResponse) -> Result<ApprovalResponse, Failure> {
    let approval = run
        .approval
        .as_ref()
        .ok_or_else(|| Failure::NotNow(format!("the run is {} and has reached no gate", run.status)))?;
    let document = gate(api, &ids(run), approval.id)?;
    api.meaning(document)
}

/// The evidence that the options settle on; nothing where somebody must be asked.
fn settled(options: &EvidenceOptions, shown: &ApprovalResponse) -> Result<Option<Digest>, Failure> {
    match reviewed(&options.reviewed, shown)? {
        None if options.yes => current(shown).map(Some),
        named => Ok(named),
    }
}

/// The evidence that was named, where the gate shows it.
fn reviewed(options: &Reviewed, shown: &ApprovalResponse) -> Result<Option<Digest>, Failure> {
    match &options.evidence {
        Some(named) if shown.outcome.is_none() && Some(named) != shown.evidence.digest.as_ref() => {
            let current = shown.evidence.digest.as_ref();
            let current = current.map_or_else(|| "none, it is blocked".to_owned(), ToString::to_string);
            Err(Failure::EvidenceChanged { current })
        }
        named => Ok(named.clone()),
    }
}

/// The evidence of a gate that waits for a decision.
fn undecided(shown: &ApprovalResponse) -> Result<Digest, Failure> {
    if shown.outcome.is_some() {
        return Err(Failure::NotNow(format!("the gate {} is {} already", shown.step, shown.status)));
    }
    current(shown)
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
    let decided: ApprovalResponse = api.meaning(document.clone())?;
    // The same decision made again gets what is stored; a new reason for it would be lost in silence.
    let is_kept = |given| decided.decisions.iter().any(|vote| vote.rationale.as_deref() == Some(given));
    if shown.outcome.is_some() && rationale.is_some_and(|given| !is_kept(given)) {
        let what = format!("the gate {} is {} already; this rationale is not kept", shown.step, shown.status);
        return Err(Failure::NotNow(what).into());
    }
    if server.json {
        say_json(&document);
        return Ok(());
    }
    let status = decided.status;
    let missing = decided.policy.required_approvals as usize;
    let given = decided.decisions.iter().filter(|vote| vote.evidence_digest == *digest).count();
    if decided.outcome.is_none() {
        say(&format!("Your decision counts; {given} of {missing} approvals are given."));
    } else {
        let again = if shown.outcome.is_some() { " already" } else { "" };
        say(&format!("The gate {} of run {} is {status}{again}.", decided.step, run.number));
    }
    Ok(())
}

fn current_of(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Refused { problem, .. } => problem.context.evidence_digest.as_ref().map(ToString::to_string),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use test_case::test_case;

    /// The answer that the OpenAPI document shows for an operation.
    fn example(operation: &str) -> Value {
        let file = format!("{}/../api/src/document/examples/{operation}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["response"]["application/json"].take()
    }

    #[test_case("push", "Shipped COMMIT as fix-2 on origin."; "another branch than was planned")]
    #[test_case("dry_run", "Stored COMMIT as a bundle for fix-2; nothing is pushed."; "a dry run")]
    fn what_shipped_is_said_as_the_step_says_it(mode: &str, expected: &str) {
        let shown: ApprovalResponse = serde_json::from_value(example("get_approval")).unwrap();
        let mut steps: StepList = serde_json::from_value(example("list_steps")).unwrap();
        assert_eq!(shipped(&shown, &steps.items), None);
        let commit = shown.evidence.diff_summary.as_ref().unwrap().commit.clone().unwrap();
        let outputs = json!({ "commit": commit, "branch": "fix-2", "remote": "origin", "mode": mode });
        let worked = steps.items.iter_mut().rfind(|step| !step.attempts.is_empty()).unwrap();
        worked.attempts.last_mut().unwrap().outputs = Some(outputs);
        assert_eq!(shipped(&shown, &steps.items).unwrap(), expected.replace("COMMIT", &commit));
    }
}
