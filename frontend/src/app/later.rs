//! A page that is shown once its code is there.

use crate::components::Skeleton;
use crate::state::Busy;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Makes a page.
pub type Make = fn() -> AnyView;

/// How far the page's code has come.
#[derive(Debug, Clone, Copy)]
enum Code {
    Loading,
    Loaded(Make),
    Missing,
}

/// Shows the page that `load` brings: rows in grey until then, and what to do where it cannot be had.
pub fn later<E: 'static, F: Future<Output = Result<Make, E>> + 'static>(load: fn() -> F) -> AnyView {
    let code = RwSignal::new(Code::Loading);
    let busy = expect_context::<Busy>();
    let fetch = move || {
        let (future, busy) = (load(), busy.begin());
        spawn_local(async move {
            let came = future.await.map_or(Code::Missing, Code::Loaded);
            // The page may be gone by now.
            code.try_set(came);
            // What the page itself loads has begun after a turn of the event loop.
            TimeoutFuture::new(0).await;
            drop(busy);
        });
    };
    fetch();
    let again = move |_| {
        code.set(Code::Loading);
        fetch();
    };
    let shown = move || {
        match code.get() {
        Code::Loading => view! { <Skeleton rows=6 /> }.into_any(),
        Code::Loaded(make) => make(),
        Code::Missing => view! {
            <div class="problem" role="alert">
                <p class="problem-title">"This page could not be loaded"</p>
                <p>"A part of the app did not arrive: the server cannot be reached, or it serves a newer version by now."</p>
                <p class="remediation">"Try again; if that does not help, reload the page."</p>
                <p class="problem-actions"><button type="button" class="btn" on:click=again>"Try again"</button></p>
            </div>
        }
        .into_any(),
    }
    };
    shown.into_any()
}
