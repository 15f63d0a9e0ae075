//! Who decides at a gate, in words.

use crate::people::role_name;
use domain::approval::Decision;
use wire::{ActionResponse, ApprovalResponse, PolicyResponse};

/// Who may decide, in one sentence.
pub fn who_may(policy: &PolicyResponse) -> String {
    let who = match &policy.approvers {
        None => "Approvers, maintainers and admins of the project".to_owned(),
        Some(approvers) => {
            let users = approvers.users.iter().map(ToString::to_string);
            let roles = approvers.roles.iter().map(|role| {
                let name = role_name(*role).to_lowercase();
                format!("whoever is {name} of the project or more")
            });
            let text = listed(&users.chain(roles).collect::<Vec<_>>());
            let mut letters = text.chars();
            match (approvers.users.is_empty(), letters.next()) {
                (true, Some(first)) => first.to_uppercase().chain(letters).collect(),
                (_, _) => text,
            }
        }
    };
    let starter =
        if policy.allow_self_approval { "" } else { ", but whoever started the run may not approve it" };
    format!("{who} may decide{starter}.")
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Who has approved the evidence that the gate shows; `None`: nobody yet.
pub fn approved_by(approval: &ApprovalResponse) -> Option<String> {
    let counted = approval.decisions.iter().filter(|vote| {
        vote.decision == Decision::Approved
            && Some(&vote.evidence_digest) == approval.evidence.digest.as_ref()
    });
    let names: Vec<String> = counted.filter_map(|vote| vote.actor.name.clone()).collect();
    (!names.is_empty()).then(|| listed(&names))
}

/// Why the caller may neither approve nor reject, where that is a matter of who they are.
pub fn not_for_you(actions: &[ActionResponse]) -> Option<String> {
    let refusal = |name: &str| {
        let action = actions.iter().find(|action| action.action == name)?;
        matches!(action.code.as_deref(), Some("forbidden" | "not_an_approver")).then_some(action)
    };
    let (approve, _) = refusal("approve").zip(refusal("reject"))?;
    Some(approve.detail.clone().unwrap_or_else(|| "You may not decide here.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use domain::contract::Approvers;
    use domain::{Digest, Role, UserName};
    use serde_json::json;

    fn policy(users: &[&str], roles: &[Role]) -> PolicyResponse {
        let users = users.iter().map(|name| UserName::parse(name).unwrap()).collect();
        PolicyResponse {
            approvers: Some(Approvers { users, roles: roles.to_vec() }),
            ..sample::approval().policy
        }
    }

    #[test]
    fn approvers_are_named() {
        assert_eq!(who_may(&policy(&["alice"], &[])), "alice may decide.");
        assert_eq!(
            who_may(&policy(&["alice", "bob"], &[Role::Maintainer])),
            "alice, bob and whoever is maintainer of the project or more may decide."
        );
        let mut roles = policy(&[], &[Role::Admin]);
        roles.allow_self_approval = false;
        assert_eq!(
            who_may(&roles),
            "Whoever is admin of the project or more may decide, but whoever started the run may not approve it."
        );
    }

    #[test]
    fn who_approved_the_evidence_shown_is_named() {
        let mut approval = sample::approval();
        assert_eq!(approved_by(&approval), None);
        approval.decisions = vec![
            sample::vote(Decision::Approved, sample::digest()),
            sample::vote(Decision::Approved, Digest::of(b"old")),
        ];
        let name = approval.decisions[0].actor.name.clone();
        assert_eq!(approved_by(&approval), name);
    }

    #[test]
    fn a_gate_is_for_others_where_neither_decision_is_allowed_for_who_one_is() {
        let actions = |reject: &str| -> Vec<ActionResponse> {
            serde_json::from_value(json!([
                { "action": "approve", "allowed": false, "code": "not_an_approver", "detail": "Others decide." },
                { "action": "reject", "allowed": false, "code": reject, "detail": "Others decide." },
            ]))
            .unwrap()
        };
        assert_eq!(not_for_you(&actions("not_an_approver")).as_deref(), Some("Others decide."));
        assert_eq!(not_for_you(&actions("approval_context_blocked")), None);
    }
}
