//! Which operation a method and a path name, read from the OpenAPI document.
//!
//! The guard asks here before any handler is reached, so the answer must not depend on how the router breaks ties.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use utoipa::openapi::path::{Operation, PathItem};

/// The operations of the document by path and method.
#[derive(Debug, Default)]
pub struct Operations {
    by_path: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// The operations of this server.
pub fn operations() -> &'static Operations {
    static OPERATIONS: OnceLock<Operations> = OnceLock::new();
    OPERATIONS.get_or_init(|| {
        let mut operations = Operations::default();
        for (path, item) in crate::openapi().paths.paths {
            let ids = methods(&item)
                .filter_map(|(method, operation)| Some((method, operation.operation_id.clone()?)))
                .collect();
            operations.by_path.insert(path, ids);
        }
        operations
    })
}

impl Operations {
    /// The operation that this method and path name. Of two patterns the one with fewer parameters counts.
    pub fn named(&self, method: &str, path: &str) -> Option<&str> {
        let fitting =
            self.fitting(path).filter_map(|(pattern, methods)| Some((pattern, methods.get(method)?)));
        fitting.min_by_key(|(pattern, _)| pattern.matches('{').count()).map(|(_, id)| id.as_str())
    }

    /// The methods that a path knows; empty for an unknown one.
    pub fn methods_of(&self, path: &str) -> Vec<&'static str> {
        let mut known: Vec<_> = self.fitting(path).flat_map(|(_, methods)| methods.keys().copied()).collect();
        known.sort_unstable();
        known.dedup();
        known
    }

    /// Every operation: method, path and id.
    #[cfg(test)]
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        self.by_path.iter().flat_map(|(path, methods)| {
            methods.iter().map(move |(method, id)| (*method, path.as_str(), id.as_str()))
        })
    }

    fn fitting(&self, path: &str) -> impl Iterator<Item = (&str, &BTreeMap<&'static str, String>)> {
        let fits = move |pattern: &str| fits(pattern, path);
        self.by_path
            .iter()
            .filter(move |(pattern, _)| fits(pattern))
            .map(|(pattern, methods)| (pattern.as_str(), methods))
    }
}

/// Whether the path is one that the pattern stands for: a parameter is one segment that is not empty.
fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits_segment = |part: &str| match segments.next() {
        Some(segment) if part.starts_with('{') => !segment.is_empty(),
        Some(segment) => segment == part,
        None => false,
    };
    pattern.split('/').all(fits_segment) && segments.next().is_none()
}

/// The operations of one path, by method.
pub fn methods(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("POST", "/api/v1/workflows/validate", Some("validate_workflow"))]
    #[test_case("GET", "/api/v1/workflows/validate", Some("get_workflow"))]
    #[test_case("GET", "/api/v1/workflows/gated/versions/2", Some("get_workflow_version"))]
    #[test_case("GET", "/api/v1/workflows//versions/2", None)]
    #[test_case("GET", "/api/v1/runs/", None)]
    #[test_case("GET", "/api/v1/%72uns", None)]
    #[test_case("PATCH", "/api/v1/runs", None)]
    fn method_and_path_name_one_operation(method: &str, path: &str, id: Option<&str>) {
        assert_eq!(operations().named(method, path), id);
    }
}
