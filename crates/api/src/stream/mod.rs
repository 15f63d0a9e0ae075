//! Server-sent events. The store is the truth; hints say when to look, and a poll stands in for a lost hint.
//!
//! A stream is read as its client takes it in: nothing is buffered for a slow one, and the kernel ends the connection
//! of one that stalls.

mod feed;
mod frame;
mod log;
mod run_events;
mod watch;

pub use feed::AllEvents;
pub use log::LogText;
pub use run_events::RunEvents;
pub use watch::Watch;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Bytes;
use futures_util::stream::unfold;

/// Where the next piece of a stream comes from.
pub trait Source: 'static {
    /// The next piece; `None` ends the stream.
    fn next(&mut self) -> impl Future<Output = Option<String>>;
}

/// The answer that streams this source.
pub fn answer(source: impl Source) -> HttpResponse {
    let pieces = unfold((source, false), |(mut source, greeted)| async move {
        let piece = if greeted { source.next().await? } else { frame::greeting() };
        Some((Ok::<_, actix_web::Error>(Bytes::from(piece)), (source, true)))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(Box::pin(pieces))
}
