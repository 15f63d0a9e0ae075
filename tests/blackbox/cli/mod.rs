//! `jido` as a client: what people and scripts do from a terminal or a pipeline.

mod answers;
mod completions;
mod decisions;
mod faults;
mod hostile_text;
mod jobs;
mod logins;
mod logs;
mod projects;
mod refusals;
mod retries;
mod terminal;
mod tokens;
mod watching;
mod workflows;

use crate::support::{Backend, Repository, Run, Scene};

/// A run of the builtin workflow at its gate.
async fn at_gate() -> (Scene, Repository, Run) {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let run = scene.gate(&repository).await;
    (scene, repository, run)
}
