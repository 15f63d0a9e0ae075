//! Words for roles, permissions and browsers, without a browser.

mod browser;
mod words;

pub use browser::browser_of;
pub use words::{means, permission_in_words, role_name, within_installation};
