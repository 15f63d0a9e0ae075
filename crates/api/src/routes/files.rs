//! Stored files of a run, and its change.

use super::{missing, run};
use crate::error::{Error, Result};
use crate::input::{ArtifactPath, RunPath};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::header::{
    ACCEPT, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY,
};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::Digest;
use persistence::commands::{GetApproval, GetArtifact, ListArtifacts};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ArtifactList, DiffResponse};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_artifacts).service(download_artifact).service(get_diff);
}

/// List the artifacts of a run
///
/// Oldest first.
#[utoipa::path(
    tag = "runs",
    params(RunPath),
    responses((status = 200, description = "The artifacts.", body = ArtifactList), problems::Reading)
)]
#[get("/projects/{project_id}/runs/{run_id}/artifacts")]
async fn list_artifacts(app: web::Data<App>, path: RunPath) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let records = app.engine.store().read(ListArtifacts { run_id: found.id }).await?;
    let items = records.into_iter().map(|record| views::artifact(found.project_id, record)).collect();
    Ok(HttpResponse::Ok().json(ArtifactList { items }))
}

/// Download an artifact
///
/// As bytes that no browser opens or runs; the list says what they are.
#[utoipa::path(
    tag = "runs",
    params(ArtifactPath),
    responses(
        (status = 200, description = "The content.", body = String, content_type = "application/octet-stream"),
        problems::Reading,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}/artifacts/{artifact_id}")]
async fn download_artifact(app: web::Data<App>, path: ArtifactPath) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let query = GetArtifact { run_id: found.id, id: path.artifact_id };
    let record = app.engine.store().read(query).await.map_err(missing("artifact"))?;
    let bytes = app.engine.artifact_bytes(&record).await?;
    let name: String = record.name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((ETAG, format!("\"{}\"", record.sha256)))
        .body(bytes))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Get the change of a run
///
/// What its newest gate found: as JSON, or as the patch alone with `Accept: text/x-diff`.
#[utoipa::path(
    tag = "runs",
    params(RunPath),
    responses(
        (status = 200, description = "The change.", content((DiffResponse = "application/json"), (String = "text/x-diff"))),
        problems::Reading,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}/diff")]
async fn get_diff(app: web::Data<App>, request: HttpRequest, path: RunPath) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let patch = app.engine.diff(found.id).await?;
    let patch = patch.ok_or_else(|| Error::not_found("change yet: no gate has looked at it"))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, "Accept"));
    if wants_patch(&request) {
        return Ok(response.content_type("text/x-diff; charset=utf-8").body(patch));
    }
    let gate = match app.engine.store().read(GetApproval { run_id: found.id, id: None }).await {
        Ok((gate, _)) => Some(gate),
        Err(persistence::Error::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let evidence = match &gate {
        Some(gate) => app.engine.evidence(gate).await?,
        None => None,
    };
    let summary = evidence.map(|evidence| evidence.diff_summary);
    let (base, commit, files) = match summary {
        Some(summary) => (summary.base, summary.commit, summary.files),
        None => (found.base_commit, None, Vec::new()),
    };
    Ok(response.json(DiffResponse {
        base,
        commit,
        sha256: Digest::of(&patch).hex().to_owned(),
        files,
        patch: String::from_utf8_lossy(&patch).into_owned(),
    }))
}

fn wants_patch(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kinds = accepted.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
    let first = kinds.into_iter().find(|kind| {
        matches!(*kind, "application/json" | "*/*" | "application/*" | "text/x-diff" | "text/x-patch")
    });
    matches!(first, Some("text/x-diff" | "text/x-patch"))
}
