//! The ship candidate: the one commit that an approval would ship, the same whoever makes it.

use super::{Subject, ship_message};
use crate::error::Result;
use domain::contract::ShipStep;
use domain::evidence::Destination;
use git::{CommitRequest, Mirror, Oid};
use persistence::records::{AttemptRecord, RunRecord, scope_of_run};

const AUTHOR_NAME: &str = "JidoCode Runs";
const AUTHOR_EMAIL: &str = "runs@jidocode.invalid";

/// Makes the candidate: parent = base, tree = the newest snapshot's, everything else fixed by the run.
pub(super) async fn make(subject: &Subject<'_>, mirror: &Mirror, base: &Oid, tree: &Oid) -> Result<Oid> {
    let request = CommitRequest {
        parent: base.clone(),
        tree: tree.clone(),
        message: message(subject),
        author_name: AUTHOR_NAME.to_owned(),
        author_email: AUTHOR_EMAIL.to_owned(),
        at: subject.run.created_at.unix_seconds(),
    };
    let candidate = mirror.commit_tree(&request).await?;
    mirror.update_ref(&format!("refs/jido/runs/{}/candidate", subject.run.id), &candidate).await?;
    Ok(candidate)
}

fn message(subject: &Subject<'_>) -> String {
    let run = subject.run;
    let scope = scope_of_run(run, subject.attempts, None);
    let template = ship_message(subject.pinned, &subject.gate.step);
    let rendered = template.and_then(|template| scope.render(template).ok());
    let subject_line = rendered
        .filter(|text| !text.trim().is_empty())
        .or_else(|| run.title.clone())
        .unwrap_or_else(|| format!("{} run {}", run.workflow_name, run.number));
    format!(
        "{}\n\nJido-Workflow: {}@{}\nJido-Run: {}\n",
        subject_line.trim(),
        run.workflow_name,
        run.workflow_version,
        run.id
    )
}

/// The pinned destination of a `ship` step.
pub(crate) fn destination(run: &RunRecord, attempts: &[AttemptRecord], ship: &ShipStep) -> Destination {
    let shipping = &run.settings.shipping;
    let scope = scope_of_run(run, attempts, None);
    let named = ship.branch.as_deref().and_then(|template| scope.render(template).ok());
    Destination {
        remote: shipping.remote.clone(),
        branch: named.unwrap_or_else(|| shipping.branch(run.workflow_name.as_str(), run.id)),
        mode: ship.mode.unwrap_or(shipping.mode),
    }
}
