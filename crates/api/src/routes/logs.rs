//! Logs of attempts.

use super::events::resume_from;
use super::run;
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{AttemptPath, Params};
use crate::problems;
use crate::server::App;
use crate::stream::{self, LogText, Watch};
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, RANGE,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, web};
use domain::{FaultCode, RunId};
use persistence::commands::ListAttempts;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{FeedQuery, LogQuery, ProblemCode};

/// Bytes of a log in one answer unless asked otherwise.
const USUAL_BYTES: u64 = 1 << 20;
/// The most bytes of a log in one answer.
const MAX_BYTES: u64 = 8 << 20;
/// How long the log is now.
const LOG_SIZE: &str = "x-log-size";

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_log).service(stream_log);
}

/// Get the log of an attempt
///
/// Plain text, secrets masked, as far as it is written. A part of it by `offset` and `limit`, or by one byte range.
#[utoipa::path(
    tag = "runs",
    params(AttemptPath, LogQuery, ("Range" = Option<String>, Header, description = "One range of bytes.")),
    responses(
        (status = 200, description = "The text.", body = String, content_type = "text/plain", headers(
            ("X-Log-Size" = i64, description = "How many bytes are written so far."))),
        (status = 206, description = "The range.", body = String, content_type = "text/plain"),
        problems::Ranging,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}/steps/{step}/attempts/{attempt}/log")]
async fn get_log(
    app: web::Data<App>,
    request: HttpRequest,
    path: AttemptPath,
    params: Params<LogQuery>,
) -> Result<HttpResponse> {
    let run_id = attempt(&app, &path).await?;
    let query = params.checked()?;
    let reader = app.engine.log(run_id, &path.step, path.attempt);
    let size = reader.size().await?;
    let range =
        request.headers().get(RANGE).and_then(|value| value.to_str().ok()).and_then(|text| asked(text, size));
    let (offset, limit) = match range {
        Some(Asked::Unsatisfiable) => return Ok(unsatisfiable(size)),
        Some(Asked::Bytes { first, last }) => (first, (last - first + 1).min(MAX_BYTES)),
        None => (unsigned(query.offset).unwrap_or(0), unsigned(query.limit).unwrap_or(USUAL_BYTES)),
    };
    let bytes = reader.read(offset, usize::try_from(limit).unwrap_or(usize::MAX)).await?;
    let mut response = HttpResponse::Ok();
    if range.is_some() && !bytes.is_empty() {
        response.status(actix_web::http::StatusCode::PARTIAL_CONTENT);
        let last = offset + bytes.len() as u64 - 1;
        response.insert_header((CONTENT_RANGE, format!("bytes {offset}-{last}/{size}")));
    }
    Ok(response
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((LOG_SIZE, size.to_string()))
        .body(bytes))
}

/// Stream the log of an attempt
///
/// Server-sent events: `id` is the offset behind the piece, in bytes; `data` is `{offset, text}`. Resumes at
/// `Last-Event-ID`, or `after`. The event `end` comes once the attempt has ended.
#[utoipa::path(
    tag = "runs",
    params(AttemptPath, FeedQuery, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last piece seen.")),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream"),
        problems::Listing,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}/steps/{step}/attempts/{attempt}/log/stream")]
async fn stream_log(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: AttemptPath,
    params: Params<FeedQuery>,
) -> Result<HttpResponse> {
    let run_id = attempt(&app, &path).await?;
    let (after, pointer) = resume_from(&request, params.checked()?);
    let offset = match after {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| Error::fault(pointer, FaultCode::InvalidFormat, "Expected an offset in bytes."))?,
    };
    let watch = Watch::new(app.clone(), caller, Some(path.project_id));
    Ok(stream::answer(LogText::new(watch, run_id, path.step, path.attempt, offset)))
}

/// The run in which the attempt that the path names was made, or 404.
async fn attempt(app: &App, path: &AttemptPath) -> Result<RunId> {
    let run_id = run(app, path.project_id, path.run_id).await?.id;
    let attempts = app.engine.store().read(ListAttempts { run_id }).await?;
    let named = attempts.iter().find(|found| found.step == path.step && found.attempt == path.attempt);
    named.map(|found| found.inherited_from.unwrap_or(run_id)).ok_or_else(|| Error::not_found("attempt"))
}

fn unsigned(number: Option<i64>) -> Option<u64> {
    number.and_then(|number| u64::try_from(number).ok())
}

fn unsatisfiable(size: u64) -> HttpResponse {
    let detail = format!("The log has {size} bytes so far.");
    let mut response = Error::new(ProblemCode::RangeNotSatisfiable, detail).error_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        headers.insert(CONTENT_RANGE, value);
    }
    headers.insert(HeaderName::from_static(LOG_SIZE), HeaderValue::from(size));
    response
}

/// What a `Range` header asks for, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Bytes { first: u64, last: u64 },
    Unsatisfiable,
}

/// Reads one range of bytes; anything else is as if there were no header.
fn asked(text: &str, size: u64) -> Option<Asked> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = match (first, last) {
        ("", suffix) => {
            let suffix: u64 = suffix.parse().ok()?;
            if suffix == 0 {
                return Some(Asked::Unsatisfiable);
            }
            (size.saturating_sub(suffix), size.saturating_sub(1))
        }
        (first, "") => (first.parse().ok()?, size.saturating_sub(1)),
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            (first, last.min(size.saturating_sub(1)))
        }
    };
    Some(if first < size { Asked::Bytes { first, last } } else { Asked::Unsatisfiable })
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("bytes=0-3", Some(Asked::Bytes { first: 0, last: 3 }))]
    #[test_case("bytes=4-", Some(Asked::Bytes { first: 4, last: 9 }))]
    #[test_case("bytes=-3", Some(Asked::Bytes { first: 7, last: 9 }))]
    #[test_case("bytes=-30", Some(Asked::Bytes { first: 0, last: 9 }))]
    #[test_case("bytes=8-99", Some(Asked::Bytes { first: 8, last: 9 }))]
    #[test_case("bytes=10-", Some(Asked::Unsatisfiable))]
    #[test_case("bytes=-0", Some(Asked::Unsatisfiable))]
    #[test_case("bytes=3-1", None)]
    #[test_case("bytes=0-1,3-4", None)]
    #[test_case("lines=0-3", None)]
    fn ranges_of_a_log_of_ten_bytes(text: &str, expected: Option<Asked>) {
        assert_eq!(asked(text, 10), expected);
    }
}
