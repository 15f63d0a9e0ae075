//! Data of the server that a page shows: loaded, kept while it is loaded again, and kept when that fails.

use super::Busy;
use crate::api::Failure;
use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Data that `fetch` loads. Signals that `fetch` reads before its first `await` start it anew when they change.
pub struct Query<T: Send + Sync + 'static> {
    /// The newest that was read; kept when reading again fails.
    pub data: RwSignal<Option<T>>,
    /// Why the last reading failed; `None` after a success.
    pub failure: RwSignal<Option<Failure>>,
    pub loading: RwSignal<bool>,
    /// When `data` was read, in milliseconds of the browser's clock.
    pub read_at_ms: RwSignal<Option<f64>>,
    version: RwSignal<u32>,
    again: StoredValue<bool>,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Query<T> {
    pub fn new<F: Future<Output = Result<T, Failure>> + 'static>(fetch: impl Fn() -> F + 'static) -> Self {
        // One type of future for all: what follows is compiled once for each kind of data.
        Self::reading(Box::new(move || Box::pin(fetch())))
    }

    fn reading(fetch: Box<dyn Fn() -> LocalBoxFuture<'static, Result<T, Failure>>>) -> Self {
        let query = Self {
            data: RwSignal::new(None),
            failure: RwSignal::new(None),
            loading: RwSignal::new(true),
            read_at_ms: RwSignal::new(None),
            version: RwSignal::new(0),
            again: StoredValue::new(false),
        };
        let started = StoredValue::new(0_u64);
        let busy = use_context::<Busy>();
        Effect::new(move |_| {
            query.version.track();
            let future = fetch();
            let this = started.get_value() + 1;
            started.set_value(this);
            query.loading.set(true);
            let busy = busy.filter(|_| query.data.with_untracked(Option::is_none)).map(Busy::begin);
            spawn_local(async move {
                let result = future.await;
                drop(busy);
                // The page is gone, or asked for something else meanwhile.
                if started.try_get_value() == Some(this) {
                    query.finish(result);
                }
            });
        });
        query
    }

    /// Reads again; while a reading is on its way, once more after it.
    pub fn refetch(self) {
        if self.loading.get_untracked() {
            self.again.set_value(true);
        } else {
            self.version.update(|version| *version = version.wrapping_add(1));
        }
    }

    /// Puts in what the server just answered to a change.
    pub fn put(self, data: T) {
        self.finish(Ok(data));
    }

    fn finish(self, result: Result<T, Failure>) {
        match result {
            Ok(data) => {
                self.read_at_ms.set(Some(js_sys::Date::now()));
                if self.failure.with_untracked(Option::is_some) {
                    self.failure.set(None);
                }
                // Views of equal data are left alone.
                if self.data.with_untracked(|old| old.as_ref() != Some(&data)) {
                    self.data.set(Some(data));
                }
            }
            Err(failure) => self.failure.set(Some(failure)),
        }
        self.loading.set(false);
        if self.again.get_value() {
            self.again.set_value(false);
            self.refetch();
        }
    }
}
