//! The stored files of the run.

use super::selection::Selected;
use super::view::RunView;
use super::words;
use crate::api::use_api;
use crate::components::{DigestText, Empty, Loaded};
use crate::state::Query;
use crate::text::visible;
use leptos::prelude::*;
use wire::ArtifactResponse;

/// The stored files of the run, oldest first.
#[component]
pub fn Artifacts(view: RunView) -> impl IntoView {
    let api = use_api();
    let files = Query::new(move || {
        view.changed.track();
        async move { api.list_artifacts(view.path).await }
    });
    view! {
        <section aria-labelledby="artifacts-title">
            <h2 id="artifacts-title">"Artifacts"</h2>
            <Loaded query=files rows=5 let:list>
                <Show
                    when=move || list.with(|list| !list.items.is_empty())
                    fallback=|| view! {
                        <Empty title="No artifact yet"><p>"Logs, reports and evidence are stored when a step ends."</p></Empty>
                    }
                >
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Table of the artifacts">
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col">"Name"</th><th scope="col">"Kind"</th><th scope="col">"Step"</th>
                                    <th scope="col">"Size"</th><th scope="col">"SHA-256"</th>
                                    <th scope="col"><span class="visually-hidden">"Download"</span></th>
                                </tr>
                            </thead>
                            <tbody>
                                <For each=move || list.get().items key=|file| file.id let:file>
                                    <File view=view file=file />
                                </For>
                            </tbody>
                        </table>
                    </div>
                </Show>
            </Loaded>
        </section>
    }
}

#[component]
fn File(view: RunView, file: ArtifactResponse) -> impl IntoView {
    let step = Selected { step: file.step.clone(), attempt: file.attempt };
    let name = visible::shown(&file.name);
    let label = format!("Download {name}");
    view! {
        <tr>
            <td><code>{name}</code></td>
            <td>{file.kind}</td>
            <td><a href=step.href(&view.page())><code>{file.step.to_string()}</code>{format!(" attempt {}", file.attempt)}</a></td>
            <td class="nowrap">{words::size(u64::try_from(file.size_bytes).unwrap_or(0))}</td>
            <td><DigestText digest=file.sha256 name="SHA-256" /></td>
            <td><a href=file.content download="" aria-label=label>"Download"</a></td>
        </tr>
    }
}
