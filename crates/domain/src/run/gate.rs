//! What opening a gate and deciding on it does to the run.

use super::decide::Opening;
use super::progress::Progress;
use super::{AttemptState, InvalidTransition, Move};
use crate::approval::{ApprovalStatus, DecisionEffect};
use crate::event::EventKind;
use serde_json::{Map, Value, json};

pub(super) fn open_gate(
    progress: &mut Progress<'_>,
    opening: Opening,
    data: Map<String, Value>,
) -> Result<(), InvalidTransition> {
    let (reason, event, status) = match opening {
        Opening::Pending => ("approval_requested", EventKind::ApprovalRequested, ApprovalStatus::Pending),
        Opening::Blocked => ("approval_blocked", EventKind::ApprovalBlocked, ApprovalStatus::Blocked),
    };
    progress.transition(Move::OpenGate, reason, Map::new())?;
    progress.step_event(event, data);
    progress.write_live(AttemptState::Waiting, None, None);
    progress.changes.gate = Some(status);
    Ok(())
}

pub(super) fn refresh_gate(
    progress: &mut Progress<'_>,
    before: &Opening,
    after: Opening,
    data: Map<String, Value>,
) {
    match after {
        Opening::Pending => {
            progress.step_event(EventKind::ApprovalRefreshed, data.clone());
            if *before == Opening::Blocked {
                progress.step_event(EventKind::ApprovalRequested, data);
            }
            progress.changes.gate = Some(ApprovalStatus::Pending);
        }
        Opening::Blocked => {
            progress.step_event(EventKind::ApprovalBlocked, data);
            progress.changes.gate = Some(ApprovalStatus::Blocked);
        }
    }
}

pub(super) fn apply_decision(
    progress: &mut Progress<'_>,
    effect: DecisionEffect,
    outputs: Value,
    data: Map<String, Value>,
) -> Result<(), InvalidTransition> {
    match effect {
        DecisionEffect::Repeated => Ok(()),
        DecisionEffect::Voted { .. } => {
            progress.step_event(EventKind::ApprovalVoted, data);
            Ok(())
        }
        DecisionEffect::Approved => {
            progress.transition(Move::Approve, "approval_granted", Map::new())?;
            progress.step_event(EventKind::ApprovalGranted, data);
            progress.changes.gate = Some(ApprovalStatus::Approved);
            progress.release_live(outputs, Map::new())
        }
        DecisionEffect::RejectedCancel => {
            progress.step_event(EventKind::ApprovalRejected, data);
            progress.changes.gate = Some(ApprovalStatus::Rejected);
            progress.cancel("approval_rejected", None)
        }
        DecisionEffect::RejectedRetry { step, workspace } => {
            let mut metadata = Map::new();
            metadata.insert("rerouted_to".to_owned(), json!(step));
            progress.transition(Move::Reroute, "approval_rejected", metadata)?;
            progress.step_event(EventKind::ApprovalRejected, data);
            progress.write_live(AttemptState::Failed, Some(outputs), None);
            progress.changes.gate = Some(ApprovalStatus::Rejected);
            progress.enqueue(&step, 1, 0, workspace);
            Ok(())
        }
    }
}
