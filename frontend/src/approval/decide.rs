//! Sending a decision, once, and finding out what became of it.

use super::needs::own_vote;
use super::outcome::Refusal;
use crate::api::{ApiClient, Failure, IdempotencyKey, RunPath};
use crate::state::{Announcer, Query};
use domain::approval::Decision;
use domain::{ApprovalId, Digest, UserId};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wire::{ApprovalResponse, DecisionRequest};

/// How often the gate is read while nobody knows whether the decision was recorded, in milliseconds.
const POLL_MS: u32 = 3_000;

/// How far a decision is.
#[derive(Debug, Clone, PartialEq)]
pub enum Submission {
    Idle,
    Sending(Decision),
    /// No answer came. `looked` says whether the server was since asked, and had it not on record.
    Unknown {
        decision: Decision,
        looked: bool,
    },
    Refused(Failure),
}

/// One intention of a person: the same content is sent with the same key, however often.
#[derive(Debug, Clone, PartialEq)]
struct Intention {
    decision: Decision,
    digest: Digest,
    rationale: Option<String>,
    key: IdempotencyKey,
}

/// The decision of one gate.
#[derive(Clone, Copy)]
pub struct Deciding {
    api: ApiClient,
    announcer: Announcer,
    path: RunPath,
    id: ApprovalId,
    pub approval: Query<ApprovalResponse>,
    pub submission: RwSignal<Submission>,
    intention: StoredValue<Option<Intention>>,
    on_recorded: Callback<()>,
}

impl Deciding {
    pub fn new(
        (path, id): (RunPath, ApprovalId),
        approval: Query<ApprovalResponse>,
        on_recorded: Callback<()>,
    ) -> Self {
        Self {
            api: expect_context(),
            announcer: expect_context(),
            path,
            id,
            approval,
            submission: RwSignal::new(Submission::Idle),
            intention: StoredValue::new(None),
            on_recorded,
        }
    }

    /// Who is signed in.
    pub fn user(self) -> Option<UserId> {
        self.api.session().map(|session| session.user_id)
    }

    /// Sends the decision on this evidence.
    pub fn send(self, decision: Decision, digest: Digest, rationale: &str) {
        let rationale = Some(rationale.trim().to_owned()).filter(|text| !text.is_empty());
        let same = self.intention.with_value(|old| {
            old.clone()
                .filter(|old| old.decision == decision && old.digest == digest && old.rationale == rationale)
        });
        let intention =
            same.unwrap_or_else(|| Intention { decision, digest, rationale, key: IdempotencyKey::new() });
        self.intention.set_value(Some(intention.clone()));
        self.transmit(intention);
    }

    /// Sends the last decision again, as it was: recorded before, it is answered and not counted twice.
    pub fn send_again(self) {
        if let Some(intention) = self.intention.get_value() {
            self.transmit(intention);
        }
    }

    fn transmit(self, intention: Intention) {
        if matches!(self.submission.get_untracked(), Submission::Sending(_)) {
            return;
        }
        self.submission.set(Submission::Sending(intention.decision));
        spawn_local(async move {
            let Intention { decision, digest, rationale, key } = &intention;
            let body = DecisionRequest { rationale: rationale.clone() };
            let answer = match decision {
                Decision::Approved => self.api.approve_run(self.path, self.id, digest, key, &body).await,
                Decision::Rejected => self.api.reject_run(self.path, self.id, digest, key, &body).await,
            };
            match answer {
                Ok(approval) => self.recorded(approval),
                Err(failure) => self.refused(&intention, failure).await,
            }
        });
    }

    fn recorded(self, approval: ApprovalResponse) {
        if self.submission.try_set(Submission::Idle).is_some() {
            // The page is gone.
            return;
        }
        self.intention.set_value(None);
        self.announcer.assertive.set(String::new());
        self.approval.put(approval);
        self.on_recorded.run(());
    }

    async fn refused(self, intention: &Intention, failure: Failure) {
        self.announcer.assertive.set(failure.title());
        match Refusal::of(&failure) {
            Refusal::Unknown => self.find_out(intention).await,
            Refusal::Decided | Refusal::Stale => {
                self.submission.try_set(Submission::Refused(failure));
                self.approval.refetch();
            }
            Refusal::RationaleRequired | Refusal::Other => {
                self.submission.try_set(Submission::Refused(failure));
            }
        }
    }

    /// Reads the gate until it tells whether the decision was recorded, or the person sends it again.
    async fn find_out(self, intention: &Intention) {
        let decision = intention.decision;
        let mut expected = Submission::Unknown { decision, looked: false };
        self.submission.try_set(expected.clone());
        let user = self.user_now();
        loop {
            TimeoutFuture::new(POLL_MS).await;
            if self.submission.try_get_untracked().as_ref() != Some(&expected) {
                return;
            }
            let Ok(approval) = self.api.get_approval(self.path, self.id).await else { continue };
            if self.submission.try_get_untracked().as_ref() != Some(&expected) {
                return;
            }
            let own = own_vote(&approval, user, Some(&intention.digest)).map(|vote| vote.decision);
            if own == Some(decision) {
                return self.recorded(approval);
            }
            let ended = approval.outcome.is_some();
            self.approval.put(approval);
            expected = if ended { Submission::Idle } else { Submission::Unknown { decision, looked: true } };
            self.submission.set(expected.clone());
            if ended {
                return;
            }
        }
    }

    fn user_now(self) -> Option<UserId> {
        untrack(|| self.user())
    }
}
