//! The six statuses and the one function that holds the allowed moves.

use crate::event::names;

names! {
    pub enum Status {
        /// Made, and waiting for a worker.
        Pending = "pending",
        /// A step is worked on, or due.
        Running = "running",
        /// A gate waits for people.
        AwaitingApproval = "awaiting_approval",
        /// Every step succeeded; nothing changes any more.
        Completed = "completed",
        /// A step failed for good; nothing changes any more.
        Failed = "failed",
        /// Somebody or a policy ended it; nothing changes any more.
        Cancelled = "cancelled",
    }
}

impl Status {
    /// A terminal run never changes again; a retry makes a new run.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Cancelled => true,
            Self::Pending | Self::Running | Self::AwaitingApproval => false,
        }
    }

    /// The statuses that some move reaches from here, in declaration order.
    pub fn reachable(self) -> Vec<Self> {
        let mut reached: Vec<Self> =
            Move::ALL.iter().filter_map(|&step| next_status(self, step).ok()).collect();
        reached.sort_unstable();
        reached.dedup();
        reached
    }
}

names! {
    /// Everything that changes a run's status.
    pub enum Move {
        Start = "start",
        OpenGate = "open_gate",
        Approve = "approve",
        Reroute = "reroute",
        Complete = "complete",
        Fail = "fail",
        Cancel = "cancel",
    }
}

impl Move {
    /// The status that the move leads to, where it exists.
    pub const fn target(self) -> Status {
        match self {
            Self::Start | Self::Approve | Self::Reroute => Status::Running,
            Self::OpenGate => Status::AwaitingApproval,
            Self::Complete => Status::Completed,
            Self::Fail => Status::Failed,
            Self::Cancel => Status::Cancelled,
        }
    }
}

/// The move does not exist from this status; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a run that is {from} cannot become {}", .requested.target())]
pub struct InvalidTransition {
    pub from: Status,
    pub requested: Move,
}

impl InvalidTransition {
    /// Where the run can go from its status.
    pub fn allowed(&self) -> Vec<Status> {
        self.from.reachable()
    }
}

/// Returns the status that `requested` leads to from `from`.
///
/// This is the whole lifecycle: the stories' table, one arm per move, every status named.
pub fn next_status(from: Status, requested: Move) -> Result<Status, InvalidTransition> {
    let refused = |from| Err(InvalidTransition { from, requested });
    match requested {
        Move::Start => match from {
            Status::Pending => Ok(Status::Running),
            Status::Running
            | Status::AwaitingApproval
            | Status::Completed
            | Status::Failed
            | Status::Cancelled => refused(from),
        },
        Move::OpenGate => match from {
            Status::Running => Ok(Status::AwaitingApproval),
            Status::Pending
            | Status::AwaitingApproval
            | Status::Completed
            | Status::Failed
            | Status::Cancelled => refused(from),
        },
        Move::Approve | Move::Reroute => match from {
            Status::AwaitingApproval => Ok(Status::Running),
            Status::Pending | Status::Running | Status::Completed | Status::Failed | Status::Cancelled => {
                refused(from)
            }
        },
        Move::Complete => match from {
            Status::Running => Ok(Status::Completed),
            Status::Pending
            | Status::AwaitingApproval
            | Status::Completed
            | Status::Failed
            | Status::Cancelled => refused(from),
        },
        Move::Fail => match from {
            Status::Running => Ok(Status::Failed),
            Status::Pending
            | Status::AwaitingApproval
            | Status::Completed
            | Status::Failed
            | Status::Cancelled => refused(from),
        },
        Move::Cancel => match from {
            Status::Pending | Status::Running | Status::AwaitingApproval => Ok(Status::Cancelled),
            Status::Completed | Status::Failed | Status::Cancelled => refused(from),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_leads_to_its_target_wherever_it_exists() {
        for requested in Move::ALL {
            let reached = Status::ALL.iter().filter_map(|&from| next_status(from, *requested).ok());
            assert!(reached.clone().count() > 0 && reached.clone().all(|to| to == requested.target()));
        }
    }
}
