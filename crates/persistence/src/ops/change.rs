//! The one operation that changes a run: load, let the domain decide, write, all in one transaction.

use super::state::{self, Loaded};
use super::{Conn, access, idempotency, is_open, write};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::records::*;
use crate::schema::{approval_votes, approvals};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::approval::{ApprovalStatus, Decision, DecisionEffect, DecisionRefused, Voter};
use domain::contract::{ApprovalStep, StepKind};
use domain::run::{AttemptState, Changes, Command, Opening, Refused, Status, decide};
use domain::{Actor, ApprovalId, Digest, ProjectId, RunId};
use serde_json::{Map, Value, json};
use std::time::Duration;

impl Execute<Conn> for ChangeRun {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<Changed>> {
        let loaded = state::load(conn, self.run_id).await?;
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        if loaded.run.workflow_digest != *self.pinned.digest() {
            return Err(Error::Corrupt("the change was made for another definition".to_owned()));
        }
        check_fence(self, &loaded)?;
        let rejection = state::last_rejection(conn, &loaded.run).await?;
        let planned = plan(self, conn, &loaded).await?;
        let changed = match planned.command {
            None => Changed { run: loaded.run, events_written: 0, live: None, approval: planned.approval },
            Some(command) => {
                let state = loaded.state(rejection);
                let changes = decide(&state, self.pinned.definition(), command, self.now)?;
                write(self, conn, loaded, &changes, planned.approval, planned.vote).await?
            }
        };
        idempotency::store(conn, self.idempotency.as_ref(), changed, self.now).await
    }
}

/// What a change comes down to: a command for the domain, and the gate it concerns.
struct Plan {
    /// Absent: the same decision is repeated and nothing changes.
    command: Option<Command>,
    approval: Option<(ApprovalRecord, Vec<VoteRecord>)>,
    vote: Option<VoteRecord>,
}

impl From<Command> for Plan {
    fn from(command: Command) -> Self {
        Self { command: Some(command), approval: None, vote: None }
    }
}

fn check_fence(asked: &ChangeRun, loaded: &Loaded) -> Result<()> {
    let Some(fence) = &asked.fence else {
        return if is_for_workers(&asked.change) { Err(Error::Fenced) } else { Ok(()) };
    };
    let held = loaded.live().is_some_and(|live| {
        live.id == fence.attempt_id
            && live.state == AttemptState::Leased
            && live.epoch == fence.epoch
            && live.owner.as_ref() == Some(&fence.owner)
    });
    if held { Ok(()) } else { Err(Error::Fenced) }
}

/// Whether only the holder of the live attempt may ask for this.
const fn is_for_workers(change: &Change) -> bool {
    match change {
        Change::Begin { .. }
        | Change::Complete { .. }
        | Change::Fail { .. }
        | Change::Lose
        | Change::OpenGate { .. }
        | Change::BeginShipping => true,
        Change::RefreshGate { .. }
        | Change::Decide { .. }
        | Change::ExpireGate { .. }
        | Change::Supersede { .. }
        | Change::Cancel { .. } => false,
    }
}

async fn plan(asked: &ChangeRun, conn: &mut Conn, loaded: &Loaded) -> Result<Plan> {
    Ok(match &asked.change {
        Change::Begin { base_commit } if loaded.run.status == Status::Pending => {
            let mut data = Map::new();
            if let Some(base) = base_commit {
                data.insert("base".to_owned(), json!(base));
            }
            Command::Start { data }.into()
        }
        Change::Begin { .. } => Command::BeginStep.into(),
        Change::Complete { outputs, report } => {
            Command::CompleteStep { outputs: outputs.clone(), data: step_data(&report.result) }.into()
        }
        Change::Fail { failure, jitter, .. } => {
            Command::FailStep { failure: failure.clone(), jitter: *jitter }.into()
        }
        Change::Lose => Command::LoseWorker.into(),
        Change::BeginShipping => Command::BeginShipping.into(),
        Change::Supersede { by } => Command::Supersede { by: *by }.into(),
        Change::Cancel { reason } => Command::Cancel { reason: reason.clone() }.into(),
        Change::OpenGate { approval_id, opening, .. } => {
            plan_opening(asked, conn, loaded, *approval_id, opening).await?
        }
        Change::RefreshGate { approval_id, opening, .. } => {
            plan_refresh(asked, conn, *approval_id, opening).await?
        }
        Change::ExpireGate { approval_id } => {
            let approval = state::approval(conn, asked.run_id, *approval_id).await?;
            if !is_open(approval.0.status) {
                return Err(Error::NotFound);
            }
            Plan { command: Some(Command::ExpireGate), approval: Some(approval), vote: None }
        }
        Change::Decide { approval_id, decision, evidence_digest, rationale } => {
            let approval = state::approval(conn, asked.run_id, *approval_id).await?;
            let voter = voter(asked, conn, loaded.run.project_id).await?;
            plan_decision(asked, loaded, &voter, approval, *decision, evidence_digest, rationale.as_deref())?
        }
    })
}

async fn plan_opening(
    asked: &ChangeRun,
    conn: &mut Conn,
    loaded: &Loaded,
    id: ApprovalId,
    opening: &GateOpening,
) -> Result<Plan> {
    let live = loaded.live().ok_or(Refused::NoLiveAttempt)?;
    let policy = policy(asked, live)?;
    let round = rounds(conn, asked.run_id, live).await? + 1;
    let expires_at = policy.expires_in_ms.map(|ms| asked.now.plus(Duration::from_millis(ms)));
    let mut approval = ApprovalRecord {
        id,
        run_id: asked.run_id,
        project_id: loaded.run.project_id,
        step: live.step.clone(),
        attempt: live.attempt,
        round,
        status: ApprovalStatus::Pending,
        policy,
        evidence_digest: None,
        diagnostics: Vec::new(),
        requested_at: asked.now,
        expires_at,
        decided_at: None,
        revision: 1,
    };
    stand(&mut approval, opening);
    diesel::insert_into(approvals::table).values(ApprovalRow::from(&approval)).execute(conn).await?;
    let data = gate_data(&approval);
    let command = Command::OpenGate { opening: as_opening(approval.status), data };
    Ok(Plan { command: Some(command), approval: Some((approval, Vec::new())), vote: None })
}

fn policy(asked: &ChangeRun, live: &AttemptRecord) -> Result<ApprovalStep> {
    match asked.pinned.definition().step(&live.step).map(|step| &step.kind) {
        Some(StepKind::Approval(policy)) => Ok(policy.clone()),
        Some(
            StepKind::Set(_)
            | StepKind::Command(_)
            | StepKind::Agent(_)
            | StepKind::Test(_)
            | StepKind::Ship(_),
        )
        | None => Err(Error::Corrupt(format!("the step {} is not a gate", live.step))),
    }
}

async fn plan_refresh(
    asked: &ChangeRun,
    conn: &mut Conn,
    id: ApprovalId,
    opening: &GateOpening,
) -> Result<Plan> {
    let (mut approval, votes) = state::approval(conn, asked.run_id, id).await?;
    if !is_open(approval.status) {
        let status = approval.status;
        return Err(DecisionRefused::AlreadyDecided { status }.into());
    }
    let was_blocked = as_opening(approval.status);
    stand(&mut approval, opening);
    let command = Command::RefreshGate {
        was_blocked,
        opening: as_opening(approval.status),
        data: gate_data(&approval),
    };
    Ok(Plan { command: Some(command), approval: Some((approval, votes)), vote: None })
}

/// Who decides, with the role that they have at this very moment.
async fn voter(asked: &ChangeRun, conn: &mut Conn, project: ProjectId) -> Result<Voter> {
    let by = asked.actor.as_ref().and_then(|actor| actor.id);
    let by = by.ok_or_else(|| Error::Corrupt("a decision needs a person".to_owned()))?;
    let (user, role) = access::standing(conn, by, project).await?;
    Ok(Voter { id: user.id, name: user.name, role })
}

fn plan_decision(
    asked: &ChangeRun,
    loaded: &Loaded,
    voter: &Voter,
    (approval, votes): (ApprovalRecord, Vec<VoteRecord>),
    decision: Decision,
    named: &Digest,
    rationale: Option<&str>,
) -> Result<Plan> {
    let actor = asked.actor.clone().unwrap_or(Actor::system());
    let gate = state::gate(&loaded.run, &approval, &votes);
    if is_open(approval.status) && gate.is_expired(asked.now) {
        // The timer that cancels the run is late: nobody decides meanwhile.
        let status = ApprovalStatus::Expired;
        return Err(DecisionRefused::AlreadyDecided { status }.into());
    }
    let effect = gate.decide(decision, voter, named, rationale)?;
    if effect == DecisionEffect::Repeated {
        return Ok(Plan { command: None, approval: Some((approval, votes)), vote: None });
    }
    let vote = VoteRecord {
        approval_id: approval.id,
        user_id: voter.id,
        evidence_digest: named.clone(),
        decision,
        actor,
        rationale: rationale.map(str::to_owned),
        at: asked.now,
    };
    let mut data = gate_data(&approval);
    data.insert("rationale".to_owned(), json!(rationale));
    if let DecisionEffect::Voted { approvals, required } = &effect {
        data.insert("approvals".to_owned(), json!(approvals));
        data.insert("required_approvals".to_owned(), json!(required));
    }
    let outputs = json!({ "decision": decision, "rationale": rationale, "actor": vote.actor.name });
    let command = Command::Decide { effect, outputs, data };
    Ok(Plan { command: Some(command), approval: Some((approval, votes)), vote: Some(vote) })
}

async fn write(
    asked: &ChangeRun,
    conn: &mut Conn,
    loaded: Loaded,
    changes: &Changes,
    approval: Option<(ApprovalRecord, Vec<VoteRecord>)>,
    vote: Option<VoteRecord>,
) -> Result<Changed> {
    let (base, report) = match &asked.change {
        Change::Begin { base_commit } => (base_commit.as_ref(), None),
        Change::Complete { report, .. } | Change::Fail { report, .. } | Change::OpenGate { report, .. } => {
            (None, Some(report))
        }
        Change::RefreshGate { artifacts, .. } => {
            write::insert_artifacts(conn, artifacts).await?;
            (None, None)
        }
        Change::Lose
        | Change::Decide { .. }
        | Change::ExpireGate { .. }
        | Change::BeginShipping
        | Change::Supersede { .. }
        | Change::Cancel { .. } => (None, None),
    };
    let (run, live) = write::changes(conn, asked, loaded, base, report, changes).await?;
    let mut approval = approval;
    if let Some(vote) = vote {
        diesel::insert_into(approval_votes::table).values(VoteRow::from(&vote)).execute(conn).await?;
        if let Some((_, votes)) = &mut approval {
            votes.push(vote);
        }
    }
    if let Some(status) = changes.gate {
        if approval.is_none() {
            // A cancelled run takes its open gate with it.
            approval = match write::open_gate(conn, run.id).await? {
                Some(record) => {
                    let votes = state::votes(conn, record.id).await?;
                    Some((record, votes))
                }
                None => None,
            };
        }
        if let Some((record, _)) = &mut approval {
            record.status = status;
            record.revision += 1;
            record.decided_at = Some(asked.now).filter(|_| !is_open(status));
            write::gate(conn, record).await?;
        }
    }
    let events_written = u32::try_from(changes.events.len()).unwrap_or(u32::MAX);
    Ok(Changed { run, events_written, live, approval })
}

/// How often this gate was opened before in this run.
async fn rounds(conn: &mut Conn, run: RunId, live: &AttemptRecord) -> Result<u32> {
    let earlier: i64 = approvals::table
        .filter(approvals::run_id.eq(crate::sql::Key::from(run)))
        .filter(approvals::step.eq(live.step.as_str()))
        .count()
        .get_result(conn)
        .await?;
    Ok(u32::try_from(earlier).unwrap_or(u32::MAX))
}

fn stand(approval: &mut ApprovalRecord, opening: &GateOpening) {
    match opening {
        GateOpening::Pending { evidence_digest } => {
            approval.status = ApprovalStatus::Pending;
            approval.evidence_digest = Some(evidence_digest.clone());
            approval.diagnostics.clear();
        }
        GateOpening::Blocked { diagnostic } => {
            approval.status = ApprovalStatus::Blocked;
            approval.evidence_digest = None;
            approval.diagnostics = vec![diagnostic.clone()];
        }
    }
}

fn as_opening(status: ApprovalStatus) -> Opening {
    if status == ApprovalStatus::Pending { Opening::Pending } else { Opening::Blocked }
}

fn gate_data(approval: &ApprovalRecord) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("approval_id".to_owned(), json!(approval.id));
    if let Some(digest) = &approval.evidence_digest {
        data.insert("evidence_digest".to_owned(), json!(digest));
    }
    if let Some(diagnostic) = approval.diagnostics.last() {
        data.insert("reason".to_owned(), json!(diagnostic.reason));
        data.insert("detail".to_owned(), json!(diagnostic.detail));
    }
    data
}

fn step_data(result: &AttemptResult) -> Map<String, Value> {
    let mut data = Map::new();
    if let Some(duration) = result.duration_ms {
        data.insert("duration_ms".to_owned(), json!(duration));
    }
    if let Some(code) = result.exit_code {
        data.insert("exit_code".to_owned(), json!(code));
    }
    data
}
