//! What several tests build.

use domain::contract::{Definition, Pinned, StepKey, parse_yaml};
use domain::{Fault, FaultCode};

pub fn definition(yaml: &str) -> Definition {
    pinned(yaml).definition().clone()
}

pub fn pinned(yaml: &str) -> Pinned {
    parse_yaml(yaml).unwrap_or_else(|faults| panic!("not valid: {faults:#?}"))
}

pub fn faults(yaml: &str) -> Vec<Fault> {
    parse_yaml(yaml).expect_err("the definition should not be valid")
}

/// Pointer and code of each fault, in order.
pub fn places(faults: &[Fault]) -> Vec<(String, FaultCode)> {
    faults.iter().map(|fault| (fault.pointer.clone(), fault.code)).collect()
}

pub fn key(text: &str) -> StepKey {
    StepKey::parse(text).unwrap()
}
