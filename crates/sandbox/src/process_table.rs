//! What `/proc` says about processes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

/// The parts of `/proc/<pid>/stat` that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub pid: u32,
    pub parent: u32,
    pub session: u32,
    /// Ticks since boot. Together with the pid it names one process for as long as the machine runs.
    pub start_ticks: u64,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It has ended and waits to be reaped: it holds no file and runs no instruction.
    Dead,
    /// Running, sleeping or stopped.
    Alive,
}

/// Returns the process with this number, or `None` when there is none.
pub(crate) fn entry(pid: u32) -> Option<Entry> {
    parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Returns all processes. The table changes while it is read, so callers repeat until it stays the same.
pub(crate) fn entries() -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for file in fs::read_dir("/proc")? {
        // A process that ends between listing and reading is no error.
        let Ok(file) = file else { continue };
        if let Some(pid) = file.file_name().to_str().and_then(|name| name.parse().ok()) {
            found.extend(entry(pid));
        }
    }
    Ok(found)
}

/// Walks from `ancestor` to its children, theirs, and so on, and tells each to `found` at once.
///
/// This is much quicker than reading the whole table, and with processes that start others and end without
/// pause only speed helps. It misses what changes meanwhile, and everything where the kernel has no lists of
/// children; so it is never the last word.
pub(crate) fn chase(ancestor: u32, mut found: impl FnMut(u32)) {
    let mut seen = BTreeSet::from([ancestor]);
    let mut parents = vec![ancestor];
    while let Some(parent) = parents.pop() {
        let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            for child in children.split_ascii_whitespace().filter_map(|child| child.parse().ok()) {
                if seen.insert(child) {
                    found(child);
                    parents.push(child);
                }
            }
        }
    }
}

/// Returns the children of `ancestor`, their children, and so on.
pub(crate) fn descendants(ancestor: u32) -> io::Result<Vec<Entry>> {
    let mut by_parent: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for entry in entries()? {
        by_parent.entry(entry.parent).or_default().push(entry);
    }
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut parents = vec![ancestor];
    while let Some(parent) = parents.pop() {
        for child in by_parent.get(&parent).into_iter().flatten() {
            if seen.insert(child.pid) {
                parents.push(child.pid);
                found.push(*child);
            }
        }
    }
    Ok(found)
}

/// The name in the second field is chosen by the process and may hold spaces and parentheses, so the
/// other fields are counted from the last closing parenthesis.
fn parse(pid: u32, stat: &str) -> Option<Entry> {
    let fields: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    Some(Entry {
        pid,
        state: match *fields.first()? {
            "Z" | "X" | "x" => State::Dead,
            _ => State::Alive,
        },
        parent: fields.get(1)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_process_name_does_not_shift_the_fields() {
        let stat = "7 (a) Z 1 (b) S 3 4 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 987 0 0";
        let entry = parse(7, stat).unwrap();
        assert_eq!((entry.parent, entry.session, entry.start_ticks, entry.state), (3, 5, 987, State::Alive));
    }

    #[test]
    fn this_process_is_a_descendant_of_its_parent() {
        let own = entry(std::process::id()).unwrap();
        assert!(descendants(own.parent).unwrap().iter().any(|entry| entry.pid == own.pid));
    }
}
