//! What the shell shows of the page: its title, the way to it, and whether it is still loading.

use leptos::prelude::*;

/// A step on the way to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    pub text: String,
    /// Where it leads; the page itself has no link.
    pub href: Option<String>,
}

impl Crumb {
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()) }
    }

    pub fn here(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }
}

/// The page that is open.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub crumbs: RwSignal<Vec<Crumb>>,
    /// Pages opened so far: the first one leaves the focus where the browser put it.
    pub opened: StoredValue<u32>,
}

impl Page {
    pub fn new() -> Self {
        Self { crumbs: RwSignal::new(Vec::new()), opened: StoredValue::new(0) }
    }
}

/// Counts what the page waits for before it can show anything.
#[derive(Debug, Clone, Copy)]
pub struct Busy(pub RwSignal<usize>);

impl Busy {
    pub fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// The page is busy until the guard is dropped.
    pub fn begin(self) -> BusyGuard {
        self.0.update(|count| *count += 1);
        BusyGuard(self.0)
    }
}

/// See [`Busy::begin`].
pub struct BusyGuard(RwSignal<usize>);

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.update(|count| *count = count.saturating_sub(1));
    }
}
