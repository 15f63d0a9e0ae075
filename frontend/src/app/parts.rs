//! Pages whose code the browser loads when they are first shown.
//!
//! With the feature `split`, `cargo xtask web --release` moves the code of each part to a file of its own; without it
//! all pages are in the one module, and "loading" one is over at once.

// The attribute declares functions of other modules, which is unsafe; it is confined to this file.
#![cfg_attr(feature = "split", allow(unsafe_code))]

use super::later::Make;
use crate::pages::{
    account::AccountPage, approvals::ApprovalsPage, people::PeoplePage, project::ProjectPage,
    projects::ProjectsPage, run::RunPage, runs::RunsPage, workflows::WorkflowsPage,
};
use leptos::prelude::*;
#[cfg(feature = "split")]
use leptos::wasm_split::{SplitLoaderError as NotLoaded, wasm_split};
#[cfg(not(feature = "split"))]
use std::convert::Infallible as NotLoaded;

macro_rules! parts {
    ($($part:ident: $function:ident => $page:ident;)*) => {$(
        #[cfg(feature = "split")]
        #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
        pub fn $function() -> Result<Make, NotLoaded> {
            Ok(|| view! { <$page /> }.into_any())
        }

        #[cfg(not(feature = "split"))]
        pub async fn $function() -> Result<Make, NotLoaded> {
            Ok(|| view! { <$page /> }.into_any())
        }
    )*};
}

parts! {
    people: account => AccountPage;
    approvals: approvals => ApprovalsPage;
    people: people => PeoplePage;
    projects: project => ProjectPage;
    projects: projects => ProjectsPage;
    run: run => RunPage;
    projects: runs => RunsPage;
    workflows: workflows => WorkflowsPage;
}
