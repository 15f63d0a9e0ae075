//! Bounds on what a report keeps of its input.

/// How many cases a report lists at most; its counts still cover all of them.
pub const MAX_CASES: usize = 50_000;

/// How many bytes of a failure's message are kept.
pub const MAX_MESSAGE_BYTES: usize = 2048;

/// How many bytes of a test's name are kept.
pub const MAX_NAME_BYTES: usize = 1024;

/// Returns the longest prefix of at most `max_bytes` bytes that ends between two characters.
pub(crate) fn clip(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Collects the lines of a message and keeps no more than [`MAX_MESSAGE_BYTES`] of them.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    text: String,
}

impl Excerpt {
    /// Appends `text` as it is, as far as there is room.
    pub(crate) fn push(&mut self, text: &str) {
        let room = MAX_MESSAGE_BYTES - self.text.len();
        self.text.push_str(clip(text, room));
    }

    /// Appends one line, as far as there is room; blank lines before the first other line are left out.
    pub(crate) fn push_line(&mut self, line: &str) {
        if self.text.is_empty() && line.trim().is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.push("\n");
        }
        self.push(line);
    }

    /// Returns the text without white space around it, or `None` if nothing is left.
    pub(crate) fn finish(&self) -> Option<String> {
        let text = self.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
