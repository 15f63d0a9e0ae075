//! Names of branches, tags and full references.

use crate::error::{Error, Result};
use std::fmt;

/// Far above any real name; keeps error texts and argument vectors small.
const MAX_NAME_BYTES: usize = 512;

/// A name that satisfies `git check-ref-format` and cannot be taken for an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefName(String);

impl RefName {
    /// Reads a short name (`main`, `feature/x`) or a full one.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        if is_well_formed(name) { Ok(Self(name.to_owned())) } else { Err(invalid(name)) }
    }

    /// Reads a full reference that must lie beneath `namespace`, for example `refs/heads/`.
    pub(crate) fn beneath(namespace: &str, reference: &str) -> Result<Self> {
        let name = Self::parse(reference)?;
        let rest = reference.strip_prefix(namespace).unwrap_or_default();
        if rest.is_empty() || rest.starts_with('-') { Err(invalid(reference)) } else { Ok(name) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether work may be pushed to a branch of this name: [`Error::InvalidRef`] where git has no such branches.
pub fn check_branch(name: &str) -> Result<()> {
    RefName::beneath("refs/heads/", &format!("refs/heads/{name}")).map(drop)
}

fn invalid(name: &str) -> Error {
    Error::InvalidRef { name: name.chars().take(MAX_NAME_BYTES).collect() }
}

/// The rules of `git check-ref-format --allow-onelevel`, and no leading dash.
fn is_well_formed(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && !name.starts_with('-')
        && name != "@"
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.bytes().any(is_forbidden)
        && name.split('/').all(is_component)
}

fn is_forbidden(byte: u8) -> bool {
    byte.is_ascii_control() || b" ~^:?*[\\".contains(&byte)
}

fn is_component(component: &str) -> bool {
    !component.is_empty() && !component.starts_with('.') && !component.ends_with(".lock")
}
