//! The browser app's files. A path that is no file is a page of the app: it gets `index.html`.
//!
//! Files beneath `assets` are named by their content and may be kept for ever; all others are asked for again each
//! time and answered by 304 while they are the same. A file may have smaller forms beside it, `.br` and `.gz`, which
//! go to those who accept them and are no files of their own.

use crate::error::Error;
use crate::input::{etag, is_not_modified};
use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, Encoding, Header, VARY,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

/// The smaller forms by their extension.
const FORMS: [(&str, fn() -> Encoding); 2] = [("br", Encoding::brotli), ("gz", Encoding::gzip)];

/// Serves the file that the path names beneath `root`.
pub async fn serve(root: &Path, request: &HttpRequest) -> HttpResponse {
    let name = request.path().trim_start_matches('/');
    if !name.is_empty() && !is_form(name)
        && let Some(file) = beneath(root, name)
    {
        return answer(root, &file, request).await;
    }
    // What looks like a file and is none is missing; everything else is a page of the app.
    if is_asset(name) || Path::new(name).extension().is_some() {
        return Error::not_found("file").error_response();
    }
    match beneath(root, "index.html") {
        Some(index) => answer(root, &index, request).await,
        None => Error::not_found("page").error_response(),
    }
}

fn is_form(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| FORMS.iter().any(|(form, _)| extension == *form))
}

fn is_asset(name: &str) -> bool {
    name.starts_with("assets/")
}

/// The file beneath `root`, links followed, as a path in it; `None` when it is none or lies elsewhere.
fn beneath(root: &Path, name: &str) -> Option<PathBuf> {
    let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || name.contains('\0') {
        return None;
    }
    let root = root.canonicalize().ok()?;
    let file = root.join(name).canonicalize().ok()?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}
