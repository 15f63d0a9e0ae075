//! How people name projects and runs on the command line.

use super::api::Api;
use super::call::Call;
use super::failure::Failure;
use super::text::clean;
use domain::{ProjectId, RunId};
use std::str::FromStr;
use url::Url;
use wire::{ProblemCode, ProjectResponse, RunResponse};

/// A project, by its id or its name.
pub fn project(api: &Api, name: &str) -> Result<ProjectResponse, Failure> {
    if let Ok(id) = ProjectId::parse(name) {
        match api.typed(&Call::get(["projects", &id.to_string()])) {
            // A name may look like an id.
            Err(failure) if failure.code() == Some(ProblemCode::NotFound) => {}
            found => return found,
        }
    }
    let call = Call::get(["projects"]).query("name", name).query("archived", "include");
    let (items, _) = api.list(&call, 1)?;
    let found = items.into_iter().next();
    let found = found.ok_or_else(|| {
        Failure::NotFound(format!(
            "there is no project {}, or you cannot read it; `jido project list`",
            clean(name)
        ))
    })?;
    api.meaning(found)
}

/// What a project is called; who may read runs but no projects knows it by its id.
pub fn project_name(api: &Api, id: ProjectId) -> Result<String, Failure> {
    match api.typed::<ProjectResponse>(&Call::get(["projects", &id.to_string()])) {
        Err(failure) if failure.code() == Some(ProblemCode::Forbidden) => Ok(id.to_string()),
        found => found.map(|project| project.name),
    }
}

/// A run as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunReference {
    Id(RunId),
    /// The run of a page, and the server that the page is of.
    Page(String, RunId),
    /// A project and the run's number in it.
    Number(String, i64),
}

impl FromStr for RunReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}` names no run: write its id, its page's address, or PROJECT/NUMBER such as parser/12"
            )
        };
        if let Ok(id) = RunId::parse(text) {
            return Ok(Self::Id(id));
        }
        if let Some(run) = run_of_page(text) {
            return Ok(run);
        }
        let (project, number) = text.rsplit_once('/').ok_or_else(expected)?;
        let number: i64 = number.trim_start_matches('#').parse().map_err(|_| expected())?;
        if project.is_empty() || number < 1 {
            return Err(expected());
        }
        Ok(Self::Number(project.to_owned(), number))
    }
}

/// The run whose page has this address, whole or from its path on.
fn run_of_page(text: &str) -> Option<RunReference> {
    let url = Url::parse(text).ok();
    let path = url.as_ref().map_or(text, Url::path);
    let mut parts = path.trim_matches('/').split('/');
    match (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()) {
        ("projects", _, "runs", id, None) => {
            let id = RunId::parse(id).ok()?;
            Some(url.map_or(RunReference::Id(id), |url| RunReference::Page(origin(&url), id)))
        }
        _ => None,
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl RunReference {
    /// The run that is meant.
    pub fn find(&self, api: &Api) -> Result<RunResponse, Failure> {
        if let Self::Page(of, id) = self
            && Url::parse(api.server()).is_ok_and(|asked| origin(&asked) != *of)
        {
            // A copy of a server has the same ids.
            return Err(Failure::Usage(format!(
                "this is a page of {of}, and {} is asked; name that server by --server, or the run by its id {id}",
                api.server()
            )));
        }
        let call = match self {
            Self::Id(id) | Self::Page(_, id) => Call::get(["runs"]).query("id", id),
            Self::Number(name, number) => {
                let project = project(api, name)?;
                Call::get(["projects", &project.id.to_string(), "runs"]).query("number", number)
            }
        };
        let (items, _) = api.list(&call, 1)?;
        let missing =
            || Failure::NotFound(format!("there is no run {self}, or you cannot read it; `jido run list`"));
        api.meaning(items.into_iter().next().ok_or_else(missing)?)
    }
}

impl std::fmt::Display for RunReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) | Self::Page(_, id) => write!(f, "{id}"),
            Self::Number(project, number) => write!(f, "{}/{number}", clean(project)),
        }
    }
}

/// The parts of a path beneath a run.
pub fn beneath<'a>(ids: &'a (String, String), rest: &[&'a str]) -> Vec<&'a str> {
    [&["projects", &ids.0, "runs", &ids.1], rest].concat()
}

/// The ids that lead to a run.
pub fn ids(run: &RunResponse) -> (String, String) {
    (run.project_id.to_string(), run.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const ID: &str = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";

    #[test_case(ID; "an id")]
    #[test_case(&format!("/projects/{ID}/runs/{ID}"); "a page's path")]
    fn a_run_is_named_by_its_id_or_path(text: &str) {
        assert_eq!(text.parse::<RunReference>(), Ok(RunReference::Id(RunId::parse(ID).unwrap())));
    }

    #[test]
    fn the_address_of_a_page_names_its_server_too() {
        let of = "https://jido.example:8443";
        let read = format!("{of}/projects/{ID}/runs/{ID}?tab=log#x").parse::<RunReference>();
        assert_eq!(read, Ok(RunReference::Page(of.to_owned(), RunId::parse(ID).unwrap())));
    }

    #[test_case("parser/12", "parser", 12)]
    #[test_case("parser/#12", "parser", 12)]
    #[test_case("team/parser/12", "team/parser", 12; "a project with a slash")]
    fn a_run_is_named_by_project_and_number(text: &str, project: &str, number: i64) {
        assert_eq!(text.parse(), Ok(RunReference::Number(project.to_owned(), number)));
    }

    #[test_case("12"; "a number alone")]
    #[test_case("/12"; "no project")]
    #[test_case("parser/zero"; "no number")]
    #[test_case("parser/0"; "zero")]
    #[test_case("parser/-1"; "negative")]
    #[test_case(""; "nothing")]
    fn anything_else_names_no_run(text: &str) {
        assert!(text.parse::<RunReference>().unwrap_err().contains("PROJECT/NUMBER"));
    }
}
