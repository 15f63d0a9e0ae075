//! The log of one attempt, while it is written.

use super::watch::{Wake, Watch};
use super::{Source, frame};
use crate::error::Result;
use domain::RunId;
use domain::contract::StepKey;
use domain::run::AttemptState;
use persistence::commands::ListAttempts;
use serde::Serialize;
use std::time::Duration;

/// How soon new text is seen.
const POLL: Duration = Duration::from_millis(300);
/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Streams an attempt's log; ends with the event `end` once the attempt has ended and its text was sent.
pub struct LogText {
    watch: Watch,
    run: RunId,
    step: StepKey,
    attempt: u32,
    offset: u64,
    ended: bool,
}

/// A piece of a log.
#[derive(Serialize)]
struct Piece {
    /// Where the piece begins, in bytes.
    offset: u64,
    text: String,
}

impl LogText {
    /// Begins with the byte at `offset`.
    pub fn new(watch: Watch, run: RunId, step: StepKey, attempt: u32, offset: u64) -> Self {
        Self { watch, run, step, attempt, offset, ended: false }
    }

    async fn look(&mut self) -> Result<Option<String>> {
        // The state is read first: what was written before the end is then surely seen.
        let over = self.is_over().await?;
        let reader = self.watch.app.engine.log(self.run, &self.step, self.attempt);
        let bytes = reader.read(self.offset, CHUNK).await?;
        let whole = if over && bytes.len() < CHUNK { bytes.len() } else { whole_characters(&bytes) };
        if whole > 0 {
            let offset = self.offset;
            self.offset += whole as u64;
            let text = String::from_utf8_lossy(&bytes[..whole]).into_owned();
            return Ok(Some(frame::event(self.offset, "log", &Piece { offset, text })));
        }
        if over {
            self.ended = true;
            let piece = Piece { offset: self.offset, text: String::new() };
            return Ok(Some(frame::event(self.offset, "end", &piece)));
        }
        Ok(None)
    }

    async fn is_over(&self) -> Result<bool> {
        let attempts = self.watch.app.engine.store().read(ListAttempts { run_id: self.run }).await?;
        let state = attempts.iter().find(|found| found.step == self.step && found.attempt == self.attempt);
        Ok(state.is_none_or(|found| match found.state {
            AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting => false,
            AttemptState::Succeeded | AttemptState::Failed | AttemptState::Cancelled | AttemptState::Lost => {
                true
            }
        }))
    }
}

impl Source for LogText {
    async fn next(&mut self) -> Option<String> {
        if self.ended || !self.watch.is_still_allowed().await {
            return None;
        }
        loop {
            if let Some(text) = self.look().await.ok()? {
                if !self.watch.confirm().await {
                    return None;
                }
                self.watch.sent();
                return Some(text);
            }
            match self.watch.wait(Some(self.run), POLL).await {
                Wake::Look => {}
                Wake::Heartbeat => return Some(frame::heartbeat()),
                Wake::End => return None,
            }
        }
    }
}

/// How many bytes make whole characters: what may be the beginning of one is left for the next piece.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    for start in (tail..bytes.len()).rev() {
        let length = match bytes[start] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            0x80..=0xBF => continue,
            _ => return bytes.len(),
        };
        return if start + length > bytes.len() { start } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_never_cut() {
        let text = "aä€😀";
        for end in 0..=text.len() {
            let whole = whole_characters(&text.as_bytes()[..end]);
            assert!(text.is_char_boundary(whole), "{end}: {whole}");
            assert!(end - whole <= 3, "{end}: {whole}");
        }
        assert_eq!(whole_characters(&[b'a', 0xFF]), 2, "what begins no character is not waited for");
        assert_eq!(whole_characters(&[0x80, 0x80, 0x80, 0x80]), 4);
    }
}
