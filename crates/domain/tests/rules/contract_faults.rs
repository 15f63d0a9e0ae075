use crate::support::{faults, places};
use domain::FaultCode::{self, *};
use domain::contract::{parse_json, parse_yaml};
use test_case::test_case;

const AGENT: &str = "[{ key: a, uses: agent }]";

fn step(text: &str) -> String {
    format!("name: n\nsteps:\n  - {{ {text} }}")
}

fn gate(with: &str) -> String {
    format!(
        "name: n\nsteps:\n  - {{ key: a, uses: agent }}\n  - {{ key: g, uses: approval, with: {{ {with} }} }}\n  - {{ key: z, uses: agent }}"
    )
}

#[track_caller]
fn assert_only(yaml: &str, pointer: &str, code: FaultCode) {
    assert_eq!(places(&faults(yaml)), [(pointer.to_owned(), code)], "{:#?}", faults(yaml));
}

#[test_case("steps: AGENT", "/name", Required)]
#[test_case("name: n", "/steps", Required)]
#[test_case("name: 7\nsteps: AGENT", "/name", WrongType)]
#[test_case("name: Bad-Name\nsteps: AGENT", "/name", InvalidFormat)]
#[test_case("name: n\nsteps: []", "/steps", TooFew)]
#[test_case("name: n\nsteps: {}", "/steps", WrongType)]
#[test_case("name: n\nsteps: [7]", "/steps/0", WrongType)]
#[test_case("name: n\nsteps: AGENT\nversion: 3", "/version", UnknownField)]
#[test_case("name: n\nsteps: AGENT\na/b: 3", "/a~1b", UnknownField)]
#[test_case("name: n\nsteps: AGENT\ntitle: ''", "/title", TooShort)]
#[test_case("name: n\nsteps: AGENT\ntriggers: [cron]", "/triggers/0", NotAllowed)]
#[test_case("name: n\nsteps: AGENT\npolicies: { retries: {} }", "/policies/retries", UnknownField)]
#[test_case(
    "name: n\nsteps: AGENT\npolicies: { retry: { full_run: 1 } }",
    "/policies/retry/full_run",
    WrongType
)]
#[test_case(
    "name: n\nsteps: AGENT\npolicies: { retry: { steps: [b] } }",
    "/policies/retry/steps/0",
    UnknownStep
)]
#[test_case(
    "name: n\nsteps: AGENT\npolicies: { retry: { steps: [a, a] } }",
    "/policies/retry/steps/1",
    NotUnique
)]
#[test_case("name: n\nsteps: AGENT\ninputs: []", "/inputs", WrongType)]
#[test_case("name: n\nsteps: AGENT\ninputs: { type: array }", "/inputs/type", InvalidSchema)]
#[test_case("name: n\nsteps: AGENT\ninputs: {}", "/inputs/type", InvalidSchema)]
#[test_case(
    "name: n\nsteps: AGENT\ninputs: { type: object, required: 7 }",
    "/inputs/required",
    InvalidSchema
)]
#[test_case(
    "name: n\nsteps: AGENT\ninputs: { type: object, properties: { x: { pattern: '(' } } }",
    "/inputs/properties/x/pattern",
    InvalidSchema
)]
#[test_case(
    "name: n\nsteps: AGENT\ninputs: { type: object, properties: { x: { type: integer, default: no way } } }",
    "/inputs/properties/x/default",
    InvalidSchema
)]
fn faults_of_the_document(yaml: &str, pointer: &str, code: FaultCode) {
    assert_only(&yaml.replace("AGENT", AGENT), pointer, code);
}

#[test]
fn a_schema_may_not_refer_to_another_place() {
    for reference in ["https://example.com/schema.json", "file:///etc/passwd", "other.json"] {
        let yaml = format!("name: n\nsteps: {AGENT}\ninputs: {{ type: object, $ref: '{reference}' }}");
        let found = faults(&yaml);
        assert_eq!(found[0].code, InvalidSchema, "{found:?}");
    }
}

#[test_case("uses: agent", "/steps/0/key", Required)]
#[test_case("key: a", "/steps/0/uses", Required)]
#[test_case("key: A, uses: agent", "/steps/0/key", InvalidFormat)]
#[test_case("key: a, uses: magic", "/steps/0/uses", NotAllowed)]
#[test_case("key: a, uses: agent, when: now", "/steps/0/when", UnknownField)]
#[test_case("key: a, uses: agent, timeout: 30", "/steps/0/timeout", WrongType)]
#[test_case("key: a, uses: agent, timeout: soon", "/steps/0/timeout", InvalidFormat)]
#[test_case("key: a, uses: agent, timeout: 0s", "/steps/0/timeout", TooSmall)]
#[test_case("key: a, uses: agent, timeout: 8d", "/steps/0/timeout", TooLarge)]
#[test_case("key: a, uses: agent, effect: twice", "/steps/0/effect", NotAllowed)]
#[test_case("key: a, uses: approval, effect: once", "/steps/0/effect", NotAllowed)]
#[test_case("key: a, uses: approval, timeout: 1h", "/steps/0/timeout", NotAllowed)]
#[test_case(
    "key: a, uses: set, with: { outputs: {} }, retry: { max_attempts: 2 }",
    "/steps/0/retry",
    NotAllowed
)]
#[test_case("key: a, uses: ship, with: { mode: dry_run }, effect: once", "/steps/0/effect", NotAllowed)]
#[test_case("key: a, uses: agent, needs: [b]", "/steps/0/needs/0", UnknownStep)]
#[test_case("key: a, uses: agent, needs: b", "/steps/0/needs", WrongType)]
#[test_case("key: a, uses: agent, retry: {}", "/steps/0/retry/max_attempts", Required)]
#[test_case("key: a, uses: agent, retry: { max_attempts: 0 }", "/steps/0/retry/max_attempts", TooSmall)]
#[test_case("key: a, uses: agent, retry: { max_attempts: -1 }", "/steps/0/retry/max_attempts", TooSmall; "a negative number is too small")]
#[test_case("key: a, uses: agent, retry: { max_attempts: 21 }", "/steps/0/retry/max_attempts", TooLarge)]
#[test_case(
    "key: a, uses: agent, retry: { max_attempts: 2, backoff_factor: 0.5 }",
    "/steps/0/retry/backoff_factor",
    TooSmall
)]
#[test_case(
    "key: a, uses: agent, retry: { max_attempts: 2, initial_interval_ms: 9, max_interval_ms: 8 }",
    "/steps/0/retry/max_interval_ms",
    TooSmall
)]
#[test_case("key: a, uses: set", "/steps/0/with/outputs", Required)]
#[test_case("key: a, uses: set, with: { outputs: 7 }", "/steps/0/with/outputs", WrongType)]
#[test_case("key: a, uses: command", "/steps/0/with/run", Required)]
#[test_case("key: a, uses: command, with: { run: '' }", "/steps/0/with/run", TooShort)]
#[test_case("key: a, uses: command, with: { run: x, workdir: /etc }", "/steps/0/with/workdir", NotAllowed)]
#[test_case(
    "key: a, uses: command, with: { run: x, workdir: a/../../b }",
    "/steps/0/with/workdir",
    NotAllowed
)]
#[test_case("key: a, uses: command, with: { run: x, env: { 1A: x } }", "/steps/0/with/env/1A", InvalidFormat)]
#[test_case(
    "key: a, uses: command, with: { run: x, env: { PATH: x } }",
    "/steps/0/with/env/PATH",
    NotAllowed
)]
#[test_case(
    "key: a, uses: command, with: { run: x, env: { LD_PRELOAD: x } }",
    "/steps/0/with/env/LD_PRELOAD",
    NotAllowed
)]
#[test_case("key: a, uses: agent, with: { env: { GIT_DIR: x } }", "/steps/0/with/env/GIT_DIR", NotAllowed)]
#[test_case(
    "key: a, uses: agent, with: { env: { JIDO_OUTPUT: x } }",
    "/steps/0/with/env/JIDO_OUTPUT",
    NotAllowed
)]
#[test_case("key: a, uses: agent, with: { env: { A: 7 } }", "/steps/0/with/env/A", WrongType)]
#[test_case("key: a, uses: agent, with: { agent: 'a b' }", "/steps/0/with/agent", InvalidFormat)]
#[test_case("key: a, uses: agent, with: { model: x }", "/steps/0/with/model", UnknownField)]
#[test_case("key: a, uses: test, with: { command: [] }", "/steps/0/with/command", TooFew)]
#[test_case("key: a, uses: test, with: { command: [''] }", "/steps/0/with/command/0", TooShort; "the program has a name")]
#[test_case("key: a, uses: test, with: { command: make }", "/steps/0/with/command", WrongType)]
#[test_case(r#"key: a, uses: test, with: { command: ["a\0b"] }"#, "/steps/0/with/command/0", InvalidFormat)]
#[test_case("key: a, uses: test, with: { report: ../x.xml }", "/steps/0/with/report", NotAllowed)]
#[test_case("key: a, uses: test, with: { expect: luck }", "/steps/0/with/expect", NotAllowed)]
#[test_case("key: a, uses: ship, with: { mode: pull }", "/steps/0/with/mode", NotAllowed; "the mode is unknown")]
#[test_case(
    "key: a, uses: approval, with: { required_approvals: 0 }",
    "/steps/0/with/required_approvals",
    TooSmall
)]
#[test_case(
    "key: a, uses: approval, with: { required_approvals: 21 }",
    "/steps/0/with/required_approvals",
    TooLarge
)]
#[test_case("key: a, uses: approval, with: { on_reject: {} }", "/steps/0/with/on_reject/action", Required)]
#[test_case(
    "key: a, uses: approval, with: { on_reject: { action: retry_step } }",
    "/steps/0/with/on_reject/step",
    Required
)]
#[test_case(
    "key: a, uses: approval, with: { on_reject: { action: cancel, step: a } }",
    "/steps/0/with/on_reject/step",
    UnknownField
)]
fn faults_of_a_step(text: &str, pointer: &str, code: FaultCode) {
    let found = faults(&step(text));
    let found: Vec<_> = places(&found).into_iter().filter(|(_, code)| *code != UngatedShip).collect();
    assert_eq!(found, [(pointer.to_owned(), code)]);
}

#[test_case("on_reject: { action: retry_step, step: b }", "/steps/1/with/on_reject/step", UnknownStep)]
#[test_case("on_reject: { action: retry_step, step: z }", "/steps/1/with/on_reject/step", NotAnAncestor)]
#[test_case("on_reject: { action: retry_step, step: g }", "/steps/1/with/on_reject/step", NotAnAncestor)]
#[test_case("evidence_from: b", "/steps/1/with/evidence_from", UnknownStep)]
#[test_case("evidence_from: z", "/steps/1/with/evidence_from", NotAnAncestor)]
fn faults_of_a_gate(with: &str, pointer: &str, code: FaultCode) {
    assert_only(&gate(with), pointer, code);
}

#[test]
fn a_rejection_does_not_lead_to_a_gate() {
    let yaml = "name: n\nsteps:\n  - { key: a, uses: approval }\n  - { key: b, uses: approval, with: { on_reject: { action: retry_step, step: a } } }";
    assert_only(yaml, "/steps/1/with/on_reject/step", NotAllowed);
}

#[test]
fn two_steps_of_one_key_are_refused() {
    let yaml = "name: n\nsteps:\n  - { key: a, uses: agent }\n  - { key: a, uses: agent }";
    assert_only(yaml, "/steps/1/key", DuplicateStep);
}

#[test]
fn more_than_a_hundred_steps_are_refused() {
    let steps: String = (0..101).map(|n| format!("\n  - {{ key: s{n}, uses: agent }}")).collect();
    assert_only(&format!("name: n\nsteps:{steps}"), "/steps", TooMany);
}

#[test_case("{{ inputs.task", "cannot be read"; "syntax")]
#[test_case("{{ inputs.tusk }}", "declares no input tusk"; "an undeclared input")]
#[test_case("{{ steps.nope.outputs }}", "has no step nope"; "an unknown step")]
#[test_case("{{ steps.later.outputs.x }}", "later need not have run"; "a step that comes later")]
#[test_case("{{ steps.here.outputs.x }}", "here need not have run"; "the step itself")]
#[test_case("{{ inputs.task | truncate(3) }}", "truncate is unknown"; "an unknown filter")]
#[test_case("{{ inputs.task is imaginary }}", "imaginary is unknown"; "an unknown test")]
#[test_case("{{ secrets.token }}", "secrets is not known"; "a name no scope has")]
fn faults_of_a_template(template: &str, expected: &str) {
    let yaml = format!(
        "name: n\ninputs: {{ type: object, properties: {{ task: {{}} }} }}\nsteps:\n  - {{ key: first, uses: agent }}\n  - {{ key: here, uses: agent, with: {{ prompt: '{template}' }} }}\n  - {{ key: later, uses: agent }}"
    );
    let found = faults(&yaml);
    assert_eq!(places(&found), [("/steps/1/with/prompt".to_owned(), InvalidTemplate)], "{found:?}");
    assert!(found[0].detail.contains(expected), "{}", found[0].detail);
}

#[test]
fn every_place_of_a_template_is_checked() {
    let found = faults(
        "
name: n
steps:
  - { key: s, uses: set, with: { outputs: { 'a/b': ['{{ no }}'] } } }
  - { key: c, uses: command, with: { run: '{{ not a template }}', env: { A: '{{ no }}' } } }
  - { key: a, uses: agent, with: { prompt: '{{ no }}', env: { B: '{{ no }}' } } }
  - { key: t, uses: test, with: { command: [make, '{{ no }}'] } }
  - { key: p, uses: ship, with: { mode: dry_run, message: '{{ no }}', branch: '{{ no }}' } }
",
    );
    let expected = [
        "/steps/0/with/outputs/a~1b/0",
        "/steps/1/with/env/A",
        "/steps/2/with/prompt",
        "/steps/2/with/env/B",
        "/steps/3/with/command/1",
        "/steps/4/with/message",
        "/steps/4/with/branch",
    ];
    assert_eq!(places(&found), expected.map(|pointer| (pointer.to_owned(), InvalidTemplate)));
}

#[test_case("{{ inputs.task }} {{ steps.first.outputs.x }} {{ run.id }} {% if rejection %}{{ rejection.rationale }}{% endif %}"; "all four names")]
#[test_case("{% for n in range(3) %}{{ n }}{{ loop.index }}{% endfor %}"; "loops and functions")]
#[test_case("{% set x = inputs.task %}{{ x.whatever }}"; "own variables")]
fn a_template_may_say(template: &str) {
    let yaml = format!(
        "name: n\ninputs: {{ type: object, properties: {{ task: {{}} }} }}\nsteps:\n  - {{ key: first, uses: agent }}\n  - {{ key: here, uses: agent, with: {{ prompt: '{template}' }} }}"
    );
    parse_yaml(&yaml).unwrap();
}

#[test]
fn all_faults_are_told_at_once() {
    let found = faults(
        "
name: 9
colour: red
inputs: { type: array }
steps:
  - { key: a, uses: agent, with: { prompt: '{{ inputs.' } }
  - { key: a, uses: command, needs: [b], timeout: never }
  - { key: c, uses: ship }
policies: { retry: { steps: [d] } }
",
    );
    let mut found = places(&found);
    found.sort();
    let mut expected = [
        ("/name", WrongType),
        ("/colour", UnknownField),
        ("/inputs/type", InvalidSchema),
        ("/steps/0/with/prompt", InvalidTemplate),
        ("/steps/1/key", DuplicateStep),
        ("/steps/1/needs/0", UnknownStep),
        ("/steps/1/timeout", InvalidFormat),
        ("/steps/1/with/run", Required),
        ("/steps/2", UngatedShip),
        ("/policies/retry/steps/0", UnknownStep),
    ]
    .map(|(pointer, code)| (pointer.to_owned(), code));
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_key_written_twice_is_refused_in_both_notations() {
    let expected = [("/name".to_owned(), NotUnique), ("/steps/0/key".to_owned(), NotUnique)];
    assert_eq!(
        places(&faults("name: n\nname: m\nsteps:\n  - { key: a, key: b, uses: agent }")).as_slice(),
        {
            let mut expected = expected.clone();
            expected.sort();
            expected
        }
    );
    let json = br#"{"name":"n","name":"m","steps":[{"key":"a","key":"b","uses":"agent"}]}"#;
    assert_eq!(places(&parse_json(json).unwrap_err()), expected);
}

#[test_case("name: [", InvalidFormat; "unfinished")]
#[test_case("name: n\n---\nname: m", InvalidFormat; "two documents")]
#[test_case("a: &a [1,1]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e]", InvalidFormat; "an anchor bomb")]
#[test_case("name: .nan", InvalidFormat; "not a number")]
fn yaml_that_cannot_be_read(yaml: &str, code: FaultCode) {
    assert_only(yaml, "", code);
}

#[test]
fn an_oversized_document_is_refused_unread() {
    let yaml = format!("name: {}", "a".repeat(256 * 1024));
    assert_only(&yaml, "", TooLong);
    let json = format!("\"{}\"", "a".repeat(256 * 1024));
    assert_eq!(parse_json(json.as_bytes()).unwrap_err()[0].limit, Some(262_144));
}

#[test]
fn a_number_that_canonical_json_cannot_keep_is_refused() {
    let yaml = "name: n\nsteps: [{ key: a, uses: set, with: { outputs: { x: 9007199254740993 } } }]";
    assert_only(yaml, "/steps/0/with/outputs/x", TooLarge);
}

#[test]
fn words_of_old_yaml_are_texts() {
    let yaml = "name: no\nsteps: [{ key: on, uses: set, with: { outputs: { x: yes } } }]";
    let pinned = parse_yaml(yaml).unwrap();
    assert!(pinned.document().contains(r#""outputs":{"x":"yes"}"#));
}
