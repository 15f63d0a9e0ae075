//! A question before something that others feel.

use super::{Dialog, ProblemPanel};
use crate::api::Failure;
use crate::state::Announcer;
use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// What is asked, and what is done when the answer is yes.
#[derive(Clone)]
pub struct Question {
    pub title: String,
    /// What follows, and whether it can be taken back.
    pub consequence: String,
    /// What the button says that does it.
    pub button: &'static str,
    /// Said to screen readers afterwards.
    pub done: String,
    pub act: Act,
}

/// What a question does.
#[derive(Clone)]
pub struct Act(Rc<dyn Fn() -> LocalBoxFuture<'static, Result<(), Failure>>>);

impl Act {
    pub fn new<F: Future<Output = Result<(), Failure>> + 'static>(act: impl Fn() -> F + 'static) -> Self {
        Self(Rc::new(move || Box::pin(act())))
    }
}

/// The question that is open, if any.
pub type Asked = RwSignal<Option<Question>, LocalStorage>;

/// Asks what `asked` holds.
#[component]
pub fn Confirm(asked: Asked) -> impl IntoView {
    move || asked.get().map(|question| view! { <Ask asked=asked question=question /> })
}

#[component]
fn Ask(asked: Asked, question: Question) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move |_| {
        if !open.get() {
            // Once it is closed: the browser has put the focus back then.
            request_animation_frame(move || {
                asked.try_set(None);
            });
        }
    });
    let title = question.title.clone();
    let question = StoredValue::new_local(question);
    view! {
        <Dialog open=open title=title>
            <Answers open=open question=question />
        </Dialog>
    }
}

#[component]
fn Answers(open: RwSignal<bool>, question: StoredValue<Question, LocalStorage>) -> impl IntoView {
    let announcer = expect_context::<Announcer>();
    let failure = RwSignal::new(None::<Failure>);
    let working = RwSignal::new(false);
    let Question { consequence, button, done, act, .. } = question.get_value();
    let act = StoredValue::new_local(act);
    let done = StoredValue::new(done);
    let yes = move |_| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        failure.set(None);
        let future = act.with_value(|act| (act.0)());
        spawn_local(async move {
            let result = future.await;
            working.try_set(false);
            match result {
                Ok(()) => {
                    announcer.polite.set(done.try_get_value().unwrap_or_default());
                    open.try_set(false);
                    set_timeout(keep_focus, std::time::Duration::from_millis(100));
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <p>{consequence}</p>
        {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
        <div class="actions">
            <button type="button" class="btn danger" aria-disabled=move || working.get().to_string() on:click=yes>
                {move || if working.get() { "Working…" } else { button }}
            </button>
            <button type="button" class="btn" on:click=move |_| open.set(false)>"Not now"</button>
        </div>
    }
}

/// Where the button that asked is gone with its row, the focus goes to the page's head.
fn keep_focus() {
    let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    let heading = document().query_selector("main h1").ok().flatten();
    if let (true, Some(heading)) = (lost, heading.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok())) {
        // A heading that cannot take the focus leaves it where it is.
        let _ = heading.focus();
    }
}
