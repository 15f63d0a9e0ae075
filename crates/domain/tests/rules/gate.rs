use domain::approval::{ApprovalStatus, Decision, DecisionEffect, DecisionRefused, Gate, Vote, Voter};
use domain::contract::{ApprovalStep, Approvers, OnExhausted, OnReject, RationaleRule, RejectWorkspace};
use domain::{Actor, Digest, Role, Timestamp, UserId, UserName};
use test_case::test_case;

use crate::support::key;

fn user(number: u32) -> UserId {
    UserId::parse(&format!("0199f0c2-7d1e-7a40-8c11-{number:012x}")).unwrap()
}

/// A user who may decide wherever no approvers are named.
fn voter(number: u32) -> Voter {
    Voter { id: user(number), name: format!("user-{number}"), role: Some(Role::Approver) }
}

fn shown() -> Digest {
    Digest::of(b"the evidence")
}

fn vote(decision: Decision, by: u32, named: &Digest) -> Vote {
    Vote {
        decision,
        actor: Actor::user(user(by), format!("user {by}"), None),
        at: Timestamp::from_micros(1),
        rationale: None,
        evidence_digest: named.clone(),
    }
}

/// A pending gate that user 1 started the run of.
fn gate() -> Gate {
    Gate {
        status: ApprovalStatus::Pending,
        policy: ApprovalStep {
            required_approvals: 1,
            allow_self_approval: true,
            approvers: None,
            rationale_on_reject: RationaleRule::Optional,
            expires_in_ms: None,
            on_reject: OnReject::Cancel {},
            evidence_from: None,
        },
        evidence_digest: Some(shown()),
        votes: Vec::new(),
        round: 1,
        starters: vec![user(1)],
        expires_at: None,
    }
}

fn with(change: impl FnOnce(&mut Gate)) -> Gate {
    let mut gate = gate();
    change(&mut gate);
    gate
}

fn approve(gate: &Gate, by: u32) -> Result<DecisionEffect, DecisionRefused> {
    gate.decide(Decision::Approved, &voter(by), &shown(), None)
}

fn reject(gate: &Gate, rationale: Option<&str>) -> Result<DecisionEffect, DecisionRefused> {
    gate.decide(Decision::Rejected, &voter(2), &shown(), rationale)
}

#[test_case(true, 1, Ok(DecisionEffect::Approved); "allowed to the starter")]
#[test_case(false, 1, Err(DecisionRefused::SelfApprovalForbidden); "forbidden to the starter")]
#[test_case(false, 2, Ok(DecisionEffect::Approved); "another person may")]
fn self_approval(allowed: bool, by: u32, expected: Result<DecisionEffect, DecisionRefused>) {
    assert_eq!(approve(&with(|gate| gate.policy.allow_self_approval = allowed), by), expected);
}

#[test]
fn whoever_started_the_run_may_always_reject_it() {
    let gate = with(|gate| gate.policy.allow_self_approval = false);
    let effect = gate.decide(Decision::Rejected, &voter(1), &shown(), None);
    assert_eq!(effect, Ok(DecisionEffect::RejectedCancel));
}

#[test]
fn a_decision_names_the_evidence_that_is_shown() {
    let stale = gate().decide(Decision::Approved, &voter(2), &Digest::of(b"older"), None);
    assert_eq!(stale, Err(DecisionRefused::StaleEvidence { current: shown() }));
}

#[test]
fn a_vote_on_older_evidence_neither_counts_nor_can_be_repeated() {
    let older = Digest::of(b"older");
    let gate = with(|gate| {
        gate.policy.required_approvals = 2;
        gate.votes = vec![vote(Decision::Approved, 2, &older)];
    });
    assert_eq!(approve(&gate, 3), Ok(DecisionEffect::Voted { approvals: 1, required: 2 }));
    assert_eq!(approve(&gate, 2), Ok(DecisionEffect::Voted { approvals: 1, required: 2 }), "a new vote");
    let again = gate.decide(Decision::Approved, &voter(2), &older, None);
    assert_eq!(again, Err(DecisionRefused::StaleEvidence { current: shown() }));
}

#[test_case(&[], Ok(DecisionEffect::Voted { approvals: 1, required: 3 }))]
#[test_case(&[2], Ok(DecisionEffect::Voted { approvals: 2, required: 3 }))]
#[test_case(&[2, 3], Ok(DecisionEffect::Approved))]
fn votes_are_counted(earlier: &[u32], expected: Result<DecisionEffect, DecisionRefused>) {
    let gate = with(|gate| {
        gate.policy.required_approvals = 3;
        gate.votes = earlier.iter().map(|&by| vote(Decision::Approved, by, &shown())).collect();
    });
    assert_eq!(approve(&gate, 9), expected);
}

#[test]
fn one_person_votes_once() {
    let gate = with(|gate| {
        gate.policy.required_approvals = 2;
        gate.votes = vec![vote(Decision::Approved, 2, &shown())];
    });
    assert_eq!(approve(&gate, 2), Ok(DecisionEffect::Repeated));
    let changed = reject(&gate, None);
    assert_eq!(changed, Err(DecisionRefused::VoteAlreadyCast { decision: Decision::Approved }));
}

#[test_case(None, Err(DecisionRefused::RationaleRequired))]
#[test_case(Some("  "), Err(DecisionRefused::RationaleRequired); "blank")]
#[test_case(Some("too big"), Ok(DecisionEffect::RejectedCancel))]
fn a_required_rationale(rationale: Option<&str>, expected: Result<DecisionEffect, DecisionRefused>) {
    let gate = with(|gate| gate.policy.rationale_on_reject = RationaleRule::Required);
    assert_eq!(reject(&gate, rationale), expected);
    assert_eq!(approve(&gate, 2), Ok(DecisionEffect::Approved), "an approval needs none");
}

#[test_case(1, OnExhausted::Cancel, Ok(()); "the first round")]
#[test_case(2, OnExhausted::Refuse, Ok(()); "the last round")]
#[test_case(3, OnExhausted::Cancel, Err(Ok(DecisionEffect::RejectedCancel)); "used up, cancelling")]
#[test_case(3, OnExhausted::Refuse, Err(Err(DecisionRefused::RoundsExhausted { max_rounds: 2 })); "used up, refusing")]
fn rounds_of_rework(
    round: u32,
    on_exhausted: OnExhausted,
    expected: Result<(), Result<DecisionEffect, DecisionRefused>>,
) {
    let gate = with(|gate| {
        gate.round = round;
        gate.policy.on_reject = OnReject::RetryStep {
            step: key("work"),
            max_rounds: 2,
            workspace: RejectWorkspace::Restore,
            on_exhausted,
        };
    });
    let reroute = DecisionEffect::RejectedRetry { step: key("work"), workspace: RejectWorkspace::Restore };
    assert_eq!(reject(&gate, None), expected.err().unwrap_or(Ok(reroute)));
}

#[test_case(ApprovalStatus::Blocked, DecisionRefused::ContextBlocked)]
#[test_case(ApprovalStatus::Approved, DecisionRefused::AlreadyDecided { status: ApprovalStatus::Approved })]
#[test_case(ApprovalStatus::Rejected, DecisionRefused::AlreadyDecided { status: ApprovalStatus::Rejected })]
#[test_case(ApprovalStatus::Expired, DecisionRefused::AlreadyDecided { status: ApprovalStatus::Expired })]
#[test_case(ApprovalStatus::Cancelled, DecisionRefused::AlreadyDecided { status: ApprovalStatus::Cancelled })]
fn a_gate_that_is_not_pending_takes_no_decision(status: ApprovalStatus, expected: DecisionRefused) {
    let gate = with(|gate| gate.status = status);
    assert_eq!(approve(&gate, 2), Err(expected.clone()));
    assert_eq!(reject(&gate, None), Err(expected));
}

#[test]
fn a_gate_without_evidence_takes_no_decision() {
    assert_eq!(approve(&with(|gate| gate.evidence_digest = None), 2), Err(DecisionRefused::ContextBlocked));
}

#[test_case(ApprovalStatus::Approved, Decision::Approved, Decision::Approved, true)]
#[test_case(ApprovalStatus::Rejected, Decision::Rejected, Decision::Rejected, true)]
#[test_case(ApprovalStatus::Approved, Decision::Approved, Decision::Rejected, false; "the other decision")]
#[test_case(ApprovalStatus::Rejected, Decision::Approved, Decision::Approved, false; "another's rejection won")]
#[test_case(ApprovalStatus::Cancelled, Decision::Approved, Decision::Approved, false; "the run was cancelled")]
fn repeating_the_winning_decision_gets_the_stored_result(
    status: ApprovalStatus,
    own: Decision,
    asked: Decision,
    repeated: bool,
) {
    let gate = with(|gate| {
        gate.status = status;
        gate.votes = vec![vote(own, 2, &shown())];
    });
    let expected =
        if repeated { Ok(DecisionEffect::Repeated) } else { Err(DecisionRefused::AlreadyDecided { status }) };
    assert_eq!(gate.decide(asked, &voter(2), &shown(), None), expected);
}

#[test_case(None, 9, false; "no limit")]
#[test_case(Some(5), 4, false; "before")]
#[test_case(Some(5), 5, true; "at the instant")]
fn expiry(expires_at: Option<i64>, now: i64, expired: bool) {
    let gate = with(|gate| gate.expires_at = expires_at.map(Timestamp::from_micros));
    assert_eq!(gate.is_expired(Timestamp::from_micros(now)), expired);
}

#[test_case(None, None, false; "without a role nobody decides")]
#[test_case(None, Some(Role::Operator), false; "an operator decides nothing")]
#[test_case(None, Some(Role::Approver), true; "an approver decides where nobody is named")]
#[test_case(Some((&["user-2"], &[])), Some(Role::Approver), true; "the named user decides")]
#[test_case(Some((&["user-2"], &[])), Some(Role::Viewer), false; "a name without the role is not enough")]
#[test_case(Some((&["user-3"], &[])), Some(Role::Admin), false; "an admin who is not named does not decide")]
#[test_case(Some((&[], &[Role::Maintainer])), Some(Role::Approver), false; "a role below the named one")]
#[test_case(Some((&[], &[Role::Maintainer])), Some(Role::Maintainer), true; "the named role")]
#[test_case(Some((&[], &[Role::Maintainer])), Some(Role::Admin), true; "a role above the named one")]
#[test_case(Some((&["user-3"], &[Role::Admin, Role::Maintainer])), Some(Role::Maintainer), true; "any entry is enough")]
fn only_those_whom_the_policy_names_decide(
    named: Option<(&[&str], &[Role])>,
    role: Option<Role>,
    allowed: bool,
) {
    let approvers = named.map(|(users, roles)| Approvers {
        users: users.iter().map(|name| UserName::parse(name).unwrap()).collect(),
        roles: roles.to_vec(),
    });
    let gate = with(|gate| gate.policy.approvers = approvers);
    for decision in [Decision::Approved, Decision::Rejected] {
        let decided = gate.decide(decision, &Voter { role, ..voter(2) }, &shown(), None);
        assert_eq!(decided.is_ok(), allowed, "{decision}: {decided:?}");
        assert!(allowed || decided == Err(DecisionRefused::NotAnApprover), "{decided:?}");
    }
}
