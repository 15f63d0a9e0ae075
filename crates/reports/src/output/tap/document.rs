//! One TAP document.

use std::collections::HashSet;

use super::line::{Content, Directive, Line, Test, Verdict};
use crate::limits::{Excerpt, MAX_NAME_BYTES, clip};
use crate::output::scan::Origin;
use crate::report::{Case, Format, Outcome, Report};

/// The largest plan that is believed; a longer one would make up failures out of a single line.
const MAX_PLAN: u64 = 1_000_000;

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Document<'a> {
    origin: Origin,
    plan: Option<u64>,
    plan_is_last: bool,
    is_inconsistent: bool,
    bailed_out: Option<&'a str>,
    points: u64,
    numbers: HashSet<u64>,
    /// The tests read so far that belong to no test yet, by depth.
    pending: Vec<Vec<Case>>,
    /// The failed test that lines of other kinds explain, and how far its block of details is indented.
    failing: Option<Failing>,
    details: Option<usize>,
    follows_test: bool,
}

#[derive(Debug)]
struct Failing {
    depth: usize,
    index: usize,
    excerpt: Excerpt,
}

impl<'a> Document<'a> {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            plan: None,
            plan_is_last: false,
            is_inconsistent: false,
            bailed_out: None,
            points: 0,
            numbers: HashSet::new(),
            pending: Vec::new(),
            failing: None,
            details: None,
            follows_test: false,
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// Says whether there is a version, or a plan or a bail out together with tests, so that this is TAP.
    pub(super) fn is_plausible(&self) -> bool {
        let has_frame = self.plan.is_some() || self.bailed_out.is_some();
        self.origin == Origin::Announced || (has_frame && self.points > 0)
    }

    /// Reads a line that looks like TAP and says whether it is, and not part of a block of details.
    pub(super) fn line(&mut self, line: &Line<'a>, text: &'a str) -> bool {
        if self.details.is_some() {
            self.other(text);
            return false;
        }
        self.follows_test = matches!(line.content, Content::Test(_));
        match line.content {
            Content::Version => {}
            Content::Plan(plan) if line.depth == 0 => {
                self.is_inconsistent |= self.plan.is_some() || plan > MAX_PLAN;
                self.plan = Some(plan);
                self.plan_is_last = self.points > 0;
                self.explain();
            }
            Content::Plan(_) => {}
            Content::BailOut(reason) => self.bailed_out = Some(reason),
            Content::Test(test) => self.test(line.depth, test),
        }
        true
    }

    /// Reads any other line, which may explain a failure.
    pub(super) fn other(&mut self, text: &str) {
        let indent = text.len() - text.trim_start_matches(' ').len();
        let follows_test = std::mem::replace(&mut self.follows_test, false);
        match (self.details, text.trim()) {
            (None, "---") if follows_test => self.details = Some(indent),
            (Some(opened), "...") if opened == indent => self.details = None,
            (_, line) if !line.starts_with("# Subtest") => {
                if let Some(failing) = &mut self.failing {
                    failing.excerpt.push_line(text);
                }
            }
            _ => {}
        }
    }

    /// Ends the document; `None` if its figures are not known.
    pub(super) fn finish(mut self) -> Option<Report> {
        self.explain();
        let has_orphans = self.pending.iter().skip(1).any(|cases| !cases.is_empty());
        let is_cut_off =
            (self.plan.is_none() || has_orphans || self.details.is_some()) && self.bailed_out.is_none();
        let planned = self.plan.unwrap_or(self.points);
        if self.is_inconsistent || is_cut_off || self.points > planned {
            return None;
        }
        let mut cases: Vec<_> = self.pending.into_iter().flatten().collect();
        if self.numbers.iter().any(|number| *number == 0 || *number > planned) {
            return None;
        }
        let missing = planned - self.points;
        let absent = (1..=planned).filter(|number| !self.numbers.contains(number));
        for number in absent.take(usize::try_from(missing).ok()?) {
            cases.push(Case::new(&format!("{number} (planned, never ran)"), Outcome::Failed));
        }
        if let Some(reason) = self.bailed_out {
            let message = (!reason.is_empty()).then(|| reason.to_owned());
            cases.push(Case::new("Bail out!", Outcome::Failed).because(message));
        }
        Some(Report::from_cases(Format::Tap, cases))
    }

    fn test(&mut self, depth: usize, test: Test<'a>) {
        self.explain();
        if depth == 0 {
            self.points += 1;
            let is_repeated = test.number.is_some_and(|number| !self.numbers.insert(number));
            self.is_inconsistent |= is_repeated || self.plan_is_last;
        }
        if self.pending.len() <= depth {
            self.pending.resize_with(depth + 1, Vec::new);
        }
        let mut subtests: Vec<_> = self.pending.drain(depth + 1..).flatten().collect();
        let outcome = match (test.directive, test.verdict) {
            (Directive::Skip, _) | (Directive::Todo, Verdict::NotOk) => Outcome::Skipped,
            (Directive::None, Verdict::NotOk) => Outcome::Failed,
            (Directive::None | Directive::Todo, Verdict::Ok) => Outcome::Passed,
        };
        let name = match (test.description, test.number) {
            ("", Some(number)) => number.to_string(),
            (description, _) => clip(description, MAX_NAME_BYTES).replace("\\#", "#"),
        };
        for subtest in &mut subtests {
            *subtest = Case::new(&format!("{name} > {}", subtest.name), subtest.outcome)
                .because(subtest.message.take());
            if outcome == Outcome::Skipped && subtest.outcome == Outcome::Failed {
                subtest.outcome = Outcome::Skipped;
            }
        }
        let is_explained = subtests.iter().any(|subtest| subtest.outcome == Outcome::Failed);
        let counts_itself = subtests.is_empty() || (outcome == Outcome::Failed && !is_explained);
        let cases = &mut self.pending[depth];
        cases.append(&mut subtests);
        if counts_itself {
            cases.push(Case::new(&name, outcome));
            if outcome == Outcome::Failed {
                self.failing = Some(Failing { depth, index: cases.len() - 1, excerpt: Excerpt::default() });
            }
        }
    }

    /// Gives the failed test the lines that followed it.
    fn explain(&mut self) {
        let Some(failing) = self.failing.take() else {
            return;
        };
        if let Some(case) = self.pending.get_mut(failing.depth).and_then(|cases| cases.get_mut(failing.index))
        {
            case.message = failing.excerpt.finish();
        }
    }
}
