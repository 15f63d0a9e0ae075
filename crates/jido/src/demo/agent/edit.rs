//! The edits that the scripted agent knows.

use serde_json::Value;

const BROKEN: &str = "        total = seconds;\n";
const MENDED: &str = "        total = total.checked_add(seconds).ok_or(Error::TooLong)?;\n";

/// Where the tests end, and with them the file.
const END_OF_TESTS: &str = "\n}\n";

/// What a reviewer gets on top, one after the other: each is a test that the project lacks.
const MORE_TESTS: [(&str, &str); 3] = [
    ("three_parts_are_added_up", "assert_eq!(parse(\"1d 1h 1m\"), Ok(90_060));"),
    ("a_unit_may_be_repeated", "assert_eq!(parse(\"10m 10m\"), Ok(1_200));"),
    (
        "a_sum_beyond_the_range_is_refused",
        "assert_eq!(parse(\"18446744073709551615s 1s\"), Err(Error::TooLong));",
    ),
];

/// The longest rationale that is repeated in a comment, in characters.
const LONGEST_RATIONALE: usize = 80;

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub rationale: String,
    /// How many times the work was rejected.
    pub round: u64,
}

impl Rejection {
    /// Reads the JSON that the run hands on.
    pub fn read(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let rationale = value["rationale"].as_str().unwrap_or_default();
        Self { rationale: one_line(rationale), round: value["round"].as_u64().unwrap_or(1).max(1) }
    }
}

/// The file as it will be, and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub source: String,
    pub done: Vec<String>,
}

impl Edit {
    /// Mends the bug; after a rejection adds what differs from the change before. Why not, when it cannot.
    pub fn plan(source: &str, rejection: Option<&Rejection>) -> Result<Self, String> {
        let mut edit = Self { source: source.to_owned(), done: Vec::new() };
        if source.contains(BROKEN) {
            edit.source = source.replacen(BROKEN, MENDED, 1);
            edit.done.push("Mended parse(): each part replaced the sum, now it is added to it.".to_owned());
        } else if !source.contains(MENDED) {
            return Err("this is not the demo project, and it knows no other".to_owned());
        }
        if let Some(rejection) = rejection {
            edit.answer(rejection)?;
        }
        Ok(edit)
    }

    pub fn summary(&self) -> String {
        if self.done.is_empty() { "There was nothing to mend.".to_owned() } else { self.done.join(" ") }
    }

    fn answer(&mut self, rejection: &Rejection) -> Result<(), String> {
        let Some(tests) = self.source.strip_suffix(END_OF_TESTS) else {
            return Err("the file does not end with its tests, as the demo project's does".to_owned());
        };
        let note = format!("    // Review, round {}: {}", rejection.round, rejection.rationale);
        let absent = MORE_TESTS.iter().find(|(name, _)| !self.source.contains(name));
        match absent {
            Some((name, assertion)) => {
                self.source = format!(
                    "{tests}\n\n{note}\n    #[test]\n    fn {name}() {{\n        {assertion}\n    }}{END_OF_TESTS}"
                );
                self.done.push(format!("Added the test {name} for the reviewer."));
            }
            None => {
                self.source = format!("{tests}\n{note}{END_OF_TESTS}");
                self.done
                    .push("Noted what the reviewer said; the script knows nothing more to add.".to_owned());
            }
        }
        Ok(())
    }
}

/// A text that fits into one comment: it came from outside and goes into a source file.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_RATIONALE) {
        _ if line.is_empty() => "no reason was given".to_owned(),
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = include_str!("../../../demo/project/lib.rs");

    fn rejection(round: u64) -> Rejection {
        Rejection::read(&format!("{{\"rationale\":\"Another way\",\"round\":{round}}}"))
    }

    #[test]
    fn the_bug_is_mended_once() {
        let mended = Edit::plan(SOURCE, None).unwrap();
        assert_eq!(mended.source.lines().filter(|line| !SOURCE.contains(line)).count(), 1);
        let again = Edit::plan(&mended.source, None).unwrap();
        assert_eq!(again.source, mended.source);
        assert_eq!(again.summary(), "There was nothing to mend.");
    }

    #[test]
    fn each_round_differs_whether_the_work_is_kept_or_restored() {
        let first = Edit::plan(SOURCE, None).unwrap().source;
        let mut kept = vec![first.clone()];
        let mut restored = vec![first];
        for round in 1..=5 {
            let last = kept.last().unwrap().clone();
            kept.push(Edit::plan(&last, Some(&rejection(round))).unwrap().source);
            restored.push(Edit::plan(SOURCE, Some(&rejection(round))).unwrap().source);
        }
        for states in [&mut kept, &mut restored] {
            states.sort_unstable();
            states.dedup();
            assert_eq!(states.len(), 6);
        }
    }

    #[test]
    fn a_rationale_cannot_leave_its_comment() {
        let text = serde_json::json!({"rationale": "a\n}\u{2028} fn evil() {}\r\n", "round": 2}).to_string();
        assert_eq!(Rejection::read(&text).rationale, "a } fn evil() {}");
        assert_eq!(Rejection::read("not JSON").rationale, "no reason was given");
        assert_eq!(one_line(&"ä".repeat(200)).chars().count(), LONGEST_RATIONALE + 1);
    }

    #[test]
    fn another_project_is_refused() {
        assert!(Edit::plan("fn main() {}\n", None).is_err());
    }
}
