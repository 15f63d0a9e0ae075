//! Projects.

use crate::check;
use crate::concurrency::Concurrency;
use crate::page::page;
use domain::project::{ProjectSettings, ShipMode, Shipping};
use domain::{Actor, Permission, ProjectId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Where approved work goes. What is absent has the usual value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShippingRequest {
    /// The name that people see for the destination; `origin` unless given.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    #[validate(length(min = 1, max = 100))]
    pub remote: Option<String>,
    /// Branch name; `{workflow}` and `{run}` are filled in. It must hold `{run}`, be a name that git takes, and not lie beneath
    /// the default branch.
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 200,
            pattern = r"^[A-Za-z0-9._/{}-]*\{run\}[A-Za-z0-9._/{}-]*$",
            example = "jidocode/{workflow}/{run}"
        )
    )]
    #[validate(length(min = 1, max = 200))]
    pub branch_pattern: Option<String>,
    /// `push` unless given.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ShipMode>))]
    pub mode: Option<ShipMode>,
}

impl From<ShippingRequest> for Shipping {
    fn from(request: ShippingRequest) -> Self {
        let usual = Self::default();
        Self {
            remote: request.remote.unwrap_or(usual.remote),
            branch_pattern: request.branch_pattern.unwrap_or(usual.branch_pattern),
            mode: request.mode.unwrap_or(usual.mode),
        }
    }
}

/// A new project. Without `repository` its runs have no workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateProjectRequest {
    /// Unique among the projects.
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 100,
            pattern = r"^[^\x00-\x20\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f])?$",
            example = "parser"
        )
    )]
    #[validate(length(min = 1, max = 100), custom(function = check::name))]
    pub name: String,
    /// The address of a git repository: `https`, `ssh`, `git@host:path` or `file`.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1000, example = "file:///srv/git/parser.git")
    )]
    #[validate(length(min = 1, max = 1000))]
    pub repository: Option<String>,
    /// The branch that runs start from, by a name that git takes; `main` unless given.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "main"))]
    #[validate(length(min = 1, max = 200))]
    pub default_branch: Option<String>,
    /// Arguments of the test command, program first.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100, example = json!(["cargo", "test"])))]
    #[validate(length(max = 100))]
    pub test_command: Vec<String>,
    /// The coding agent, by its name in the server's configuration.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 63))]
    #[validate(length(min = 1, max = 63))]
    pub agent: Option<String>,
    /// The git credential, by its name in the server's configuration.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 63))]
    #[validate(length(min = 1, max = 63))]
    pub credential: Option<String>,
    #[validate(nested)]
    pub shipping: Option<ShippingRequest>,
    /// How many runs of the project are worked on at once; any number unless given.
    #[validate(nested)]
    pub concurrency: Option<Concurrency>,
}

impl From<CreateProjectRequest> for ProjectSettings {
    fn from(request: CreateProjectRequest) -> Self {
        Self {
            name: request.name,
            repository: request.repository,
            default_branch: request.default_branch.unwrap_or_else(|| "main".to_owned()),
            test_command: request.test_command,
            agent: request.agent,
            credential: request.credential,
            shipping: request.shipping.unwrap_or_default().into(),
            concurrency: request.concurrency.map(Into::into),
        }
    }
}

/// The whole new state of a project's settings: a field that is absent gets its usual value, not its former one.
pub type UpdateProjectRequest = CreateProjectRequest;

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: ProjectId,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub repository: Option<String>,
    pub default_branch: String,
    pub test_command: Vec<String>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub agent: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub credential: Option<String>,
    pub shipping: ShippingResponse,
    /// Null: any number of runs is worked on at once.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub concurrency: Option<Concurrency>,
    /// The caller's role on the project.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Role))]
    pub role: Role,
    /// What the caller may do on the project, by this credential.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::Permission>))]
    pub permissions: Vec<Permission>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub created_by: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub updated_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub archived_at: Option<Timestamp>,
    pub revision: i64,
}

/// Where approved work of the project goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShippingResponse {
    pub remote: String,
    pub branch_pattern: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ShipMode))]
    pub mode: ShipMode,
}

impl From<Shipping> for ShippingResponse {
    fn from(shipping: Shipping) -> Self {
        Self { remote: shipping.remote, branch_pattern: shipping.branch_pattern, mode: shipping.mode }
    }
}

/// Whether archived projects are listed too, or alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchivedFilter {
    Include,
    Only,
}

/// Which projects are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListProjects {
    /// Absent: archived projects are left out.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ArchivedFilter>), param(value_type = Option<crate::schema::ArchivedFilter>))]
    pub archived: Option<ArchivedFilter>,
    /// The project with exactly this name.
    #[cfg_attr(feature = "openapi", schema(max_length = 100), param(max_length = 100))]
    #[validate(length(max = 100))]
    pub name: Option<String>,
    /// The cursor of the page before, as it came; absent: the first page.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub cursor: Option<String>,
    /// The most items that the page holds; 50 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200), param(minimum = 1, maximum = 200))]
    #[validate(range(min = 1, max = 200))]
    pub limit: Option<i64>,
}

page! {
    /// A page of projects, oldest first.
    ProjectList of ProjectResponse
}
