//! What pages share: data that is loaded and kept, the clock, what the page is, and how the browser shows it.

mod announce;
mod clock;
mod inbox;
mod live;
mod page;
mod query;
mod settings;
mod visibility;

pub use announce::Announcer;
pub use clock::{Clock, Zone, duration};
pub use inbox::Inbox;
pub use live::Live;
pub use page::{Busy, Crumb, Page};
pub use query::Query;
pub use settings::{Settings, Theme};
pub use visibility::Visibility;
