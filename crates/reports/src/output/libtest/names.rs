//! Telling tests of the same name in different binaries apart.

use std::collections::HashMap;

use crate::limits::{MAX_NAME_BYTES, clip};
use crate::report::Case;

/// Which binary cargo says it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    label: String,
}

impl Header {
    /// Reads `     Running unittests src/lib.rs (target/debug/deps/shop-0123456789abcdef)` or `   Doc-tests shop`.
    ///
    /// The label is `shop src/lib.rs` or `shop doc-tests`.
    pub(super) fn parse(line: &str) -> Option<Self> {
        if let Some(package) = line.strip_prefix("   Doc-tests ") {
            return Some(Self { label: format!("{package} doc-tests") });
        }
        let (source, path) = line.strip_prefix("     Running ")?.strip_suffix(')')?.split_once(" (")?;
        let source = source.strip_prefix("unittests ").unwrap_or(source);
        let file = path.rsplit(['/', '\\']).next()?;
        let binary = file.rsplit_once('-').map_or(file, |(binary, _hash)| binary);
        Some(Self { label: format!("{binary} {source}") })
    }
}

/// Lists the cases of all binaries; a name that occurs in more than one is prefixed with its binary.
///
/// The binary is told by cargo's header where there is one for each section, and by its number otherwise.
pub(super) fn distinguish(sections: Vec<Vec<Case>>, headers: &[Header]) -> Vec<Case> {
    let mut binaries: HashMap<String, Vec<usize>> = HashMap::new();
    for (section, cases) in sections.iter().enumerate() {
        for case in cases {
            let known = binaries.entry(case.name.clone()).or_default();
            if known.last() != Some(&section) {
                known.push(section);
            }
        }
    }
    let are_all_labelled = headers.len() == sections.len();
    let mut all = Vec::new();
    for (section, cases) in sections.into_iter().enumerate() {
        for case in cases {
            let is_shared = binaries.get(&case.name).is_some_and(|known| known.len() > 1);
            all.push(match (is_shared, are_all_labelled) {
                (false, _) => case,
                (true, true) => prefixed(case, &headers[section].label),
                (true, false) => prefixed(case, &format!("binary {}", section + 1)),
            });
        }
    }
    all
}

fn prefixed(case: Case, label: &str) -> Case {
    Case::new(&format!("{}::{}", clip(label, MAX_NAME_BYTES), case.name), case.outcome).because(case.message)
}
