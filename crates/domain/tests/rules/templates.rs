use crate::support::key;
use domain::contract::{TemplateError, TemplateScope};
use serde_json::{Value, json};
use test_case::test_case;

fn scope() -> TemplateScope {
    let mut scope = TemplateScope::new(
        json!({ "x": "a<b", "n": 3, "list": [1, 2], "none": null }),
        json!({ "id": "r1" }),
    );
    scope.add_outputs(&key("build"), json!({ "files": 2 }));
    scope
}

#[test_case("plain", "plain")]
#[test_case("{{ inputs.x }}", "a<b"; "nothing is escaped")]
#[test_case("{{ steps.build.outputs.files }} in {{ run.id }}", "2 in r1")]
#[test_case("{% if rejection %}no{% else %}fresh{% endif %}", "fresh"; "rejection is null without one")]
#[test_case("{% if inputs.y is defined %}y{% else %}none{% endif %}", "none"; "absence can be asked for")]
#[test_case("line\n", "line\n"; "a last line break stays")]
fn texts_are_rendered(template: &str, expected: &str) {
    assert_eq!(scope().render(template).as_deref(), Ok(expected));
}

#[test]
fn a_rejection_can_be_read_once_set() {
    let mut scope = scope();
    scope.set_rejection(Some(json!({ "rationale": "too big" })));
    assert_eq!(scope.render("{{ rejection.rationale }}").as_deref(), Ok("too big"));
    scope.set_rejection(None);
    assert_eq!(scope.render("{{ rejection }}").as_deref(), Ok("None"));
}

#[test]
fn later_outputs_replace_earlier_ones() {
    let mut scope = scope();
    scope.add_outputs(&key("build"), json!({ "other": 1 }));
    assert!(matches!(scope.render("{{ steps.build.outputs.files }}"), Err(TemplateError::Undefined(_))));
}

#[test_case("{{ inputs.y }}"; "missing input")]
#[test_case("{{ nothing }}"; "missing name")]
#[test_case("{{ steps.other.outputs.x }}"; "missing step")]
#[test_case("{% if inputs.y %}x{% endif %}"; "a missing input is not simply false")]
fn what_does_not_exist_is_an_error(template: &str) {
    assert!(
        matches!(scope().render(template), Err(TemplateError::Undefined(_))),
        "{:?}",
        scope().render(template)
    );
}

#[test]
fn a_value_that_does_not_exist_is_an_error_too() {
    let result = scope().render_value(&json!(["{{ inputs.y }}"]));
    assert_eq!(result, Err(TemplateError::Undefined("inputs.y".to_owned())));
}

#[test_case("{{ inputs.n }}", json!(3))]
#[test_case("  {{ inputs.list }} ", json!([1, 2]); "space around does not matter")]
#[test_case("{{- inputs.list -}}", json!([1, 2]); "whitespace control does not matter")]
#[test_case("{{ inputs.none }}", json!(null))]
#[test_case("{{ inputs.n > 2 }}", json!(true))]
#[test_case("{{ steps.build.outputs }}", json!({ "files": 2 }))]
#[test_case("n={{ inputs.n }}", json!("n=3"); "text around makes a text")]
#[test_case("{{ inputs.n }}{{ inputs.n }}", json!("33"); "two expressions make a text")]
#[test_case("{{ '}}' }}", json!("}}"); "braces within an expression")]
fn a_sole_expression_keeps_its_type(template: &str, expected: Value) {
    assert_eq!(scope().render_value(&json!(template)), Ok(expected));
}

#[test]
fn texts_anywhere_in_a_value_are_rendered_and_the_rest_stays() {
    let value = json!({ "a": ["{{ inputs.n }}", 7, null, true], "{{ k }}": { "b": "x{{ inputs.n }}" } });
    assert_eq!(
        scope().render_value(&value),
        Ok(json!({ "a": [3, 7, null, true], "{{ k }}": { "b": "x3" } }))
    );
}

#[test_case("{{ "; "unfinished")]
#[test_case("{% include 'secrets' %}"; "nothing is included")]
#[test_case("{% macro a() %}{% endmacro %}"; "no macros")]
fn what_cannot_be_read_is_a_syntax_error(template: &str) {
    assert!(
        matches!(scope().render(template), Err(TemplateError::Syntax(_))),
        "{:?}",
        scope().render(template)
    );
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    let template = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
    assert_eq!(scope().render(template), Err(TemplateError::TooExpensive));
}

#[test]
fn a_text_that_grows_too_long_is_stopped() {
    let template = "{% for a in range(2000) %}{{ 'x' * 1000 }}{% endfor %}";
    assert_eq!(scope().render(template), Err(TemplateError::TooLong { limit: 262_144 }));
    let value = json!("{{ 'x' * 300000 }}");
    assert_eq!(scope().render_value(&value), Err(TemplateError::TooLong { limit: 262_144 }));
}
