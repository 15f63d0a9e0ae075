//! Older runs, page by page.

use crate::api::{ApiClient, Failure};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wire::{ListRuns, RunList};

/// The reading of one more page.
#[derive(Clone, Copy)]
pub struct More {
    pub loading: RwSignal<bool>,
    pub failure: RwSignal<Option<Failure>>,
}

impl More {
    pub fn new() -> Self {
        Self { loading: RwSignal::new(false), failure: RwSignal::new(None) }
    }

    /// Reads the page, unless one is being read.
    pub fn load(self, api: ApiClient, request: ListRuns, done: impl Fn(RunList) + 'static) {
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let result = api.list_runs(&request).await;
            // The page may be gone.
            if self.loading.try_set(false).is_none() {
                match result {
                    Ok(page) => done(page),
                    Err(failure) => self.failure.set(Some(failure)),
                }
            }
        });
    }
}
