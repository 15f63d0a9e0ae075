//! What a gate shows, as lines for a terminal.

use crate::client::text::{ago, clean, count, one_line, span};
use domain::Timestamp;
use domain::approval::ApprovalStatus;
use domain::evidence::{DiffSummary, FileStatus, RiskNote, TestSummary};
use domain::project::ShipMode;
use wire::{ApprovalResponse, PolicyResponse};

/// The most names of tests or files that one list shows.
const SHOWN: usize = 20;

/// The gate in a few lines.
pub fn in_short(gate: &ApprovalResponse) -> Vec<String> {
    let evidence = &gate.evidence;
    let mut lines = Vec::new();
    lines.extend(evidence.diff_summary.as_ref().map(|diff| clean(&diff.text)));
    lines.extend(evidence.test_summary.as_ref().map(|tests| clean(&tests.text)));
    lines.push(match evidence.risk_notes.as_deref() {
        None | Some([]) => "no risk notes".to_owned(),
        Some(notes) => {
            let levels = notes.iter().map(|note| format!("{} ({})", clean(&note.code), level(note)));
            format!("risks: {}", levels.collect::<Vec<_>>().join(", "))
        }
    });
    lines
}

/// The gate whole.
pub fn in_full(gate: &ApprovalResponse, now: Timestamp) -> Vec<String> {
    let mut lines =
        vec![format!("Gate {}: {}, opened {}", gate.step, gate.status, ago(gate.requested_at, now))];
    if let Some(expires_at) = gate.expires_at.filter(|_| gate.outcome.is_none()) {
        lines.push(format!("  expires {expires_at}: then the run is cancelled"));
    }
    for diagnostic in &gate.diagnostics {
        lines.push(format!("  blocked: {}", clean(&diagnostic.detail)));
        lines.push(format!("  what to do: {}", clean(&diagnostic.remediation)));
    }
    if !gate.evidence.complete {
        lines.push(format!("  evidence is missing: {}", clean(&gate.evidence.missing_fields.join(", "))));
    }
    if let Some(destination) = &gate.destination {
        let how = match destination.mode {
            ShipMode::Push => "pushed to",
            ShipMode::DryRun => "stored as a bundle (dry run) for",
        };
        lines.push(format!("  ships: {how} {} {}", clean(&destination.remote), clean(&destination.branch)));
    }
    lines.extend(gate.evidence.diff_summary.as_ref().into_iter().flat_map(change));
    lines.extend(gate.evidence.test_summary.as_ref().into_iter().flat_map(tests));
    lines.extend(gate.evidence.risk_notes.as_deref().into_iter().flat_map(risks));
    if gate.status == ApprovalStatus::Pending {
        lines.push(format!("  decides: {}", policy(&gate.policy)));
        lines.push(format!("  approve: {}", steps(&gate.on_approve, "the run completes")));
        lines.push(format!("  reject: {}", steps(&gate.on_reject, "the run is cancelled")));
    }
    for vote in &gate.decisions {
        let who = vote.actor.name.as_deref().unwrap_or("the runtime");
        let why = vote.rationale.as_deref().map_or_else(String::new, |why| format!(": {}", one_line(why)));
        lines.push(format!("  {} by {} {}{why}", vote.decision, clean(who), ago(vote.at, now)));
    }
    if let Some(digest) = &gate.evidence.digest {
        lines.push(format!("  evidence: {digest}"));
    }
    lines
}

fn change(diff: &DiffSummary) -> Vec<String> {
    let mut lines = vec![format!("  change: {}", clean(&diff.text))];
    for file in diff.files.iter().take(SHOWN) {
        let from = file.old_path.as_deref().map_or_else(String::new, |path| format!("{} -> ", clean(path)));
        let size = if file.binary {
            "binary".to_owned()
        } else {
            format!("+{}/-{}", file.additions, file.deletions)
        };
        lines.push(format!("    {} {from}{} {size}", mark(file.status), clean(&file.path)));
    }
    lines.extend(rest(diff.files.len(), "file"));
    lines.extend(diff.commit.as_ref().map(|commit| format!("    commit {}", clean(commit))));
    lines
}

fn tests(tests: &TestSummary) -> Vec<String> {
    let took = tests.duration_ms.map_or_else(String::new, |duration| format!(" ({})", span(duration)));
    let mut lines = vec![format!("  tests: {}{took}", clean(&tests.text))];
    let lists =
        [("newly failing", &tests.newly_failing), ("failing", &tests.failing), ("fixed", &tests.fixed)];
    for (name, list) in lists {
        lines.extend(list.iter().take(SHOWN).map(|test| format!("    {name}: {}", clean(test))));
        lines.extend(rest(list.len(), name));
    }
    lines
}

fn risks(notes: &[RiskNote]) -> Vec<String> {
    if notes.is_empty() {
        return vec!["  risks: none noted".to_owned()];
    }
    let line = |note: &RiskNote| {
        let paths: Vec<String> = note.paths.iter().take(SHOWN).map(|path| clean(path)).collect();
        let paths = if paths.is_empty() { String::new() } else { format!(" [{}]", paths.join(", ")) };
        format!("  risk, {}: {}{paths}", level(note), clean(&note.message))
    };
    notes.iter().map(line).collect()
}

fn rest(all: usize, noun: &str) -> Option<String> {
    let left = all.checked_sub(SHOWN).filter(|left| *left > 0)?;
    Some(format!("    and {} more", count(left as u64, noun)))
}

fn policy(policy: &PolicyResponse) -> String {
    let mut words = vec![count(u64::from(policy.required_approvals), "approval")];
    if !policy.allow_self_approval {
        words.push("not by whoever started the run".to_owned());
    }
    if let Some(approvers) = &policy.approvers {
        let users = approvers.users.iter().map(ToString::to_string);
        let roles = approvers.roles.iter().map(|role| format!("{role} or above"));
        words.push(format!("by {}", users.chain(roles).collect::<Vec<_>>().join(", ")));
    }
    words.join(", ")
}

fn steps(steps: &[domain::contract::StepKey], none: &str) -> String {
    if steps.is_empty() {
        return none.to_owned();
    }
    steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn level(note: &RiskNote) -> &'static str {
    use domain::evidence::RiskLevel;
    match note.level {
        RiskLevel::Info => "info",
        RiskLevel::Low => "low",
        RiskLevel::Medium => "medium",
        RiskLevel::High => "HIGH",
    }
}

const fn mark(status: FileStatus) -> char {
    match status {
        FileStatus::Added => 'A',
        FileStatus::Modified => 'M',
        FileStatus::Deleted => 'D',
        FileStatus::Renamed => 'R',
        FileStatus::Copied => 'C',
        FileStatus::TypeChanged => 'T',
    }
}
