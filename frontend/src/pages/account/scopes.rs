//! What a token is limited to.

use crate::people::permission_in_words;
use domain::{Fault, FaultCode, Permission, ProjectId};
use validator::Validate;
use wire::{CreateTokenRequest, check};

/// Whether something is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limit {
    #[default]
    Nothing,
    Chosen,
}

/// What was typed to make a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenDraft {
    pub name: String,
    /// Days; empty: it never ends.
    pub days: String,
    pub limit: Limit,
    pub scopes: Vec<Permission>,
    pub reach: Limit,
    pub projects: Vec<ProjectId>,
}

impl TokenDraft {
    /// The request, and every fault that can be found here.
    pub fn check(&self) -> (CreateTokenRequest, Vec<Fault>) {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(Fault::new("/name", FaultCode::Required, "Say what the token is for."));
        }
        let days = self.days.trim();
        let expires_in_days = if days.is_empty() { None } else { days.parse().ok() };
        if !days.is_empty() && expires_in_days.is_none() {
            let detail = "A whole number of days, or nothing.";
            faults.push(Fault::new("/expires_in_days", FaultCode::WrongType, detail));
        }
        if self.limit == Limit::Chosen && self.scopes.is_empty() {
            let detail = "Choose at least one thing that it may do.";
            faults.push(Fault::new("/scopes", FaultCode::TooFew, detail));
        }
        if self.reach == Limit::Chosen && self.projects.is_empty() {
            faults.push(Fault::new("/project_ids", FaultCode::TooFew, "Choose at least one project."));
        }
        let request = CreateTokenRequest {
            name: self.name.trim().to_owned(),
            expires_in_days,
            scopes: (self.limit == Limit::Chosen).then(|| self.scopes.clone()),
            project_ids: (self.reach == Limit::Chosen).then(|| self.projects.clone()),
        };
        if let Err(errors) = request.validate() {
            let known = |fault: &Fault| faults.iter().any(|other| other.pointer == fault.pointer);
            let more: Vec<Fault> = check::faults(&errors).into_iter().filter(|fault| !known(fault)).collect();
            faults.extend(more);
        }
        (request, faults)
    }
}

/// What a token with these scopes may do, in a few words.
pub fn summary(scopes: Option<&[Permission]>) -> String {
    match scopes {
        None => "everything that you may".to_owned(),
        Some([one]) => permission_in_words(*one).to_owned(),
        Some([first, rest @ ..]) => format!("{} and {} more", permission_in_words(*first), rest.len()),
        Some([]) => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn pointers(draft: &TokenDraft) -> Vec<String> {
        draft.check().1.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let draft = TokenDraft {
            days: "soon".to_owned(),
            limit: Limit::Chosen,
            reach: Limit::Chosen,
            ..TokenDraft::default()
        };
        assert_eq!(pointers(&draft), ["/name", "/expires_in_days", "/scopes", "/project_ids"]);
    }

    #[test_case("0", &["/expires_in_days"]; "no day at all")]
    #[test_case("3651", &["/expires_in_days"]; "more than ten years")]
    #[test_case(" 30 ", &[])]
    #[test_case("", &[]; "no end")]
    fn days_have_limits(days: &str, expected: &[&str]) {
        let draft = TokenDraft { name: "ci".to_owned(), days: days.to_owned(), ..TokenDraft::default() };
        assert_eq!(pointers(&draft), expected);
    }

    #[test]
    fn what_is_not_limited_is_not_sent() {
        let scopes = vec![Permission::ReadRuns];
        let draft = TokenDraft { name: " ci ".to_owned(), scopes: scopes.clone(), ..TokenDraft::default() };
        let (request, _) = draft.check();
        assert_eq!((request.name.as_str(), request.scopes, request.project_ids), ("ci", None, None));
        let limited = TokenDraft { limit: Limit::Chosen, ..draft };
        assert_eq!(limited.check().0.scopes, Some(scopes));
    }

    #[test_case(None, "everything that you may")]
    #[test_case(Some(&[Permission::StartRuns]), "start and retry runs")]
    #[test_case(Some(&[Permission::StartRuns, Permission::ReadRuns, Permission::CancelRuns]), "start and retry runs and 2 more")]
    fn scopes_are_summed_up(scopes: Option<&[Permission]>, expected: &str) {
        assert_eq!(summary(scopes), expected);
    }
}
