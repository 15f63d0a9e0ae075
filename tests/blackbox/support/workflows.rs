//! Definitions that tests publish. `NAME` stands for the name they are published under.

/// Agent, tests, gate that cancels, ship.
pub const CANCELLED_BY_REJECTION: &str = r"
name: NAME
steps:
  - { key: work, uses: agent }
  - { key: tests, uses: test }
  - key: gate
    uses: approval
    with: { on_reject: { action: cancel } }
  - { key: ship, uses: ship }
";

/// Agent, tests, gate that sends back twice at most, ship.
pub const REROUTED_BY_REJECTION: &str = r"
name: NAME
steps:
  - { key: work, uses: agent }
  - { key: tests, uses: test }
  - key: gate
    uses: approval
    with: { on_reject: { action: retry_step, step: work, max_rounds: 2 } }
  - { key: ship, uses: ship }
";

/// A shell script as the only step.
pub fn one_command(script: &str) -> String {
    format!(
        "name: NAME\nsteps:\n  - key: only\n    uses: command\n    with: {{ run: {} }}\n",
        serde_json::json!(script)
    )
}

/// A gate between two steps that need no repository; `policy` is what else stands under its `with`.
pub fn gated(policy: &str) -> String {
    format!(
        "
name: NAME
steps:
  - key: prepare
    uses: set
    with: {{ outputs: {{ diff_summary: one change, test_summary: none needed, risk_notes: [] }} }}
  - key: gate
    uses: approval
    with: {{ evidence_from: prepare, {policy} }}
  - {{ key: finish, uses: set, with: {{ outputs: {{ done: true }} }} }}
"
    )
}
