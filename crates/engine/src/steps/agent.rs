//! `command` and `agent` steps: a process that may change the tree.

use super::process::{Process, Ran};
use super::work::{End, Held};
use crate::Engine;
use crate::error::Result;
use domain::contract::{AgentStep, CommandStep, Step, TemplateScope};
use domain::failure::{FailureReason, StepFailure};
use persistence::commands::AttemptReport;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

impl Engine {
    pub(super) async fn run_command(
        &self,
        held: &Held,
        step: &Step,
        command: &CommandStep,
        cancel: &CancellationToken,
    ) -> Result<End> {
        let (scope, rejection) = self.scope_of(held).await?;
        let mut env = self.step_environment(held, rejection.as_ref());
        if let Err(failure) = add_rendered(&mut env, &command.env, &scope) {
            return Ok(End::Failed { failure, report: AttemptReport::default() });
        }
        let process = Process {
            // The script is fixed text of the pinned definition: an argument, never rendered.
            argv: ["bash", "-euo", "pipefail", "-c", &command.run].map(str::to_owned).to_vec(),
            env,
            workdir: command.workdir.as_deref().map(PathBuf::from),
            stdin: Vec::new(),
            timeout: Duration::from_millis(step.timeout_ms),
            agent: None,
            secrets: Vec::new(),
        };
        match self.run_process(held, process, cancel).await? {
            Ran::Finished(finished) => self.keep_tree(held, step, *finished).await,
            Ran::Ended(end) => Ok(*end),
        }
    }

    pub(super) async fn run_agent(
        &self,
        held: &Held,
        step: &Step,
        agent: &AgentStep,
        cancel: &CancellationToken,
    ) -> Result<End> {
        let name = agent.agent.as_ref().or(held.run.settings.agent.as_ref());
        let configured = name.and_then(|name| self.config().agents.get(name)).cloned();
        let Some(configured) = configured else {
            let detail = match name {
                Some(name) => format!("The server's configuration has no agent named {name}."),
                None => "Neither the step nor the project names an agent.".to_owned(),
            };
            return Ok(End::failed(FailureReason::AgentNotConfigured, detail));
        };
        let (scope, rejection) = self.scope_of(held).await?;
        let prompt = match scope.render(&agent.prompt) {
            Ok(prompt) => prompt,
            Err(error) => {
                return Ok(End::failed(FailureReason::TemplateFailed, format!("The prompt: {error}.")));
            }
        };
        let mut env = self.step_environment(held, rejection.as_ref());
        if let Err(failure) = add_rendered(&mut env, &agent.env, &scope) {
            return Ok(End::Failed { failure, report: AttemptReport::default() });
        }
        let mut secrets = Vec::new();
        for variable in &configured.env_from {
            if let Ok(value) = std::env::var(variable) {
                env.insert(variable.clone(), value.clone());
                secrets.push(value);
            }
        }
        let own = Duration::from_millis(step.timeout_ms);
        let timeout = configured.timeout_seconds.map_or(own, |seconds| own.min(Duration::from_secs(seconds)));
        let process = Process {
            argv: configured.argv.clone(),
            env,
            workdir: None,
            stdin: prompt.into_bytes(),
            timeout,
            agent: Some(configured),
            secrets,
        };
        match self.run_process(held, process, cancel).await? {
            Ran::Finished(finished) => self.keep_tree(held, step, *finished).await,
            Ran::Ended(end) => Ok(*end),
        }
    }
}

/// Adds the step's own variables, their values rendered.
fn add_rendered(
    env: &mut BTreeMap<String, String>,
    declared: &BTreeMap<String, String>,
    scope: &TemplateScope,
) -> std::result::Result<(), StepFailure> {
    for (name, template) in declared {
        match scope.render(template) {
            Ok(value) => env.insert(name.clone(), value),
            Err(error) => {
                let detail = format!("The variable {name}: {error}.");
                return Err(StepFailure::new(FailureReason::TemplateFailed, detail));
            }
        };
    }
    Ok(())
}
