//! Server-sent events, read as a browser reads them.

use super::{Api, PATIENCE, Server};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;

/// One dispatched event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    pub id: String,
    pub event: String,
    pub data: String,
}

impl Message {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An open stream.
pub struct Stream {
    body: BoxStream<'static, Option<Vec<u8>>>,
    buffer: Vec<u8>,
    server: Arc<Server>,
    path: String,
}

impl Stream {
    /// Opens a stream behind the event with this id; from its beginning without one.
    pub async fn open(api: &Api, path: &str, last_event_id: Option<&str>) -> Self {
        let mut request = api
            .request(Method::GET, path)
            .header("Accept", "text/event-stream")
            // A stream lives as long as it lives; each read has its own bound.
            .timeout(PATIENCE * 60);
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.expect("the stream opens");
        assert_eq!(response.status(), 200, "{path}\n{}", api.server.log());
        let media_type = response.headers()["content-type"].to_str().expect("headers are text").to_owned();
        assert!(media_type.starts_with("text/event-stream"), "{media_type}");
        let body = response.bytes_stream().map(|chunk| chunk.ok().map(|bytes| bytes.to_vec())).boxed();
        Self { body, buffer: Vec::new(), server: Arc::clone(&api.server), path: path.to_owned() }
    }

    /// The next event; `None` when the stream has ended or broken.
    pub async fn next(&mut self) -> Option<Message> {
        match tokio::time::timeout(PATIENCE, self.read()).await {
            Ok(message) => message,
            Err(_) => panic!("{} was silent for {PATIENCE:?}\n{}", self.path, self.server.log()),
        }
    }

    /// Reads up to and with the first event of this name.
    pub async fn until(&mut self, name: &str) -> Vec<Message> {
        let mut read = Vec::new();
        loop {
            let message = self.next().await;
            let message = message.unwrap_or_else(|| panic!("{} ended before {name}: {read:#?}", self.path));
            let found = message.event == name;
            read.push(message);
            if found {
                return read;
            }
        }
    }

    /// Waits for the end of the stream; events that come before it are passed over.
    pub async fn wait_for_end(&mut self) {
        while self.next().await.is_some() {}
    }

    async fn read(&mut self) -> Option<Message> {
        loop {
            while let Some(block) = self.take_block() {
                // A comment alone keeps the connection alive and dispatches nothing.
                if !block.data.is_empty() {
                    return Some(block);
                }
            }
            let chunk = self.body.next().await.flatten()?;
            self.buffer.extend(chunk);
        }
    }

    fn take_block(&mut self) -> Option<Message> {
        let end = self.buffer.windows(2).position(|pair| pair == b"\n\n")?;
        let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
        let mut message = Message::default();
        for line in String::from_utf8(block).expect("streams are UTF-8").lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => value.clone_into(&mut message.id),
                "event" => value.clone_into(&mut message.event),
                "data" => {
                    if !message.data.is_empty() {
                        message.data.push('\n');
                    }
                    message.data.push_str(value);
                }
                _ => {}
            }
        }
        Some(message)
    }
}
