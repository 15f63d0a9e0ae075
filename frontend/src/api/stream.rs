//! Server-sent events, followed for as long as the page that asks is open.
//!
//! A stream that breaks resumes behind the last event seen. While the browser shows another tab it is closed, since
//! HTTP/1.1 allows six connections per server; the page is then told to look at its snapshot now and then, so that
//! its title stays true. See `docs/adr/0010-streams-of-visible-pages.md`.

use super::{ApiClient, Failure, request::unreachable};
use crate::state::Visibility;
use eventsource_stream::Eventsource;
use futures_channel::oneshot;
use futures_util::future::{Either, abortable, select};
use futures_util::{Stream, StreamExt};
use gloo_net::http::RequestBuilder;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use std::pin::{Pin, pin};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

/// The server sends a comment every 15 seconds; silence this long is a lost connection.
const SILENCE_MS: f64 = 45_000.0;
/// A page that was out of sight this long lets its connection go.
const HIDDEN_MS: f64 = 5_000.0;
/// How often a page out of sight looks at its snapshot.
const LOOK_EVERY_MS: u32 = 20_000;

/// How a stream stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    Connecting,
    Live,
    /// Lost; tried again at this time of the browser's clock, in milliseconds.
    Waiting {
        until_ms: f64,
    },
    /// Closed while the page is out of sight.
    Hidden,
    /// Nothing more will come.
    Ended,
    /// The server will not stream this.
    Refused(Failure),
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub name: String,
    pub data: String,
}

/// What the page does with its stream.
pub struct Follower {
    pub on_message: Box<dyn Fn(Message)>,
    /// The stream stands, for the first time or again: what was read before may be old.
    pub on_live: Box<dyn Fn()>,
    /// The page is out of sight, and a while went by.
    pub on_look: Box<dyn Fn()>,
}

/// A stream being followed. It ends with the reactive owner that began it.
#[derive(Clone, Copy)]
pub struct Followed {
    pub connection: RwSignal<Connection>,
    nudge: Nudge,
}

impl Followed {
    /// Tries again at once.
    pub fn retry_now(self) {
        self.nudge.ring();
    }
}

impl ApiClient {
    /// Follows the stream at `path`, from behind the event `after` names.
    pub fn follow(self, path: String, after: Option<String>, follower: Follower) -> Followed {
        let followed = Followed { connection: RwSignal::new(Connection::Connecting), nudge: Nudge::new() };
        let visible = expect_context::<Visibility>().visible;
        Effect::new(move |_| {
            visible.track();
            followed.nudge.ring();
        });
        let reading = Reading { client: self, path, after, follower, followed, visible };
        let (task, handle) = abortable(reading.run());
        spawn_local(async move {
            // An abort is how a followed stream ends.
            let _ = task.await;
        });
        on_cleanup(move || handle.abort());
        followed
    }
}

/// Wakes the one task that waits.
#[derive(Clone, Copy)]
struct Nudge(StoredValue<Option<oneshot::Sender<()>>>);

impl Nudge {
    fn new() -> Self {
        Self(StoredValue::new(None))
    }

    fn ring(self) {
        let sender = self.0.try_update_value(Option::take).flatten();
        if let Some(sender) = sender {
            // Nobody waits any more: then nobody needs waking.
            let _ = sender.send(());
        }
    }

    fn rung(self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let _ = self.0.try_update_value(|waiting| *waiting = Some(sender));
        receiver
    }
}

/// Why one connection ended.
enum End {
    Finished,
    Refused(Failure),
    Lost,
    Hidden,
}

struct Reading {
    client: ApiClient,
    path: String,
    after: Option<String>,
    follower: Follower,
    followed: Followed,
    visible: RwSignal<bool>,
}

type Bytes = Pin<Box<dyn Stream<Item = Result<Vec<u8>, JsValue>>>>;

impl Reading {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            if !self.visible.get_untracked() {
                self.say(Connection::Hidden);
                let waited = select(TimeoutFuture::new(LOOK_EVERY_MS), self.followed.nudge.rung()).await;
                if let Either::Left(_) = waited {
                    (self.follower.on_look)();
                }
                continue;
            }
            match self.connection(&mut failures).await {
                End::Finished => return self.say(Connection::Ended),
                End::Refused(failure) => return self.say(Connection::Refused(failure)),
                End::Hidden => {}
                End::Lost => {
                    failures += 1;
                    let wait = backoff_ms(failures, js_sys::Math::random());
                    self.say(Connection::Waiting { until_ms: js_sys::Date::now() + f64::from(wait) });
                    select(TimeoutFuture::new(wait), self.followed.nudge.rung()).await;
                }
            }
        }
    }

    fn say(&self, connection: Connection) {
        self.followed.connection.set(connection);
    }

    /// Connects once and hands on what comes, until the connection ends.
    async fn connection(&mut self, failures: &mut u32) -> End {
        let abort = AbortOnDrop::new();
        let mut request = RequestBuilder::new(&self.path).header("Accept", "text/event-stream");
        if let Some(after) = &self.after {
            request = request.header("Last-Event-ID", after);
        }
        if let Some(abort) = &abort {
            request = request.abort_signal(Some(&abort.0.signal()));
        }
        let response = match request.send().await.map_err(unreachable) {
            Ok(response) => response,
            Err(_) => return End::Lost,
        };
        self.client.note(&response);
        if response.status() == 204 {
            return End::Finished;
        }
        if !response.ok() {
            let lost = response.status() >= 500;
            let failure = self.client.failure_of(response).await;
            return if lost { End::Lost } else { End::Refused(failure) };
        }
        let Some(body) = response.body() else { return End::Lost };
        self.say(Connection::Live);
        *failures = 0;
        (self.follower.on_live)();
        let chunks = wasm_streams::ReadableStream::from_raw(body.unchecked_into()).into_stream();
        let chunks: Bytes =
            Box::pin(chunks.map(|chunk| chunk.map(|bytes| js_sys::Uint8Array::from(bytes).to_vec())));
        self.read(chunks).await
    }

    async fn read(&mut self, chunks: Bytes) -> End {
        let heard = StoredValue::new(js_sys::Date::now());
        let chunks = chunks.inspect(move |_| heard.set_value(js_sys::Date::now()));
        let mut events = chunks.eventsource();
        let mut hidden_at = None;
        loop {
            let now = js_sys::Date::now();
            hidden_at = if self.visible.get_untracked() { None } else { hidden_at.or(Some(now)) };
            let silent_at = heard.get_value() + SILENCE_MS;
            let leave_at = hidden_at.map_or(f64::INFINITY, |at| at + HIDDEN_MS);
            if now >= leave_at {
                return End::Hidden;
            }
            if now >= silent_at {
                return End::Lost;
            }
            let wait = TimeoutFuture::new((silent_at.min(leave_at) - now) as u32 + 1);
            let waited = select(wait, self.followed.nudge.rung());
            let event = match select(pin!(events.next()), waited).await {
                Either::Left((Some(Ok(event)), _)) => event,
                Either::Left(_) => return End::Lost,
                Either::Right(_) => continue,
            };
            if !event.id.is_empty() {
                self.after = Some(event.id);
            }
            (self.follower.on_message)(Message { name: event.event, data: event.data });
        }
    }
}

/// Ends a request that nobody waits for any more.
struct AbortOnDrop(web_sys::AbortController);

impl AbortOnDrop {
    fn new() -> Option<Self> {
        web_sys::AbortController::new().ok().map(Self)
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The wait before the next attempt, in milliseconds: doubling from one second to thirty, give or take a quarter.
///
/// `failures` counts from 1; `jitter` is in `0.0..1.0`.
fn backoff_ms(failures: u32, jitter: f64) -> u32 {
    let seconds = f64::from(2_u32.saturating_pow(failures.saturating_sub(1)).min(30));
    (seconds * 1_000.0 * (0.75 + jitter / 2.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::backoff_ms;
    use test_case::test_case;

    #[test_case(1, 0.0, 750)]
    #[test_case(1, 0.5, 1_000)]
    #[test_case(3, 0.5, 4_000)]
    #[test_case(6, 0.5, 30_000; "never more than thirty seconds")]
    #[test_case(400, 0.5, 30_000; "however long it lasts")]
    fn the_wait_doubles_up_to_a_limit(failures: u32, jitter: f64, expected: u32) {
        assert_eq!(backoff_ms(failures, jitter), expected);
    }
}
