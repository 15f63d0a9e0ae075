//! The gates that wait for somebody.

use super::Query;
use leptos::prelude::*;
use wire::ApprovalList;

/// The open gates of all projects, for the number in the navigation.
#[derive(Clone, Copy)]
pub struct Inbox {
    pub open: Query<ApprovalList>,
}

impl Inbox {
    pub fn count(self) -> usize {
        self.open.data.with(|list| list.as_ref().map_or(0, |list| list.items.len()))
    }
}
