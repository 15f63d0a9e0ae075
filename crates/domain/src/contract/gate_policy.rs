//! What stands under `with:` of a gate.

use super::fields::{Field, Fields};
use super::{ApprovalStep, Approvers, OnExhausted, OnReject, RationaleRule, RejectWorkspace, StepKey};
use crate::{FaultCode, Permission, Role, UserName};

const YEAR_MS: u64 = 365 * 86_400_000;
const MOST_APPROVERS: usize = 100;

pub(super) fn read_approval(fields: &mut Fields<'_>) -> ApprovalStep {
    let required = fields.take("required_approvals").and_then(|field| field.whole(1..=20));
    ApprovalStep {
        required_approvals: required.and_then(|number| u32::try_from(number).ok()).unwrap_or(1),
        allow_self_approval: fields
            .take("allow_self_approval")
            .and_then(|field| field.flag())
            .unwrap_or(true),
        approvers: fields.take("approvers").map(|field| read_approvers(&field)),
        rationale_on_reject: fields
            .take("rationale_on_reject")
            .and_then(|field| {
                field.word(&[("optional", RationaleRule::Optional), ("required", RationaleRule::Required)])
            })
            .unwrap_or(RationaleRule::Optional),
        expires_in_ms: fields.take("expires_in").and_then(|field| field.duration(1..=YEAR_MS)),
        on_reject: fields
            .take("on_reject")
            .and_then(|field| read_on_reject(&field))
            .unwrap_or(OnReject::Cancel {}),
        evidence_from: fields.take("evidence_from").and_then(|field| field.parsed(StepKey::parse)),
    }
}

#[derive(Clone, Copy)]
enum Action {
    Cancel,
    RetryStep,
}

fn read_approvers(field: &Field<'_>) -> Approvers {
    let mut fields = field.fields();
    let users = fields.take("users").map(|field| field.items(0..=MOST_APPROVERS)).unwrap_or_default();
    let roles = fields.take("roles").map(|field| field.items(0..=Role::ALL.len())).unwrap_or_default();
    fields.finish();
    if field.value.is_object() && users.is_empty() && roles.is_empty() {
        field.fault(FaultCode::TooFew, "Expected at least one entry in users or roles.");
    }
    // A role that may not decide at all would name nobody.
    let deciding: Vec<(&str, Role)> = Role::ALL
        .iter()
        .filter(|role| role.allows(Permission::DecideApprovals))
        .map(|role| (role.as_str(), *role))
        .collect();
    Approvers {
        users: users.iter().filter_map(|field| field.parsed(UserName::parse)).collect(),
        roles: roles.iter().filter_map(|field| field.word(&deciding)).collect(),
    }
}

fn read_on_reject(field: &Field<'_>) -> Option<OnReject> {
    let mut fields = field.fields();
    let action = fields
        .require("action")
        .and_then(|field| field.word(&[("cancel", Action::Cancel), ("retry_step", Action::RetryStep)]))?;
    let on_reject = match action {
        Action::Cancel => Some(OnReject::Cancel {}),
        Action::RetryStep => {
            let step = fields.require("step").and_then(|field| field.parsed(StepKey::parse));
            let max_rounds = fields.take("max_rounds").map_or(Some(3), |field| field.whole(1..=100));
            let workspace = fields.take("workspace").and_then(|field| {
                field.word(&[("keep", RejectWorkspace::Keep), ("restore", RejectWorkspace::Restore)])
            });
            let on_exhausted = fields.take("on_exhausted").and_then(|field| {
                field.word(&[("cancel", OnExhausted::Cancel), ("refuse", OnExhausted::Refuse)])
            });
            step.zip(max_rounds).map(|(step, max_rounds)| OnReject::RetryStep {
                step,
                max_rounds: u32::try_from(max_rounds).unwrap_or(u32::MAX),
                workspace: workspace.unwrap_or(RejectWorkspace::Keep),
                on_exhausted: on_exhausted.unwrap_or(OnExhausted::Cancel),
            })
        }
    };
    fields.finish();
    on_reject
}
