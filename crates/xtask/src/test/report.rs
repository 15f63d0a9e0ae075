//! The lines that a person or a build log reads.

use crate::{error::Error, process::End, process::Finished};
use std::time::Instant;

/// How many tests passed, failed and were ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub ignored: usize,
}

impl Counts {
    /// Adds up the result lines that Rust's test harness prints.
    pub fn of_output(text: &str) -> Self {
        let mut sum = Self::default();
        for line in text.lines().filter(|line| line.starts_with("test result: ")) {
            sum.passed += number_before(line, " passed");
            sum.failed += number_before(line, " failed");
            sum.ignored += number_before(line, " ignored");
        }
        sum
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

fn number_before(line: &str, word: &str) -> usize {
    let Some((before, _)) = line.split_once(word) else {
        return 0;
    };
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    /// With what the suite printed.
    Failed(String),
    Skipped,
}

/// What one suite came to.
#[derive(Debug)]
pub struct Outcome {
    verdict: Verdict,
    counts: Counts,
    note: String,
}

impl Outcome {
    pub fn passed() -> Self {
        Self { verdict: Verdict::Passed, counts: Counts::default(), note: String::new() }
    }

    pub fn failed(output: String) -> Self {
        Self { verdict: Verdict::Failed(output), ..Self::passed() }
    }

    /// A check that this machine cannot do; the reason is always shown.
    pub fn skipped(reason: String) -> Self {
        Self { verdict: Verdict::Skipped, ..Self::passed() }.with_note(reason)
    }

    /// The outcome of a program that tells by its exit code; `hint` follows its output on failure.
    pub fn of_check(finished: &Finished, hint: &str) -> Self {
        if finished.succeeded() {
            return Self::passed();
        }
        Self::failed(format!("{}{}{hint}", finished.stdout, finished.stderr))
    }

    /// The outcome of test executables that ran one after the other.
    pub fn of_tests(runs: &[Finished]) -> Self {
        let mut outcome = Self::passed();
        let mut output = String::new();
        for run in runs {
            outcome.counts.add(Counts::of_output(&run.stdout));
            if !run.succeeded() {
                output.push_str(&run.stdout);
                output.push_str(&run.stderr);
                output.push_str(&match run.end {
                    End::Exited(status) => format!("({status})\n"),
                    End::TimedOut => "(killed at its deadline)\n".to_owned(),
                });
            }
        }
        Self::of_checks(outcome.counts, output)
    }

    /// The outcome of a program that counted its tests in a report of its own.
    pub fn of_counted(counts: Counts, finished: &Finished) -> Self {
        Self { counts, ..Self::of_check(finished, "") }
    }

    /// The outcome of checks that were counted as they ran; `output` is what the failed ones printed.
    pub fn of_checks(counts: Counts, output: String) -> Self {
        let outcome = Self { counts, ..Self::passed() };
        if output.is_empty() { outcome } else { Self { verdict: Verdict::Failed(output), ..outcome } }
    }

    pub fn with_note(self, note: String) -> Self {
        Self { note, ..self }
    }

    /// A suite that failed without a failing test (it did not compile, say) counts as one failure.
    fn counted(&self) -> Counts {
        match self.verdict {
            Verdict::Failed(_) => Counts { failed: self.counts.failed.max(1), ..self.counts },
            Verdict::Passed | Verdict::Skipped => self.counts,
        }
    }
}

/// Numbers the suites, prints their lines and adds up their counts.
#[derive(Debug)]
pub struct Report {
    total: usize,
    position: usize,
    sum: Counts,
    skipped: usize,
    unsuccessful: Vec<String>,
    /// The names of the suites that were asked for and have not run; `None` where all were asked for.
    asked_for: Option<Vec<String>>,
    began: Instant,
}

impl Report {
    /// A report of so many suites, or of those alone that are named.
    pub fn new(total: usize, only: &[String]) -> Self {
        let (sum, began) = (Counts::default(), Instant::now());
        let asked_for = Some(only.to_vec()).filter(|only| !only.is_empty());
        Self { total, position: 0, sum, skipped: 0, unsuccessful: Vec::new(), asked_for, began }
    }

    /// Runs one suite, if it was asked for, and prints its lines.
    pub fn run(&mut self, name: &str, suite: impl FnOnce() -> Result<Outcome, Error>) {
        if self.takes(name) {
            self.run_for(name, || suite().map(|outcome| (outcome, Some(()))));
        }
    }

    /// Whether this suite was asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.asked_for.as_ref().is_none_or(|names| names.iter().any(|asked| asked == name))
    }

    /// As `wants`, and notes that it was there.
    fn takes(&mut self, name: &str) -> bool {
        let wanted = self.wants(name);
        self.asked_for.iter_mut().for_each(|names| names.retain(|asked| asked != name));
        wanted
    }

    /// Runs a suite that others depend on and hands its product on.
    pub fn run_for<T>(
        &mut self,
        name: &str,
        suite: impl FnOnce() -> Result<(Outcome, Option<T>), Error>,
    ) -> Option<T> {
        self.position += 1;
        println!("{} {name} …", self.place());
        let began = Instant::now();
        let (outcome, product) = suite().unwrap_or_else(|error| {
            let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            let causes: String = causes.map(|cause| format!("\n  because: {cause}")).collect();
            (Outcome::failed(format!("{error}{causes}")), None)
        });
        self.sum.add(outcome.counted());
        let word = match &outcome.verdict {
            Verdict::Passed => "ok",
            Verdict::Skipped => {
                self.skipped += 1;
                "SKIPPED"
            }
            Verdict::Failed(output) => {
                self.unsuccessful.push(name.to_owned());
                println!("{}\n", output.trim_end());
                "FAILED"
            }
        };
        let seconds = began.elapsed().as_secs_f64();
        let line = format!("{} {word:<7} {name:<24} {seconds:>7.1} s  {}", self.place(), tail(&outcome));
        println!("{}", line.trim_end());
        product
    }

    /// Notes a suite that could not run because of another's failure.
    pub fn not_run(&mut self, name: &str, reason: &str) {
        if !self.takes(name) {
            return;
        }
        self.position += 1;
        self.unsuccessful.push(name.to_owned());
        println!("{} NOT RUN {name:<24}            {reason}", self.place());
    }

    /// Prints the closing lines; fails when a suite failed or did not run.
    pub fn close(mut self) -> Result<(), Error> {
        for name in self.asked_for.take().into_iter().flatten() {
            println!("there is no suite named {name}");
            self.unsuccessful.push(name);
        }
        let minutes = self.began.elapsed().as_secs() / 60;
        let seconds = self.began.elapsed().as_secs() % 60;
        println!("\n{} suites in {minutes} min {seconds} s", self.position);
        if !self.unsuccessful.is_empty() {
            println!("failed or not run: {}", self.unsuccessful.join(", "));
        }
        println!("{}", closing(self.sum, self.skipped));
        if self.unsuccessful.is_empty() { Ok(()) } else { Err(Error::SuitesFailed) }
    }

    fn place(&self) -> String {
        format!("[{:>2}/{}]", self.position, self.total)
    }
}

/// The plain closing line that build machines read.
fn closing(sum: Counts, skipped_suites: usize) -> String {
    let skipped = sum.ignored + skipped_suites;
    let tail = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    format!("{} passed, {} failed{tail}", sum.passed, sum.failed)
}

fn tail(outcome: &Outcome) -> String {
    let Counts { passed, failed, ignored } = outcome.counts;
    let counts = match (passed + failed, ignored) {
        (0, 0) => String::new(),
        (_, 0) => format!("{passed} passed, {failed} failed"),
        (_, _) => format!("{passed} passed, {failed} failed, {ignored} ignored"),
    };
    [counts, outcome.note.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_several_executables_add_up() {
        let text = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\nnoise\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Counts::of_output(text), Counts { passed: 15, failed: 2, ignored: 1 });
    }

    #[test]
    fn a_suite_that_fails_without_a_failing_test_counts_as_one_failure() {
        assert_eq!(Outcome::failed("does not compile".to_owned()).counted().failed, 1);
    }

    #[test]
    fn only_what_was_asked_for_runs_and_a_name_that_is_none_fails() {
        let mut report = Report::new(9, &["wire".to_owned(), "wier".to_owned()]);
        let mut ran = Vec::new();
        for name in ["domain", "wire"] {
            report.run(name, || {
                ran.push(name);
                Ok(Outcome::passed())
            });
        }
        assert!(report.close().is_err());
        assert_eq!(ran, ["wire"]);
    }

    #[test]
    fn the_closing_line_is_plain() {
        let sum = Counts { passed: 7, failed: 0, ignored: 0 };
        assert_eq!(closing(sum, 0), "7 passed, 0 failed");
        assert_eq!(closing(sum, 1), "7 passed, 0 failed, 1 skipped");
    }
}
