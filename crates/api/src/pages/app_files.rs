//! The browser app's files. A path that is no file is a page of the app: it gets `index.html`.
//!
//! Files beneath `assets` are named by their content and may be kept for ever; all others are asked for again each
//! time and answered by 304 while they are the same. A file may have smaller forms beside it, `.br` and `.gz`, which
//! go to those who accept them and are no files of their own.

use crate::error::Error;
use crate::input::{etag, is_not_modified};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, ETAG, Encoding, Header,
    VARY,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

const PAGE: &str = "index.html";
const ASSETS: &str = "assets/";
/// The smaller forms by their extension.
const FORMS: [(&str, ContentEncoding); 2] = [("br", ContentEncoding::Brotli), ("gz", ContentEncoding::Gzip)];

/// A file in the form that the client gets.
struct Content {
    bytes: Vec<u8>,
    encoding: Encoding,
}

/// Serves the file that the path names beneath `root`.
pub async fn serve(root: &Path, request: &HttpRequest) -> HttpResponse {
    let name = request.path().trim_start_matches('/');
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    if !FORMS.iter().any(|(form, _)| extension == Some(*form))
        && let Some(content) = read(root, name, request).await
    {
        return answer(name, content, request);
    }
    // What looks like a file and is none is missing; everything else is a page of the app.
    if name.starts_with(ASSETS) || extension.is_some() {
        return Error::not_found("file").error_response();
    }
    match read(root, PAGE, request).await {
        Some(content) => answer(PAGE, content, request),
        None => Error::not_found("page").error_response(),
    }
}

/// Reads a file in the smallest form that the client accepts; `None` when there is no such file.
async fn read(root: &Path, name: &str, request: &HttpRequest) -> Option<Content> {
    let file = beneath(root, name)?;
    let forms = FORMS.map(|(extension, encoding)| {
        (beneath(root, &format!("{name}.{extension}")), Encoding::Known(encoding))
    });
    let offered = forms.iter().filter(|(path, _)| path.is_some()).map(|(_, encoding)| encoding);
    // Who accepts nothing that can be understood gets the file as it is.
    let accepted = AcceptEncoding::parse(request).ok();
    let encoding = accepted.and_then(|accepted| accepted.negotiate(offered)).unwrap_or(Encoding::identity());
    let chosen = forms.iter().find(|(_, form)| *form == encoding).and_then(|(path, _)| path.as_ref());
    let bytes = tokio::fs::read(chosen.unwrap_or(&file)).await.ok()?;
    Some(Content { bytes, encoding })
}

/// The file beneath `root`, links followed; `None` when it is none or lies elsewhere.
fn beneath(root: &Path, name: &str) -> Option<PathBuf> {
    let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || !plain || name.contains('\0') {
        return None;
    }
    let root = root.canonicalize().ok()?;
    let file = root.join(name).canonicalize().ok()?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}

fn answer(name: &str, content: Content, request: &HttpRequest) -> HttpResponse {
    let Content { bytes, encoding } = content;
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, "Accept-Encoding"));
    if name.starts_with(ASSETS) {
        response.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    } else {
        // Each form has bytes of its own, and so a tag of its own.
        let tag = etag(hex::encode(Sha256::digest(&bytes)));
        response.insert_header((CACHE_CONTROL, "no-cache")).insert_header((ETAG, tag.clone()));
        if is_not_modified(request, &tag) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
    }
    if encoding != Encoding::identity() {
        response.insert_header((CONTENT_ENCODING, encoding.to_string()));
    }
    response.insert_header((CONTENT_TYPE, media_type(name))).body(bytes)
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
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
    }
}
