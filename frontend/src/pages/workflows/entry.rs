//! What is typed into the inputs, control by control.

use crate::form::Draft;
use leptos::prelude::*;

/// What is typed into a field, as signals: a control changes its own and leaves the others alone.
#[derive(Clone)]
pub enum Entry {
    Text(ArcRwSignal<String>),
    Fields(Vec<Entry>),
    Rows(ArcRwSignal<Vec<Row>>),
}

/// An entry of a list. Its id lasts while it moves.
#[derive(Clone)]
pub struct Row {
    pub id: u64,
    pub entry: Entry,
}

impl Entry {
    pub fn new(draft: &Draft) -> Self {
        match draft {
            Draft::Text(text) => Self::Text(ArcRwSignal::new(text.clone())),
            Draft::Fields(fields) => Self::Fields(fields.iter().map(Self::new).collect()),
            Draft::Rows(rows) => {
                let row = |(id, draft)| Row { id, entry: Self::new(draft) };
                Self::Rows(ArcRwSignal::new((0..).zip(rows).map(row).collect()))
            }
        }
    }

    /// What is typed now.
    pub fn draft(&self) -> Draft {
        match self {
            Self::Text(text) => Draft::Text(text.get()),
            Self::Fields(fields) => Draft::Fields(fields.iter().map(Self::draft).collect()),
            Self::Rows(rows) => {
                Draft::Rows(rows.with(|rows| rows.iter().map(|row| row.entry.draft()).collect()))
            }
        }
    }
}
