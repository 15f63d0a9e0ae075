use crate::support::{definition, faults, places};
use domain::FaultCode;
use test_case::test_case;

fn workflow(steps: &str) -> String {
    format!("name: n\nsteps:\n{steps}")
}

#[test]
fn steps_run_in_topological_order_and_ties_stay_as_written() {
    let yaml = workflow(
        "
  - { key: last, uses: agent, needs: [second, first] }
  - { key: second, uses: agent, needs: [first] }
  - { key: first, uses: agent, needs: [] }
  - { key: alone, uses: agent, needs: [] }
",
    );
    let order: Vec<_> = definition(&yaml).steps.iter().map(|step| step.key.to_string()).collect();
    assert_eq!(order, ["first", "second", "last", "alone"]);
}

#[test]
fn a_cycle_is_named_and_what_waits_for_it_is_unreachable() {
    let found = faults(&workflow(
        "
  - { key: a, uses: agent, needs: [c] }
  - { key: b, uses: agent, needs: [a] }
  - { key: c, uses: agent, needs: [b] }
  - { key: after, uses: agent, needs: [c] }
  - { key: fine, uses: agent, needs: [] }
",
    ));
    assert_eq!(
        places(&found),
        [
            ("/steps/0/needs".to_owned(), FaultCode::Cycle),
            ("/steps/3".to_owned(), FaultCode::UnreachableStep),
        ]
    );
    assert_eq!(found[0].detail, "These steps wait for each other: a → c → b → a.");
}

#[test]
fn a_step_that_needs_itself_is_a_cycle() {
    let found = faults(&workflow("  - { key: a, uses: agent, needs: [a] }"));
    assert_eq!(places(&found), [("/steps/0/needs".to_owned(), FaultCode::Cycle)]);
}

#[test_case("  - { key: send, uses: ship }", Some("send"); "no gate at all")]
#[test_case("
  - { key: work, uses: agent }
  - { key: send, uses: ship }
", Some("work → send"); "work without a gate")]
#[test_case("
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: send, uses: ship }
", None; "a gate on the only way")]
#[test_case("
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: send, uses: ship, needs: [gate, work] }
", Some("work → send"); "a way around the gate")]
#[test_case("
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: other, uses: agent, needs: [] }
  - { key: send, uses: ship, needs: [gate, other] }
", Some("other → send"); "another start that no gate follows")]
#[test_case("
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: second_gate, uses: approval, needs: [work] }
  - { key: send, uses: ship, needs: [gate, second_gate] }
", None; "two ways with a gate each")]
#[test_case("
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: report, uses: agent }
  - { key: send, uses: ship }
", None; "work between the gate and shipping")]
#[test_case("
  - { key: work, uses: agent }
  - { key: send, uses: ship, with: { mode: dry_run } }
", None; "a dry run ships nothing")]
#[test_case("
  - { key: work, uses: agent }
  - { key: send, uses: ship, with: { mode: push } }
", Some("work → send"); "push is not dry run")]
fn shipping_is_behind_a_gate(steps: &str, way_around: Option<&str>) {
    let yaml = workflow(steps);
    match way_around {
        None => drop(definition(&yaml)),
        Some(route) => {
            let found = faults(&yaml);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].code, FaultCode::UngatedShip);
            assert!(found[0].detail.contains(&format!("The way {route} passes")), "{}", found[0].detail);
        }
    }
}
