//! Workflows and their versions.

use super::{Idempotency, Reply, operations};
use crate::records::{VersionRecord, WorkflowRecord};
use domain::contract::{Pinned, WorkflowName};
use domain::{Actor, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

operations! {
    PublishVersion => Reply<Published>,
    GetWorkflow => WorkflowRecord,
    ListWorkflows => Vec<WorkflowRecord>,
    GetVersion => VersionRecord,
    ListVersions => Vec<VersionRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publisher {
    /// A person: content equal to the newest version makes no new one.
    Person(Actor),
    /// Start-up: content equal to any version makes no new one, and a workflow that a person edited is left alone.
    Builtin,
}

#[derive(Debug, Clone)]
pub struct PublishVersion {
    pub pinned: Arc<Pinned>,
    pub publisher: Publisher,
    pub now: Timestamp,
    pub idempotency: Option<Idempotency>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Published {
    Created(VersionRecord),
    /// This content is already the newest version, or a known one where start-up publishes.
    Unchanged(VersionRecord),
    /// A person's version is newest; start-up does not replace it.
    LeftAlone(VersionRecord),
}

#[derive(Debug, Clone)]
pub struct GetWorkflow {
    pub name: WorkflowName,
}

/// By name, after the name `after`.
#[derive(Debug, Clone)]
pub struct ListWorkflows {
    pub after: Option<WorkflowName>,
    pub limit: i64,
}

/// `version` absent: the newest.
#[derive(Debug, Clone)]
pub struct GetVersion {
    pub name: WorkflowName,
    pub version: Option<i64>,
}

/// Newest first, before the version `before`.
#[derive(Debug, Clone)]
pub struct ListVersions {
    pub name: WorkflowName,
    pub before: Option<i64>,
    pub limit: i64,
}
