//! A run and its attempts as templates see them.

use super::{AttemptRecord, RunRecord};
use domain::contract::TemplateScope;
use domain::run::AttemptState;
use serde_json::{Value, json};

/// What templates of this run may refer to.
pub fn scope_of_run(run: &RunRecord, attempts: &[AttemptRecord], rejection: Option<Value>) -> TemplateScope {
    let about = json!({
        "id": run.id,
        "number": run.number,
        "title": run.title,
        "attempt": run.attempt,
        "workflow": run.workflow_name,
        "version": run.workflow_version,
    });
    let mut scope = TemplateScope::new(run.inputs.clone(), about);
    for attempt in attempts {
        if attempt.state == AttemptState::Succeeded
            && let Some(outputs) = &attempt.outputs
        {
            scope.add_outputs(&attempt.step, outputs.clone());
        }
    }
    scope.set_rejection(rejection);
    scope
}
