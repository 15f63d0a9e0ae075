//! The text of a log, from its first byte until the attempt ends.

use crate::api::stream::{Connection, Follower, Message};
use crate::api::use_api;
use leptos::prelude::*;
use serde::Deserialize;

/// A piece of a log, as the server streams it: always whole characters.
#[derive(Deserialize)]
struct Piece {
    /// Where it begins, in bytes; rises from piece to piece.
    offset: u64,
    text: String,
}

/// How the reading of a log stands.
#[derive(Clone, Copy)]
pub struct Feed {
    pub connection: Signal<Option<Connection>>,
    /// The attempt has ended and all of its text has come.
    pub is_complete: RwSignal<bool>,
}

impl Feed {
    /// Hands every piece of the log at `path` to `on_text`, once and in order.
    ///
    /// Text that is there already comes by the same stream as what is still being written, so nothing lies between
    /// the two, and a character is never cut.
    pub fn open(path: String, on_text: impl Fn(&str) + Clone + 'static) -> Self {
        let api = use_api();
        let is_complete = RwSignal::new(false);
        let connection = RwSignal::new(None::<RwSignal<Connection>>);
        let last = StoredValue::new(None::<u64>);
        Effect::new(move |_| {
            if is_complete.get() {
                connection.set(None);
                return;
            }
            let on_text = on_text.clone();
            let hear = move |message: Message| match message.name.as_str() {
                "log" => {
                    let Ok(piece) = serde_json::from_str::<Piece>(&message.data) else { return };
                    // A piece that came before the connection was lost may come again.
                    if last.get_value().is_none_or(|last| last < piece.offset) {
                        last.set_value(Some(piece.offset));
                        on_text(&piece.text);
                    }
                }
                "end" => is_complete.set(true),
                _ => {}
            };
            let follower =
                Follower { on_message: Box::new(hear), on_live: Box::new(|| {}), on_look: Box::new(|| {}) };
            let stream = api.follow(format!("{path}/stream"), Some("0".to_owned()), follower);
            connection.set(Some(stream.connection));
        });
        let connection = Signal::derive(move || connection.get().map(|connection| connection.get()));
        Self { connection, is_complete }
    }
}
