//! Untrusted text as harmless pieces: logs with colours, patches, and characters that hide.

pub mod ansi;
pub mod diff;
pub mod visible;
