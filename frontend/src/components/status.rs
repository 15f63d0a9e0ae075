//! Status as shape, word and colour: each alone tells it.

use domain::approval::ApprovalStatus;
use domain::run::{AttemptState, Status};
use leptos::prelude::*;

/// What a status looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusKind {
    Pending,
    Running,
    Awaiting,
    Blocked,
    Completed,
    Approved,
    Failed,
    Rejected,
    Cancelled,
    Expired,
    Lost,
}

impl From<Status> for StatusKind {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Running => Self::Running,
            Status::AwaitingApproval => Self::Awaiting,
            Status::Completed => Self::Completed,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl From<AttemptState> for StatusKind {
    fn from(state: AttemptState) -> Self {
        match state {
            AttemptState::Ready => Self::Pending,
            AttemptState::Leased => Self::Running,
            AttemptState::Waiting => Self::Awaiting,
            AttemptState::Succeeded => Self::Completed,
            AttemptState::Failed => Self::Failed,
            AttemptState::Cancelled => Self::Cancelled,
            AttemptState::Lost => Self::Lost,
        }
    }
}

impl From<ApprovalStatus> for StatusKind {
    fn from(status: ApprovalStatus) -> Self {
        match status {
            ApprovalStatus::Pending => Self::Awaiting,
            ApprovalStatus::Blocked => Self::Blocked,
            ApprovalStatus::Approved => Self::Approved,
            ApprovalStatus::Rejected => Self::Rejected,
            ApprovalStatus::Expired => Self::Expired,
            ApprovalStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl StatusKind {
    /// The value of `data-s`, which the style sheet colours.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Awaiting => "awaiting",
            Self::Blocked => "blocked",
            Self::Completed => "completed",
            Self::Approved => "approved",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Lost => "lost",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Awaiting => "awaiting approval",
            Self::Blocked => "blocked",
            Self::Completed => "completed",
            Self::Approved => "approved",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Lost => "worker lost",
        }
    }

    /// The outline of the shape in a square of 16, and the mark inside it.
    const fn paths(self) -> (&'static str, &'static str) {
        const CIRCLE: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13z";
        const DIAMOND: &str = "M8 1 15 8 8 15 1 8z";
        const OCTAGON: &str = "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z";
        match self {
            Self::Pending => (CIRCLE, ""),
            Self::Running => ("M8 1.5a6.5 6.5 0 1 1-6.5 6.5", "M8 5v3l2 1.5"),
            // A raised hand, drawn as three fingers over a palm.
            Self::Awaiting => (DIAMOND, "M6 9V6.5M8 8.500V5.500M10 9V6.500M6 9c0 1.500 1 2 2 2s2-.5 2-2"),
            Self::Blocked => (DIAMOND, "M8 5v4M8 10.800v.2"),
            Self::Completed | Self::Approved => (CIRCLE, "M5 8.200 7.200 10.400 11 6"),
            Self::Failed => (OCTAGON, "M5.800 5.800 10.200 10.200M10.200 5.800 5.800 10.200"),
            Self::Rejected => (OCTAGON, "M5 8h6"),
            Self::Cancelled => (CIRCLE, "M4 12 12 4"),
            Self::Expired => (CIRCLE, "M8 4.500V8L10.500 9.500"),
            Self::Lost => (OCTAGON, "M8 5v3.500M8 10.500v.2"),
        }
    }
}

/// A status as shape and word.
#[component]
pub fn StatusBadge(#[prop(into)] kind: Signal<StatusKind>) -> impl IntoView {
    view! {
        <span class="status" data-s=move || kind.get().key()>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path class="outline" d=move || kind.get().paths().0 />
                <path class="mark" d=move || kind.get().paths().1 />
            </svg>
            <span>{move || kind.get().word()}</span>
        </span>
    }
}
