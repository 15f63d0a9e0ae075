//! A form on its way to the server: checked, sent once, and marked with what was refused.

use crate::api::{Failure, IdempotencyKey};
use crate::form::standing;
use domain::{Fault, FaultCode};
use leptos::{ev, prelude::*};
use serde_json::Value;
use std::time::Duration;
use wire::ProblemCode;

/// A form on its way to the server.
#[derive(Clone, Copy)]
pub struct Submission {
    /// What is marked at the controls.
    pub faults: RwSignal<Vec<Fault>>,
    /// Counts the times that faults stopped it: the summary then takes the focus.
    pub stopped: RwSignal<u32>,
    /// Why it was refused, where that is not about single fields.
    pub failure: RwSignal<Option<Failure>>,
    pub working: RwSignal<bool>,
    /// Faults that the server found, and in what.
    refused: StoredValue<Option<(Vec<Fault>, Value)>>,
    /// What was sent without an answer: the same again is the same intention.
    unanswered: StoredValue<Option<(String, Value, IdempotencyKey)>>,
}

impl Submission {
    pub fn new() -> Self {
        Self {
            faults: RwSignal::new(Vec::new()),
            stopped: RwSignal::new(0),
            failure: RwSignal::new(None),
            working: RwSignal::new(false),
            refused: StoredValue::new(None),
            unanswered: StoredValue::new(None),
        }
    }

    /// Marks what is wrong now whenever a control is left, once something was wrong before. Returns what the form
    /// does on `focusout` and on `pointerdown`.
    ///
    /// A press leaves one control for another: marks that came or went before its end would move what is pressed away
    /// from under the pointer. They wait for the end.
    pub fn reviewing(
        self,
        check: impl Fn() -> (Value, Vec<Fault>) + Copy + 'static,
    ) -> (impl Fn(ev::FocusEvent) + Copy, impl Fn(ev::PointerEvent) + Copy) {
        let pressed = StoredValue::new(false);
        let left = StoredValue::new(false);
        let review = move || {
            if self.stopped.try_get_untracked().is_some_and(|stopped| stopped > 0) {
                let (body, faults) = check();
                self.review(&body, faults);
            }
        };
        let released = move || {
            pressed.try_set_value(false);
            if left.try_update_value(std::mem::take).is_some_and(|left| left) {
                // The click comes right behind the release.
                set_timeout(review, Duration::from_millis(50));
            }
        };
        let up = window_event_listener(ev::pointerup, move |_| released());
        let cancelled = window_event_listener(ev::pointercancel, move |_| released());
        on_cleanup(move || {
            up.remove();
            cancelled.remove();
        });
        let leave = move |_: ev::FocusEvent| match pressed.try_get_value() {
            Some(true) => left.set_value(true),
            Some(false) => review(),
            // The form goes, and takes the focus with it.
            None => {}
        };
        (leave, move |_: ev::PointerEvent| {
            pressed.try_set_value(true);
        })
    }

    fn review(self, body: &Value, mut found: Vec<Fault>) {
        if let Some((refused, sent)) = self.refused.get_value() {
            let known = |fault: &Fault| found.iter().any(|other| other.pointer == fault.pointer);
            let more: Vec<Fault> =
                standing(&refused, &sent, body).into_iter().filter(|fault| !known(fault)).collect();
            found.extend(more);
        }
        if self.faults.with_untracked(|faults| *faults != found) {
            self.faults.set(found);
        }
    }

    /// The key to send it with to `path`; `None` when it is being sent already or has faults, which are marked.
    pub fn begin(self, path: &str, body: &Value, found: Vec<Fault>) -> Option<IdempotencyKey> {
        if self.working.get_untracked() {
            return None;
        }
        self.failure.set(None);
        self.refused.set_value(None);
        if !found.is_empty() {
            self.stop(found);
            return None;
        }
        self.faults.set(Vec::new());
        let key = match self.unanswered.get_value() {
            Some((before, sent, key)) if before == path && sent == *body => key,
            _ => IdempotencyKey::new(),
        };
        self.unanswered.set_value(Some((path.to_owned(), body.clone(), key.clone())));
        self.working.set(true);
        Some(key)
    }

    /// What the server made of it; `None` when it was refused, which is shown, or the page is gone.
    pub fn end<T>(self, body: &Value, result: Result<T, Failure>) -> Option<T> {
        if self.working.try_set(false).is_some() {
            return None;
        }
        let failure = match result {
            Ok(made) => return Some(made),
            Err(failure) => failure,
        };
        match failure.problem() {
            // The server may have failed after doing it.
            Some(problem) if problem.status < 500 => {
                self.unanswered.set_value(None);
                if problem.code == ProblemCode::NameTaken {
                    let taken = vec![Fault::new(
                        "/name",
                        FaultCode::NotUnique,
                        "This name is taken. Choose another.",
                    )];
                    self.refused.set_value(Some((taken.clone(), body.clone())));
                    self.stop(taken);
                } else if problem.errors.is_empty() {
                    self.failure.set(Some(failure));
                } else {
                    self.refused.set_value(Some((problem.errors.clone(), body.clone())));
                    self.stop(problem.errors.clone());
                }
            }
            Some(_) | None => self.failure.set(Some(failure)),
        }
        None
    }

    fn stop(self, faults: Vec<Fault>) {
        self.faults.set(faults);
        self.stopped.update(|stopped| *stopped += 1);
    }
}
