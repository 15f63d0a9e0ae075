//! What is wrong with a project's settings on this server.

use crate::Engine;
use domain::project::ProjectSettings;
use domain::{Fault, FaultCode, RunId};
use git::RemoteUrl;
use uuid::Uuid;

impl Engine {
    /// What is wrong with a project's settings on this server; pointers as in the request that sets them.
    pub fn project_faults(&self, settings: &ProjectSettings) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(url) = &settings.repository
            && let Err(error) = RemoteUrl::parse(url)
        {
            faults.push(Fault::new("/repository", FaultCode::InvalidFormat, format!("{error}.")));
        }
        if let Some(agent) = &settings.agent
            && !self.config().agents.contains_key(agent)
        {
            let detail = format!(
                "The server's configuration has no agent named {agent}. It has: {}.",
                names(self.config().agents.keys())
            );
            faults.push(Fault::new("/agent", FaultCode::NotFound, detail));
        }
        if let Some(credential) = &settings.credential
            && !self.config().credentials.contains_key(credential)
        {
            let detail = format!("The server's configuration has no credential named {credential}.");
            faults.push(Fault::new("/credential", FaultCode::NotFound, detail));
        }
        faults.extend(branch_faults(settings));
        faults
    }
}

/// What git would refuse only when a run begins or ships.
fn branch_faults(settings: &ProjectSettings) -> Vec<Fault> {
    let base = settings.default_branch.as_str();
    let mut faults = Vec::new();
    if git::check_base_ref(base).is_err() {
        let detail = format!("Git has no branches named {base}.");
        faults.push(Fault::new("/default_branch", FaultCode::InvalidFormat, detail));
    }
    let shipping = &settings.shipping;
    let pointer = "/shipping/branch_pattern";
    let branch = shipping.branch("workflow", RunId::from_uuid(Uuid::nil()));
    if git::check_branch(&branch).is_err() {
        let detail =
            format!("Git has no branches named like {branch}, which {} comes to.", shipping.branch_pattern);
        faults.push(Fault::new(pointer, FaultCode::InvalidFormat, detail));
    } else if branch.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')) {
        let detail = format!("Git keeps no branch beneath another one: {base} is the default branch.");
        faults.push(Fault::new(pointer, FaultCode::NotAllowed, detail));
    }
    faults
}

fn names<'a>(keys: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = keys.map(String::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn pointers(base: &str, pattern: &str) -> Vec<String> {
        let mut settings: ProjectSettings = serde_json::from_value(serde_json::json!({
            "name": "p", "repository": null, "default_branch": base, "test_command": [], "agent": null,
            "credential": null, "shipping": {},
        }))
        .unwrap();
        pattern.clone_into(&mut settings.shipping.branch_pattern);
        branch_faults(&settings).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test_case("main", "jidocode/{workflow}/{run}", &[]; "usual ones")]
    #[test_case("main", "mainly/{run}", &[]; "a name that begins alike")]
    #[test_case("refs/heads/main", "fix-{run}", &[]; "a full name")]
    #[test_case("..bad", "{run}", &["/default_branch"])]
    #[test_case("a b", "{run}.lock", &["/default_branch", "/shipping/branch_pattern"]; "both")]
    #[test_case("main", "..{run}", &["/shipping/branch_pattern"]; "dots")]
    #[test_case("main", "/{run}", &["/shipping/branch_pattern"]; "a slash first")]
    #[test_case("main", "-{run}", &["/shipping/branch_pattern"]; "a dash first")]
    #[test_case("main", "main/{run}", &["/shipping/branch_pattern"]; "beneath the default branch")]
    fn branches_that_git_cannot_have_are_faults(base: &str, pattern: &str, expected: &[&str]) {
        assert_eq!(pointers(base, pattern), expected);
    }
}
