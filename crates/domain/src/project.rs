//! What a project says about its runs. A run pins a copy at creation.

use crate::concurrency::Concurrency;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipMode {
    /// Push the approved commit to the pinned destination.
    #[default]
    Push,
    /// Store a bundle of the approved commit; touch no remote.
    DryRun,
}

/// Where approved work goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipping {
    /// The name that people see for the destination; the address is the project's repository.
    #[serde(default = "Shipping::default_remote")]
    pub remote: String,
    /// Branch name; `{workflow}` and `{run}` (last twelve hexadecimal digits of the run's id) are filled in.
    #[serde(default = "Shipping::default_branch_pattern")]
    pub branch_pattern: String,
    #[serde(default)]
    pub mode: ShipMode,
}

impl Shipping {
    fn default_remote() -> String {
        "origin".to_owned()
    }

    fn default_branch_pattern() -> String {
        "jidocode/{workflow}/{run}".to_owned()
    }

    /// The branch for one run.
    pub fn branch(&self, workflow: &str, run: crate::RunId) -> String {
        self.branch_pattern.replace("{workflow}", workflow).replace("{run}", &run.short())
    }
}

impl Default for Shipping {
    fn default() -> Self {
        Self {
            remote: Self::default_remote(),
            branch_pattern: Self::default_branch_pattern(),
            mode: ShipMode::default(),
        }
    }
}

/// The settings a run pins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSettings {
    pub name: String,
    /// Absent: runs have no workspace.
    pub repository: Option<String>,
    pub default_branch: String,
    /// Arguments of the test command, program first; empty when the project names none.
    pub test_command: Vec<String>,
    /// The agent command line, by its name in the server's configuration.
    pub agent: Option<String>,
    /// The git credential, by its name in the server's configuration.
    #[serde(default)]
    pub credential: Option<String>,
    pub shipping: Shipping,
    /// How many runs of the project are worked on at once; absent: any number.
    #[serde(default)]
    pub concurrency: Option<Concurrency>,
}
