//! What the answer to a decision means.

use crate::api::Failure;
use wire::ProblemCode;

/// Why a decision is not recorded, or not known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No answer of the server came: it may have recorded the decision.
    Unknown,
    /// The gate was decided before, by somebody else or by this person.
    Decided,
    /// The gate shows other evidence now.
    Stale,
    /// The policy asks for a rationale.
    RationaleRequired,
    /// Anything else, in the server's words.
    Other,
}

impl Refusal {
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Unreachable(_) | Failure::Unreadable { .. } => Self::Unknown,
            Failure::Problem(problem) => match problem.code {
                ProblemCode::AlreadyDecided => Self::Decided,
                ProblemCode::StaleEvidence => Self::Stale,
                ProblemCode::RationaleRequired => Self::RationaleRequired,
                _ => Self::Other,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;
    use wire::Problem;

    #[test_case(ProblemCode::AlreadyDecided, Refusal::Decided)]
    #[test_case(ProblemCode::StaleEvidence, Refusal::Stale)]
    #[test_case(ProblemCode::RationaleRequired, Refusal::RationaleRequired)]
    #[test_case(ProblemCode::SelfApprovalForbidden, Refusal::Other)]
    fn a_problem_is_a_refusal(code: ProblemCode, expected: Refusal) {
        let failure = Failure::Problem(Box::new(Problem::new(code, "detail")));
        assert_eq!(Refusal::of(&failure), expected);
    }

    #[test]
    fn without_an_answer_of_the_server_nobody_knows() {
        assert_eq!(Refusal::of(&Failure::Unreachable(String::new())), Refusal::Unknown);
        let proxy = Failure::Unreadable { status: 502, detail: String::new() };
        assert_eq!(Refusal::of(&proxy), Refusal::Unknown);
    }
}
