//! The rows of the open tab: a gate that is decided keeps its place.

use domain::ApprovalId;
use wire::ApprovalResponse;

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub approval: ApprovalResponse,
    /// The gate is not open any more. Its approval may be the one from before until it was read again.
    pub is_closed: bool,
}

/// Puts newly read gates in the place of old ones; gates that are no longer among them stay, closed.
pub fn merge(before: &[Row], open: &[ApprovalResponse]) -> Vec<Row> {
    let mut rows: Vec<Row> = before
        .iter()
        .map(|row| match open.iter().find(|approval| approval.id == row.approval.id) {
            Some(approval) => Row { approval: approval.clone(), is_closed: false },
            None => Row { is_closed: true, ..row.clone() },
        })
        .collect();
    let new = open.iter().filter(|approval| before.iter().all(|row| row.approval.id != approval.id));
    rows.extend(new.map(|approval| Row { approval: approval.clone(), is_closed: false }));
    rows.sort_by_key(|row| (row.approval.requested_at, row.approval.id));
    rows
}

/// The open gate after this one, or else the first.
pub fn next_open(rows: &[Row], after: ApprovalId) -> Option<ApprovalId> {
    let is_open = |row: &&Row| !row.is_closed && row.approval.id != after;
    let place = rows.iter().position(|row| row.approval.id == after).map_or(0, |place| place + 1);
    let below = rows.get(place..).unwrap_or_default().iter().find(is_open);
    below.or_else(|| rows.iter().find(is_open)).map(|row| row.approval.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::sample;
    use domain::Timestamp;

    fn gate(number: u8) -> ApprovalResponse {
        let id = format!("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e{number:02}");
        ApprovalResponse {
            id: ApprovalId::parse(&id).unwrap(),
            requested_at: Timestamp::from_micros(number.into()),
            ..sample::approval()
        }
    }

    fn shown(rows: &[Row]) -> Vec<(i64, bool)> {
        rows.iter().map(|row| (row.approval.requested_at.micros(), row.is_closed)).collect()
    }

    #[test]
    fn a_decided_gate_keeps_its_place_and_new_ones_come_by_age() {
        let before = merge(&[], &[gate(1), gate(2), gate(3)]);
        let now = merge(&before, &[gate(1), gate(3), gate(4)]);
        assert_eq!(shown(&now), [(1, false), (2, true), (3, false), (4, false)]);
        let back = merge(&now, &[gate(2)]);
        assert_eq!(shown(&back), [(1, true), (2, false), (3, true), (4, true)], "one may open again");
    }

    #[test]
    fn the_next_gate_is_the_one_below_or_the_first() {
        let before = merge(&[], &[gate(1), gate(2), gate(3)]);
        let rows = merge(&before, &[gate(1), gate(3)]);
        assert_eq!(next_open(&rows, gate(1).id), Some(gate(3).id), "closed ones are passed over");
        assert_eq!(next_open(&rows, gate(3).id), Some(gate(1).id));
        assert_eq!(next_open(&merge(&rows, &[gate(3)]), gate(3).id), None, "never the same");
    }
}
