//! `test` steps: a process whose result counts and whose changes to the tree do not.

use super::process::{Finished, Process, Ran, exit_failure};
use super::report::TestRun;
use super::work::{End, Held};
use crate::Engine;
use crate::artifacts::{Content, Source};
use crate::error::Result;
use domain::contract::{Expectation, Step, StepKind, TestStep};
use domain::failure::{FailureReason, StepFailure};
use reports::Report;
use sandbox::Exit;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How much of the end of a log later steps may read, in bytes.
const TAIL_BYTES: usize = 16 * 1024;
/// How much of a log the parsers read, in bytes.
const PARSED_BYTES: usize = 32 << 20;

impl Engine {
    pub(super) async fn run_tests(
        &self,
        held: &Held,
        step: &Step,
        test: &TestStep,
        cancel: &CancellationToken,
    ) -> Result<End> {
        let (scope, rejection) = self.scope_of(held).await?;
        let mut argv = Vec::new();
        for part in test.command.as_ref().unwrap_or(&held.run.settings.test_command) {
            let rendered = if test.command.is_some() { scope.render(part) } else { Ok(part.clone()) };
            match rendered {
                Ok(argument) => argv.push(argument),
                Err(error) => {
                    return Ok(End::failed(
                        FailureReason::TemplateFailed,
                        format!("The test command: {error}."),
                    ));
                }
            }
        }
        if argv.is_empty() {
            return Ok(End::failed(FailureReason::CommandNotFound, "The project names no test command."));
        }
        let command = argv.join(" ");
        let process = Process {
            argv,
            env: self.step_environment(held, rejection.as_ref()),
            workdir: None,
            stdin: Vec::new(),
            timeout: Duration::from_millis(step.timeout_ms),
            agent: None,
            secrets: Vec::new(),
        };
        match self.run_process(held, process, cancel).await? {
            Ran::Finished(finished) => self.judge(held, step, test, command, *finished).await,
            Ran::Ended(end) => Ok(*end),
        }
    }

    async fn judge(
        &self,
        held: &Held,
        step: &Step,
        test: &TestStep,
        command: String,
        mut finished: Finished,
    ) -> Result<End> {
        let Exit::Code(exit_code) = finished.ended.exit else {
            let failure = exit_failure(step, &finished.ended)
                .unwrap_or_else(|| StepFailure::new(FailureReason::Internal, "The tests have no exit code."));
            return Ok(End::Failed { failure, report: finished.report });
        };
        let log = self.log(held.run.id, &held.attempt.step, held.attempt.attempt);
        let size = log.size().await?;
        let output = log.read(size.saturating_sub(PARSED_BYTES as u64), PARSED_BYTES).await?;
        let output = String::from_utf8_lossy(&output);
        let mut run = TestRun {
            command,
            tree: None,
            exit_code,
            duration_ms: finished.report.result.duration_ms.unwrap_or(0),
            counts: None,
            failing: Vec::new(),
            report_sha256: None,
            report_problem: None,
            tests_required_but_none_ran: false,
            changed_tree: false,
        };
        let report = match &test.report {
            Some(pattern) => {
                match super::report_files::read(&self.shared.layout.workspace(held.run.id), pattern) {
                    Ok(report) => Some(report),
                    Err(problem) => {
                        run.report_problem = Some(problem);
                        None
                    }
                }
            }
            None => reports::parse_output(&output),
        };
        if let Some(report) = &report {
            run.read(report);
            self.attach_report(held, &mut finished, &mut run, report).await?;
        }
        run.tests_required_but_none_ran =
            test.require_tests && run.counts.is_none_or(|counts| counts.total == 0);
        self.drop_changes(held, &mut finished, &mut run).await?;
        let outputs = outputs(&run, tail(&output));
        let failure = verdict(test, &run).or_else(|| unread_report(held, step, &run));
        finished.report.result.tests = serde_json::to_value(&run).ok();
        Ok(match failure {
            None => End::Succeeded { outputs, report: finished.report },
            Some(failure) => End::Failed { failure, report: finished.report },
        })
    }

    async fn attach_report(
        &self,
        held: &Held,
        finished: &mut Finished,
        run: &mut TestRun,
        report: &Report,
    ) -> Result<()> {
        let bytes = serde_json::to_vec(report).map_err(std::io::Error::other)?;
        let content = Content {
            kind: "report",
            name: "tests.json",
            media_type: "application/json",
            source: Source::Bytes(&bytes),
        };
        self.attach(held, &mut finished.report, content).await?;
        run.report_sha256 = finished.report.artifacts.last().map(|artifact| artifact.sha256.clone());
        Ok(())
    }

    /// Tests may not change what ships: whatever they changed is dropped, by restoring the tree before the next step.
    async fn drop_changes(&self, held: &Held, finished: &mut Finished, run: &mut TestRun) -> Result<()> {
        let Some(before) = &finished.before else {
            return Ok(());
        };
        let mirror = self.shared.mirrors.get(held.run.project_id).await?;
        let tree = mirror.tree_of(before).await?;
        run.tree = Some(tree.to_string());
        let result = &mut finished.report.result;
        result.commit = Some(before.to_string());
        result.tree = Some(tree.to_string());
        match self.snapshot(held).await {
            Ok(Some(snapshot)) if snapshot.tree == tree => {
                result.ignored_paths = snapshot.ignored_paths;
                self.mark_tree(held, before).await?;
            }
            Ok(_) | Err(crate::Error::Git(_)) => run.changed_tree = true,
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// What the exit code and the report say, against what the step expects.
fn verdict(test: &TestStep, run: &TestRun) -> Option<StepFailure> {
    if run.tests_required_but_none_ran && run.report_problem.is_none() {
        return Some(StepFailure::new(
            FailureReason::NoTestsRan,
            "The step requires tests and none was counted.",
        ));
    }
    let failed = run.exit_code != 0 || run.counts.is_some_and(|counts| counts.failed > 0);
    match (test.expect, failed) {
        (Expectation::Success, false) | (Expectation::Failure, true) => None,
        (Expectation::Failure, false) => Some(StepFailure::new(
            FailureReason::TestsPassedUnexpectedly,
            format!("{} The step expects a failure.", run.text()),
        )),
        (Expectation::Success, true) => {
            let detail = match run.counts {
                Some(counts) if counts.failed > 0 => {
                    format!("{} of {} tests failed.", counts.failed, counts.total)
                }
                _ => format!("{} exited with code {}.", run.command, run.exit_code),
            };
            let failure = StepFailure::new(FailureReason::TestsFailed, detail);
            // Which tests failed is what a reader needs most, and nobody can say.
            Some(if run.counts.is_none() { failure.without("failing_tests") } else { failure })
        }
    }
}

/// A declared report that nobody could read fails the step where no gate follows that it would block.
fn unread_report(held: &Held, step: &Step, run: &TestRun) -> Option<StepFailure> {
    let problem = run.report_problem.as_ref()?;
    let steps = &held.pinned.definition().steps;
    let mut after = steps.iter().skip_while(|other| other.key != step.key);
    if after.any(|step| matches!(step.kind, StepKind::Approval(_))) {
        return None;
    }
    let reason = match problem.reason.as_str() {
        "report_missing" => FailureReason::ReportMissing,
        _ => FailureReason::ReportMalformed,
    };
    Some(StepFailure::new(reason, problem.detail.clone()))
}

fn outputs(run: &TestRun, output_tail: &str) -> Value {
    json!({
        "exit_code": run.exit_code,
        "total": run.counts.map(|counts| counts.total),
        "passed": run.counts.map(|counts| counts.passed),
        "failed": run.counts.map(|counts| counts.failed),
        "skipped": run.counts.map(|counts| counts.skipped),
        "failing": run.failing,
        "summary": run.text(),
        "output_tail": output_tail,
    })
}

/// The end of the output, cut at a character.
fn tail(output: &str) -> &str {
    let mut start = output.len().saturating_sub(TAIL_BYTES);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    &output[start..]
}
