//! The rows of a list of runs while runs come and change.

use domain::RunId;
use wire::{RunList, RunResponse};

/// What becomes of runs that are newer than the first row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    /// They are shown at once.
    Show,
    /// They wait until somebody asks for them: rows that are being read do not move.
    Hold,
}

/// The runs of one project that are shown, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    pub rows: Vec<RunResponse>,
    /// Newer runs that wait to be shown.
    pub held: Vec<RunResponse>,
    /// Where older runs begin; `None` at the end.
    pub next_cursor: Option<String>,
}

impl Listing {
    pub fn new(page: RunList) -> Self {
        Self { rows: page.items, held: Vec::new(), next_cursor: page.next_cursor }
    }

    pub fn row(&self, id: RunId) -> Option<&RunResponse> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// Adds the page of older runs.
    pub fn append(&mut self, page: RunList) {
        for run in page.items {
            if self.row(run.id).is_none() {
                self.rows.push(run);
            }
        }
        self.next_cursor = page.next_cursor;
    }

    /// Takes in the first page as it is now. Rows older than the page stay as they are.
    pub fn refresh(&mut self, page: RunList, newcomers: Newcomers) {
        let newest_row = self.rows.first().map(|row| row.number);
        // Without a cursor the page holds every run there is.
        let oldest = match (&page.next_cursor, page.items.last()) {
            (Some(_), Some(last)) => last.number,
            (_, _) => i64::MIN,
        };
        let Some(newest_row) = newest_row.filter(|newest| *newest >= oldest) else {
            // Nothing is shown, or so much came meanwhile that the rows would have a gap.
            *self = Self::new(page);
            return;
        };
        let RunList { items, next_cursor } = page;
        let (new, known): (Vec<_>, Vec<_>) = items.into_iter().partition(|run| run.number > newest_row);
        let older = std::mem::take(&mut self.rows).into_iter().filter(|row| row.number < oldest);
        let mut rows = known;
        rows.extend(older);
        if rows.last().is_none_or(|last| last.number >= oldest) {
            self.next_cursor = next_cursor;
        }
        self.rows = rows;
        self.held = new;
        if newcomers == Newcomers::Show || self.rows.is_empty() {
            self.show_held();
        }
    }

    /// Shows the runs that waited.
    pub fn show_held(&mut self) {
        let mut rows = std::mem::take(&mut self.held);
        rows.append(&mut self.rows);
        self.rows = rows;
    }

    /// Takes in one run as it is now; `shown` says whether the list still shows such runs.
    pub fn update(&mut self, run: RunResponse, shown: impl Fn(&RunResponse) -> bool) {
        let Some(index) = self.rows.iter().position(|row| row.id == run.id) else { return };
        if !shown(&run) {
            self.rows.remove(index);
        } else if self.rows[index].revision <= run.revision {
            self.rows[index] = run;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(number: i64, revision: i64) -> RunResponse {
        let id = format!("0199f0c2-7d1e-7a40-8c11-{number:012}");
        serde_json::from_value(json!({
            "id": id, "number": number, "project_id": id, "page": "", "topic": "", "title": null, "labels": {},
            "workflow": { "name": "w", "version": 1, "digest": format!("sha256:{}", "0".repeat(64)) },
            "status": "running", "current_step": null, "trigger": { "source": "ui", "mode": "manual" },
            "initiating_actor": { "kind": "system" }, "inputs": {}, "input_metadata": {}, "base_ref": null,
            "base_commit": null, "attempt": 1, "retry_of": null, "root_run_id": id, "correlation_id": "",
            "created_at": "2026-11-22T15:04:05Z", "started_at": null, "completed_at": null, "failure": null,
            "approval": null, "allowed_actions": [], "diagnostics": { "event_channel": 0, "approval_context": 0 },
            "revision": revision, "last_event_seq": 1
        }))
        .unwrap()
    }

    fn page(numbers: &[i64], revision: i64, cursor: Option<&str>) -> RunList {
        RunList {
            items: numbers.iter().map(|number| run(*number, revision)).collect(),
            next_cursor: cursor.map(str::to_owned),
        }
    }

    fn rows(listing: &Listing) -> Vec<(i64, i64)> {
        listing.rows.iter().map(|row| (row.number, row.revision)).collect()
    }

    #[test]
    fn newcomers_are_shown_on_top() {
        let mut listing = Listing::new(page(&[3, 2], 1, Some("two")));
        listing.refresh(page(&[4, 3], 2, Some("three")), Newcomers::Show);
        assert_eq!(rows(&listing), [(4, 2), (3, 2), (2, 1)]);
        assert_eq!(listing.next_cursor.as_deref(), Some("two"), "older runs begin where they began");
    }

    #[test]
    fn newcomers_wait_while_rows_are_read() {
        let mut listing = Listing::new(page(&[3, 2], 1, Some("two")));
        listing.append(page(&[2, 1], 1, None));
        listing.refresh(page(&[5, 4, 3], 2, Some("three")), Newcomers::Hold);
        assert_eq!(rows(&listing), [(3, 2), (2, 1), (1, 1)]);
        assert_eq!(listing.held.len(), 2);
        listing.refresh(page(&[6, 5, 4, 3], 2, Some("three")), Newcomers::Hold);
        assert_eq!(listing.held.len(), 3, "each waits once");
        listing.show_held();
        assert_eq!(rows(&listing), [(6, 2), (5, 2), (4, 2), (3, 2), (2, 1), (1, 1)]);
        assert_eq!(listing.next_cursor, None);
    }

    #[test]
    fn rows_that_the_first_page_no_longer_holds_are_gone() {
        let mut listing = Listing::new(page(&[3, 2, 1], 1, None));
        listing.refresh(page(&[3, 1], 2, None), Newcomers::Show);
        assert_eq!(rows(&listing), [(3, 2), (1, 2)]);
        listing.refresh(page(&[], 2, None), Newcomers::Hold);
        assert_eq!(rows(&listing), []);
        listing.refresh(page(&[4], 3, None), Newcomers::Hold);
        assert_eq!(rows(&listing), [(4, 3)], "nobody reads an empty list");
    }

    #[test]
    fn a_gap_starts_the_list_anew() {
        let mut listing = Listing::new(page(&[3, 2], 1, Some("two")));
        listing.refresh(page(&[9, 8], 1, Some("eight")), Newcomers::Hold);
        assert_eq!((rows(&listing), listing.next_cursor.as_deref()), (vec![(9, 1), (8, 1)], Some("eight")));
    }

    #[test]
    fn one_run_is_updated_in_its_place_and_never_backwards() {
        let mut listing = Listing::new(page(&[3, 2], 2, None));
        listing.update(run(2, 3), |_| true);
        listing.update(run(3, 1), |_| true);
        listing.update(run(7, 1), |_| true);
        assert_eq!(rows(&listing), [(3, 2), (2, 3)]);
        listing.update(run(3, 4), |_| false);
        assert_eq!(rows(&listing), [(2, 3)]);
    }
}
