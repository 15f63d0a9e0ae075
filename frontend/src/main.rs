//! The browser app: operators start runs, follow them, and decide at gates.
//!
//! `api` speaks to the server, `state` holds what pages share, `components` are the pieces that several pages use,
//! `pages` has one folder or file per route, `people` has the words for roles and permissions,
//! `text` turns untrusted text into harmless pieces. Only `text` and the
//! other modules without browser types are tested on the host; the browser suite tests the rest.

mod api;
mod app;
mod approval;
mod components;
mod form;
mod pages;
mod people;
mod state;
mod text;

fn main() {
    if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
        boot.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
