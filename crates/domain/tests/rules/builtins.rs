use crate::support::key;
use domain::contract::{Inputs, OnReject, StepKind, TemplateScope, builtins};
use serde_json::json;

#[test]
fn the_builtins_are_valid_and_named_as_their_files() {
    let builtins = builtins().unwrap();
    let names: Vec<_> = builtins.iter().map(|pinned| pinned.definition().name.as_str()).collect();
    assert_eq!(names, ["implement_task", "fix_failing_tests", "issue_triage"]);
}

#[test]
fn fixing_tests_runs_in_the_promised_order_and_reroutes_to_the_agent() {
    let builtins = builtins().unwrap();
    let definition = builtins[1].definition();
    let steps: Vec<_> = definition.steps.iter().map(|step| (step.key.as_str(), step.kind.as_str())).collect();
    assert_eq!(
        steps,
        [
            ("reproduce_failure", "test"),
            ("run_coding_agent", "agent"),
            ("run_tests", "test"),
            ("request_approval", "approval"),
            ("commit_and_pr", "ship"),
        ]
    );
    let Some(StepKind::Approval(gate)) = definition.step(&key("request_approval")).map(|step| &step.kind)
    else {
        panic!("request_approval is not a gate");
    };
    assert!(
        matches!(&gate.on_reject, OnReject::RetryStep { step, max_rounds: 3, .. } if *step == key("run_coding_agent"))
    );
    assert!(definition.retry_permission(Some(&key("run_tests"))).step);
    assert!(!definition.retry_permission(Some(&key("run_coding_agent"))).step);
}

fn prompt(workflow: usize, scope: &TemplateScope) -> String {
    let builtins = builtins().unwrap();
    let step = builtins[workflow].definition().step(&key("run_coding_agent")).unwrap();
    let StepKind::Agent(agent) = &step.kind else { panic!("not an agent") };
    scope.render(&agent.prompt).unwrap()
}

#[test]
fn the_fixing_prompt_holds_the_signal_the_failing_tests_and_the_rejection() {
    let mut scope = TemplateScope::new(json!({ "failure_signal": "parser panics" }), json!({ "id": "r1" }));
    scope.add_outputs(
        &key("reproduce_failure"),
        json!({ "summary": "1 of 9 failed.", "failing": ["parser::empty"], "output_tail": "panicked at line 7\n" }),
    );
    let first = prompt(1, &scope);
    for part in ["parser panics", "1 of 9 failed.", "- parser::empty", "panicked at line 7"] {
        assert!(first.contains(part), "{part} is not in:\n{first}");
    }
    assert!(!first.contains("reviewer rejected"), "{first}");

    scope.set_rejection(Some(json!({ "rationale": "Keep the old error text." })));
    assert!(prompt(1, &scope).contains("Keep the old error text."));
    scope.set_rejection(Some(json!({ "rationale": null })));
    assert!(prompt(1, &scope).contains("gave no reason"));
}

#[test]
fn the_task_prompt_mentions_acceptance_only_when_given() {
    let with = TemplateScope::new(json!({ "task_summary": "Add x", "acceptance": "x works" }), json!({}));
    assert!(prompt(0, &with).contains("# Done when\nx works"));
    let without = TemplateScope::new(json!({ "task_summary": "Add x" }), json!({}));
    assert!(!prompt(0, &without).contains("Done when"));
}

#[test]
fn the_task_becomes_the_commit_message() {
    let builtins = builtins().unwrap();
    let step = builtins[0].definition().step(&key("commit_and_pr")).unwrap();
    let StepKind::Ship(ship) = &step.kind else { panic!("not a ship step") };
    let scope =
        TemplateScope::new(json!({ "task_summary": format!("  {}\nmore", "a".repeat(80)) }), json!({}));
    assert_eq!(scope.render(ship.message.as_deref().unwrap()).unwrap(), "a".repeat(72));
}

#[test]
fn triage_computes_its_evidence_without_a_repository() {
    let builtins = builtins().unwrap();
    let definition = builtins[2].definition();
    let inputs = json!({ "issue_title": "It breaks ", "issue_body": "on every second run" });
    let (inputs, _) = Inputs::check(definition, &inputs).unwrap();
    let mut scope = TemplateScope::new(inputs, json!({}));
    for step in &definition.steps {
        if let StepKind::Set(set) = &step.kind {
            let outputs = scope.render_value(&set.outputs).unwrap();
            scope.add_outputs(&step.key, outputs);
        }
    }
    let evidence = scope.render_value(&json!("{{ steps.summarize.outputs }}")).unwrap();
    assert_eq!(
        evidence,
        json!({
            "diff_summary": "No file changes. Issue: It breaks",
            "test_summary": "No tests: triage runs no code. The issue has 4 words.",
            "risk_notes": [],
        })
    );
}
