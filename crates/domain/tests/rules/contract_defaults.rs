use crate::support::{definition, key, pinned};
use domain::Digest;
use domain::contract::{
    ApprovalStep, Effect, OnExhausted, OnReject, Pinned, PinnedError, RationaleRule, RejectWorkspace,
    StepKind, TemplateScope, Trigger, parse_json, parse_yaml,
};
use serde_json::json;
use test_case::test_case;

const EVERY_KIND: &str = "
name: every_kind
steps:
  - { key: compute, uses: set, with: { outputs: { a: 1 } } }
  - { key: prepare, uses: command, with: { run: make } }
  - { key: work, uses: agent }
  - { key: check, uses: test }
  - { key: gate, uses: approval }
  - { key: send, uses: ship }
";

#[test_case("compute", 600_000, Effect::Rerunnable)]
#[test_case("prepare", 600_000, Effect::Once)]
#[test_case("work", 1_800_000, Effect::Rerunnable)]
#[test_case("check", 1_200_000, Effect::Rerunnable)]
#[test_case("gate", 600_000, Effect::Rerunnable)]
#[test_case("send", 600_000, Effect::Rerunnable)]
fn each_kind_has_its_timeout_and_effect(step: &str, timeout_ms: u64, effect: Effect) {
    let definition = definition(EVERY_KIND);
    let step = definition.step(&key(step)).unwrap();
    assert_eq!((step.timeout_ms, step.effect), (timeout_ms, effect));
}

#[test]
fn what_is_left_out_has_its_default() {
    let definition = definition(EVERY_KIND);
    assert_eq!(definition.inputs, json!({ "type": "object" }));
    assert_eq!(definition.triggers, [Trigger::Manual]);
    assert!(definition.policies.retry.full_run);
    assert!(definition.policies.retry.steps.is_empty());
    assert_eq!(definition.steps[0].needs, []);
    assert_eq!(definition.steps[3].needs, [key("work")]);
    assert_eq!(
        definition.step(&key("gate")).unwrap().kind,
        StepKind::Approval(ApprovalStep {
            required_approvals: 1,
            allow_self_approval: true,
            approvers: None,
            rationale_on_reject: RationaleRule::Optional,
            expires_in_ms: None,
            on_reject: OnReject::Cancel {},
            evidence_from: None,
        })
    );
}

#[test]
fn a_reroute_has_its_defaults() {
    let definition = definition(
        "
name: n
steps:
  - { key: work, uses: agent }
  - { key: gate, uses: approval, with: { expires_in: 72h, on_reject: { action: retry_step, step: work } } }
",
    );
    let StepKind::Approval(gate) = &definition.steps[1].kind else { panic!("not a gate") };
    assert_eq!(gate.expires_in_ms, Some(259_200_000));
    assert_eq!(
        gate.on_reject,
        OnReject::RetryStep {
            step: key("work"),
            max_rounds: 3,
            workspace: RejectWorkspace::Keep,
            on_exhausted: OnExhausted::Cancel,
        }
    );
}

#[test]
fn the_default_texts_render_with_a_bare_run() {
    let definition = definition(EVERY_KIND);
    let mut scope = TemplateScope::new(json!({ "task": "mend it" }), json!({ "id": "r1" }));
    let StepKind::Agent(agent) = &definition.steps[2].kind else { panic!("not an agent") };
    assert!(scope.render(&agent.prompt).unwrap().contains("\"task\": \"mend it\""));
    scope.set_rejection(Some(json!({ "rationale": "too long" })));
    assert!(scope.render(&agent.prompt).unwrap().contains("The reviewer wrote:\ntoo long"));
    let StepKind::Ship(ship) = &definition.steps[5].kind else { panic!("not a ship step") };
    assert_eq!(scope.render(ship.message.as_deref().unwrap()).unwrap(), "Work of run r1");
    let titled = TemplateScope::new(json!({}), json!({ "id": "r1", "title": "Mend the parser" }));
    assert_eq!(titled.render(ship.message.as_deref().unwrap()).unwrap(), "Mend the parser");
}

#[test]
fn an_effect_and_a_retry_can_be_written() {
    let definition = definition(
        "
name: n
steps:
  - key: a
    uses: command
    with: { run: make }
    effect: rerunnable
    timeout: 90s
    retry: { max_attempts: 3, initial_interval_ms: 90000 }
",
    );
    let step = &definition.steps[0];
    assert_eq!((step.effect, step.timeout_ms), (Effect::Rerunnable, 90_000));
    let retry = step.retry.as_ref().unwrap();
    assert_eq!((retry.max_attempts, retry.initial_interval_ms, retry.max_interval_ms), (3, 90_000, 90_000));
}

#[test]
fn the_same_document_has_the_same_digest_in_every_notation() {
    let yaml = parse_yaml("name: n\nsteps:\n  - {uses: agent, key: a}\n").unwrap();
    let json = parse_json(br#"{ "steps": [ { "key": "a", "uses": "agent" } ], "name": "n" }"#).unwrap();
    assert_eq!(yaml.document(), r#"{"name":"n","steps":[{"key":"a","uses":"agent"}]}"#);
    assert_eq!(yaml, json);
    assert_eq!(*yaml.digest(), Digest::of(yaml.document().as_bytes()));
}

#[test]
fn a_whole_number_written_as_a_fraction_is_that_number() {
    let pinned = parse_json(
        br#"{"name":"n","steps":[{"key":"a","uses":"agent","retry":{"max_attempts":2.0}},
            {"key":"b","uses":"set","with":{"outputs":{"x":1.0}}}]}"#,
    )
    .unwrap();
    assert_eq!(pinned, Pinned::load(pinned.document(), pinned.digest()).unwrap());
}

#[test]
fn a_corrupt_document_is_not_loaded() {
    let pinned = pinned(EVERY_KIND);
    assert_eq!(Pinned::load(pinned.document(), pinned.digest()).unwrap(), pinned);
    let changed = pinned.document().replace("make", "rm -rf /");
    assert!(matches!(
        Pinned::load(&changed, pinned.digest()),
        Err(PinnedError::DigestMismatch { expected, actual })
            if expected == *pinned.digest() && actual == Digest::of(changed.as_bytes())
    ));
    let other = "{}";
    assert!(matches!(
        Pinned::load(other, &Digest::of(other.as_bytes())),
        Err(PinnedError::Unreadable { faults }) if faults.len() == 2
    ));
}
