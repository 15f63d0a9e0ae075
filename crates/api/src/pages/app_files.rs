//! The browser app's files. A path that is no file is a page of the app: it gets `index.html`.

use crate::error::Error;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, ResponseError};
use std::path::{Component, Path, PathBuf};

/// Serves the file that the path names beneath `root`.
pub async fn serve(root: &Path, path: &str) -> HttpResponse {
    let name = path.trim_start_matches('/');
    if !name.is_empty()
        && let Some(file) = beneath(root, name)
        && let Ok(bytes) = tokio::fs::read(&file).await
    {
        return answer(&file, bytes);
    }
    // What looks like a file and is none is missing; everything else is a page of the app.
    if Path::new(name).extension().is_some() {
        return Error::not_found("file").error_response();
    }
    let index = root.join("index.html");
    match tokio::fs::read(&index).await {
        Ok(bytes) => answer(&index, bytes),
        Err(_) => Error::not_found("page").error_response(),
    }
}

/// The file beneath `root`, links followed; `None` when it is none or lies elsewhere.
fn beneath(root: &Path, name: &str) -> Option<PathBuf> {
    let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || name.contains('\0') {
        return None;
    }
    let root = root.canonicalize().ok()?;
    let file = root.join(name).canonicalize().ok()?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}

fn answer(file: &Path, bytes: Vec<u8>) -> HttpResponse {
    let media_type = match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "webmanifest") => "application/json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(bytes)
}
