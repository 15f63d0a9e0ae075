//! What a step's process finds around it: variables, folders, access.

use super::work::Held;
use crate::Engine;
use crate::config::Agent;
use sandbox::{Access, default_access};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The file that a step writes its outputs to, in its private home.
const OUTPUT_FILE: &str = "output.json";

impl Engine {
    /// The variables of a step's process: the server's named ones, then what the run says of itself.
    pub(super) fn step_environment(
        &self,
        held: &Held,
        rejection: Option<&Value>,
    ) -> BTreeMap<String, String> {
        let home = self.shared.layout.home(held.run.id);
        let mut env = self.config().step_env.clone();
        let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);
        set("HOME", home.to_string_lossy().into_owned());
        set("TMPDIR", home.join("tmp").to_string_lossy().into_owned());
        set("JIDO_RUN_ID", held.run.id.to_string());
        set("JIDO_RUN_NUMBER", held.run.number.to_string());
        set("JIDO_WORKFLOW", held.run.workflow_name.to_string());
        set("JIDO_STEP", held.attempt.step.to_string());
        set("JIDO_ATTEMPT", held.attempt.attempt.to_string());
        set("JIDO_OUTPUT", self.output_file(held).to_string_lossy().into_owned());
        set("JIDO_INPUTS", held.run.inputs.to_string());
        if let Some(inputs) = held.run.inputs.as_object() {
            for (name, value) in inputs {
                if let Some(variable) = input_variable(name) {
                    set(&variable, plain(value));
                }
            }
        }
        if let Some(rejection) = rejection {
            set("JIDO_REJECTION", rejection.to_string());
        }
        env
    }

    /// Where this step writes its outputs.
    pub(super) fn output_file(&self, held: &Held) -> PathBuf {
        self.shared.layout.home(held.run.id).join(OUTPUT_FILE)
    }

    /// What this step may reach: its workspace and home, the toolchains, and what configuration grants.
    pub(super) fn step_access(&self, held: &Held, agent: Option<&Agent>) -> Access {
        let config = self.config();
        let layout = &self.shared.layout;
        let mut writable = vec![layout.workspace(held.run.id), layout.home(held.run.id)];
        writable.extend(config.writable.iter().cloned());
        let mut readable = config.readable.clone();
        if let Some(agent) = agent {
            writable.extend(agent.writable.iter().cloned());
            readable.extend(agent.readable.iter().cloned());
        }
        let mut denied = vec![layout.root().to_owned()];
        denied.extend(config.denied.iter().cloned());
        default_access(&writable, &denied, &readable)
    }
}

/// `JIDO_INPUT_<NAME>`; `None` for a name that no variable can have.
fn input_variable(name: &str) -> Option<String> {
    let valid = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    valid.then(|| format!("JIDO_INPUT_{}", name.to_ascii_uppercase().replace('-', "_")))
}

/// A string as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inputs_become_variables_where_their_names_allow() {
        assert_eq!(input_variable("failure-signal").as_deref(), Some("JIDO_INPUT_FAILURE_SIGNAL"));
        assert_eq!(input_variable("größe"), None);
        assert_eq!(plain(&json!("a b")), "a b");
        assert_eq!(plain(&json!({"a": 1})), "{\"a\":1}");
    }
}
