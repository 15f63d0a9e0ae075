//! The limits that a client can check before it sends.

use crate::{CreateProjectRequest, PageQuery, ProblemCode, StartRunRequest, check};
use domain::FaultCode;
use serde_json::json;
use validator::Validate;

fn found(value: &impl Validate) -> Vec<(String, FaultCode, Option<u64>)> {
    let faults = value.validate().err().map(|errors| check::faults(&errors)).unwrap_or_default();
    let mut found: Vec<_> =
        faults.into_iter().map(|fault| (fault.pointer, fault.code, fault.limit)).collect();
    found.sort();
    found
}

#[test]
fn every_broken_limit_is_named_by_pointer_and_bound() {
    let request: CreateProjectRequest = serde_json::from_value(json!({
        "name": "", "default_branch": "b".repeat(201), "test_command": vec!["x"; 101],
        "shipping": { "remote": "r".repeat(101) },
    }))
    .unwrap();
    let expected = [
        ("/default_branch", FaultCode::TooLong, Some(200)),
        ("/name", FaultCode::TooShort, Some(1)),
        ("/name", FaultCode::InvalidFormat, None),
        ("/shipping/remote", FaultCode::TooLong, Some(100)),
        ("/test_command", FaultCode::TooMany, Some(100)),
    ];
    assert_eq!(found(&request), expected.map(|(pointer, code, limit)| (pointer.to_owned(), code, limit)));
    let query = PageQuery { cursor: None, limit: Some(0) };
    assert_eq!(found(&query), [("/limit".to_owned(), FaultCode::TooSmall, Some(1))]);
    let query = PageQuery { cursor: None, limit: Some(201) };
    assert_eq!(found(&query), [("/limit".to_owned(), FaultCode::TooLarge, Some(200))]);
}

#[test]
fn labels_are_few_and_short() {
    let request = |labels: serde_json::Value| -> StartRunRequest {
        serde_json::from_value(json!({ "workflow": "w", "labels": labels })).unwrap()
    };
    assert_eq!(found(&request(json!({ "k".repeat(63): "v".repeat(63) }))), []);
    for wrong in [json!({ "": "v" }), json!({ "k".repeat(64): "v" }), json!({ "k": "v".repeat(64) })] {
        assert_eq!(found(&request(wrong)), [("/labels".to_owned(), FaultCode::TooLong, None)]);
    }
}

#[test]
fn requests_refuse_what_they_do_not_know() {
    let refused = serde_json::from_value::<StartRunRequest>(json!({ "workflow": "w", "titel": "x" }));
    assert!(refused.is_err());
}

#[test]
fn codes_read_back_and_are_errors() {
    for code in ProblemCode::ALL {
        assert_eq!(ProblemCode::parse(code.as_str()), Some(*code));
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert!((400..600).contains(&code.status()), "{code}");
        assert!(code.title().chars().all(|c| c != '.') && code.remediation().ends_with('.'), "{code}");
    }
}
