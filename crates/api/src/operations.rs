//! Which operation a method and a path name, read from the OpenAPI document.

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
    /// The operation that this method and path pattern name.
    pub fn named(&self, method: &str, pattern: &str) -> Option<&str> {
        self.by_path.get(pattern)?.get(method).map(String::as_str)
    }

    /// The methods that a path pattern knows; empty for an unknown one.
    pub fn methods_of(&self, pattern: &str) -> Vec<String> {
        let methods = self.by_path.get(pattern).into_iter().flat_map(BTreeMap::keys);
        methods.map(|method| (*method).to_owned()).collect()
    }

    /// Every operation: method, path and id.
    #[cfg(test)]
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        self.by_path.iter().flat_map(|(path, methods)| {
            methods.iter().map(move |(method, id)| (*method, path.as_str(), id.as_str()))
        })
    }
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
