//! The definitions that the documentation shows.

use domain::concurrency::{Concurrency, OnLimit};
use domain::contract::parse_yaml;

const PAGE: &str = include_str!("../../../../docs/workflows.md");

#[test]
fn every_definition_in_the_reference_is_valid() {
    let examples: Vec<&str> =
        PAGE.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        if let Err(faults) = parse_yaml(example) {
            panic!("{faults:?} in\n{example}");
        }
    }
}

#[test]
fn every_field_of_a_definition_is_in_the_reference() {
    let fields = [
        "name",
        "title",
        "description",
        "inputs",
        "steps",
        "policies",
        "triggers",
        "key",
        "uses",
        "needs",
        "with",
        "timeout",
        "retry",
        "effect",
        "max_attempts",
        "initial_interval_ms",
        "backoff_factor",
        "max_interval_ms",
        "outputs",
        "run",
        "env",
        "workdir",
        "agent",
        "prompt",
        "command",
        "report",
        "expect",
        "require_tests",
        "required_approvals",
        "allow_self_approval",
        "rationale_on_reject",
        "expires_in",
        "on_reject",
        "evidence_from",
        "mode",
        "message",
        "branch",
        "concurrency",
        "max_runs",
        "on_limit",
    ];
    let missing: Vec<&str> =
        fields.into_iter().filter(|field| !PAGE.contains(&format!("`{field}"))).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_limit_is_read_and_queues_unless_it_says_otherwise() {
    let limit = |text: &str| {
        let source = format!(
            "name: n\nsteps:\n  - {{ key: a, uses: set, with: {{ outputs: {{}} }} }}\npolicies: {{ concurrency: {text} }}\n"
        );
        parse_yaml(&source).map(|pinned| pinned.definition().policies.concurrency)
    };
    let read = |max_runs, on_limit| Ok(Some(Concurrency { max_runs, on_limit }));
    assert_eq!(limit("{ max_runs: 2 }"), read(2, OnLimit::Queue));
    assert_eq!(limit("{ max_runs: 1, on_limit: refuse }"), read(1, OnLimit::Refuse));
    assert_eq!(limit("{ max_runs: 1, on_limit: cancel_in_progress }"), read(1, OnLimit::CancelInProgress));
    for (text, pointer) in [
        ("{}", "/policies/concurrency/max_runs"),
        ("{ max_runs: 0 }", "/policies/concurrency/max_runs"),
        ("{ max_runs: 1001 }", "/policies/concurrency/max_runs"),
        ("{ max_runs: 1, on_limit: wait }", "/policies/concurrency/on_limit"),
        ("{ max_runs: 1, more: 1 }", "/policies/concurrency/more"),
        ("3", "/policies/concurrency"),
    ] {
        let faults = limit(text).unwrap_err();
        assert!(faults.iter().any(|fault| fault.pointer == pointer), "{text}: {faults:?}");
    }
}
