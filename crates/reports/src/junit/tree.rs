//! The part of a JUnit document that matters, built up element by element.

use crate::limits::Excerpt;
use crate::output::without_escapes;
use crate::report::{Case, Outcome};

/// An element that was opened.
#[derive(Debug)]
pub(super) enum Element {
    Suites,
    Suite { name: String, claims_failure: bool },
    Case { name: String, class: String, was_left_out: bool },
    Failure { message: String },
    Skip { is_todo: bool },
    Other,
}

/// An element that is open, with what has been read of it.
#[derive(Debug)]
enum Frame {
    Suites,
    Suite { name: String, claims_failure: bool, failures_before: usize },
    Case(Draft),
    Failure { message: String, text: Excerpt },
    Other,
}

#[derive(Debug)]
struct Draft {
    name: String,
    outcome: Outcome,
    is_todo: bool,
    message: Option<String>,
}

/// The cases read so far, and the elements that are open.
#[derive(Debug, Default)]
pub(super) struct Tree {
    open: Vec<Frame>,
    has_root: bool,
    cases: Vec<Case>,
    failures: usize,
}

impl Tree {
    pub(super) fn has_root(&self) -> bool {
        self.has_root
    }

    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn into_cases(self) -> Vec<Case> {
        self.cases
    }

    pub(super) fn open(&mut self, element: Element) {
        let failures_before = self.failures;
        let frame = match (self.open.last_mut(), element) {
            (Some(Frame::Case(draft)), Element::Failure { message }) => {
                if !draft.is_todo {
                    draft.outcome = Outcome::Failed;
                }
                Frame::Failure { message, text: Excerpt::default() }
            }
            (Some(Frame::Case(draft)), Element::Skip { is_todo }) => {
                if is_todo || draft.outcome != Outcome::Failed {
                    draft.outcome = Outcome::Skipped;
                }
                draft.is_todo |= is_todo;
                Frame::Other
            }
            (Some(Frame::Suites | Frame::Suite { .. }), Element::Failure { message }) => {
                Frame::Failure { message, text: Excerpt::default() }
            }
            (None | Some(Frame::Suites | Frame::Suite { .. }), Element::Suites) => Frame::Suites,
            (None | Some(Frame::Suites | Frame::Suite { .. }), Element::Suite { name, claims_failure }) => {
                Frame::Suite { name, claims_failure, failures_before }
            }
            (Some(Frame::Suites | Frame::Suite { .. }), Element::Case { name, class, was_left_out }) => {
                let outcome = if was_left_out { Outcome::Skipped } else { Outcome::Passed };
                Frame::Case(Draft { name: full_name(&class, &name), outcome, is_todo: false, message: None })
            }
            _ => Frame::Other,
        };
        self.open.push(frame);
        self.has_root = true;
    }

    pub(super) fn text(&mut self, added: &str) {
        if let Some(Frame::Failure { text, .. }) = self.open.last_mut() {
            text.push(added);
        }
    }

    pub(super) fn close(&mut self) {
        match self.open.pop() {
            Some(Frame::Case(draft)) => {
                self.add(Case::new(&draft.name, draft.outcome).because(draft.message));
            }
            Some(Frame::Failure { message, text }) => self.close_failure(&message, &text),
            Some(Frame::Suite { name, claims_failure, failures_before }) => {
                if claims_failure && self.failures == failures_before {
                    self.add_suite_failure(
                        &name,
                        Some("the suite counts a failure that no test shows".to_owned()),
                    );
                }
            }
            Some(Frame::Suites | Frame::Other) | None => {}
        }
    }

    fn close_failure(&mut self, message: &str, text: &Excerpt) {
        let mut excerpt = Excerpt::default();
        let text = text.finish().unwrap_or_default();
        if !text.starts_with(message.trim()) {
            excerpt.push_line(message.trim());
        }
        excerpt.push_line(&text);
        let message = excerpt.finish().map(|text| without_escapes(&text));
        match self.open.last_mut() {
            Some(Frame::Case(draft)) if draft.message.is_none() => draft.message = message,
            Some(Frame::Suite { name, .. }) => {
                let name = name.clone();
                self.add_suite_failure(&name, message);
            }
            Some(Frame::Suites) => self.add_suite_failure("", message),
            Some(Frame::Case(_) | Frame::Failure { .. } | Frame::Other) | None => {}
        }
    }

    fn add_suite_failure(&mut self, suite: &str, message: Option<String>) {
        let name = if suite.trim().is_empty() { "(suite)" } else { suite.trim() };
        self.add(Case::new(name, Outcome::Failed).because(message));
    }

    fn add(&mut self, case: Case) {
        if case.outcome == Outcome::Failed {
            self.failures += 1;
        }
        self.cases.push(case);
    }
}

fn full_name(class: &str, name: &str) -> String {
    match (class.trim(), name.trim()) {
        ("", "") => "(unnamed)".to_owned(),
        ("", name) => name.to_owned(),
        (class, "") => class.to_owned(),
        (class, name) if begins_with(name, class) => name.to_owned(),
        (class, name) => format!("{class}::{name}"),
    }
}

/// Says whether `name` begins with the whole word or words of `class`.
fn begins_with(name: &str, class: &str) -> bool {
    let rest = name.strip_prefix(class);
    rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}
