//! The main job on a real public codebase: a published crate with one line broken.

use crate::support::program::stdout_of;
use crate::support::{Backend, Repository, Scene};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// String metrics; a dependency of clap's, so its source lies in the registry's cache wherever this workspace builds.
/// It has no dependencies of its own.
const CRATE: &str = "strsim";

const RIGHT: &str = "let cost = usize::from(a_elem != b_elem);";
const WRONG: &str = "let cost = usize::from(a_elem == b_elem);";

/// What the scripted agent does: it mends the line that the test breaks.
pub const MEND: &str = "sed -i 's/let cost = usize::from(a_elem == b_elem);/let cost = usize::from(a_elem != b_elem);/' src/lib.rs";

#[tokio::test]
async fn a_published_crate_is_mended_and_the_pushed_commit_passes_its_own_tests() {
    let repository = Repository::empty();
    copy_crate(&source_of(CRATE), &repository.work());
    let lib = repository.work().join("src/lib.rs");
    let sound = std::fs::read_to_string(&lib).unwrap();
    assert!(sound.matches(RIGHT).count() >= 1, "{CRATE} has changed: choose another line to break");
    std::fs::write(&lib, sound.replacen(RIGHT, WRONG, 1)).unwrap();
    let base = repository.publish("A line is broken");

    let scene = Scene::shared(Backend::Sqlite);
    let body = json!({
        "name": crate::support::unique("strsim"), "repository": repository.url(), "agent": "mends_strsim",
        "test_command": ["cargo", "test", "--offline"],
    });
    let project = scene.project_of(&body).await;
    let inputs = json!({ "failure_signal": "levenshtein_diff_longer fails" });
    let mut run = scene.start(&project, "fix_failing_tests", inputs).await;
    // Three compilations of a small crate may outlast one wait, so each step has its own.
    for step in ["run_coding_agent", "run_tests", "request_approval"] {
        run.wait_for_step(step).await;
    }
    run.wait_for("approval_requested").await;

    let approval = run.approval().await;
    let (change, tests) = (&approval["evidence"]["diff_summary"], &approval["evidence"]["test_summary"]);
    let files: Vec<&Value> = change["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    assert_eq!(files, [&json!("src/lib.rs")], "{change:#}");
    assert_eq!((&change["additions"], &change["deletions"]), (&json!(1), &json!(1)));
    assert_eq!(tests["failed"], 0, "{tests:#}");
    assert!(tests["passed"].as_u64().unwrap() > 50, "{tests:#}");
    let fixed = tests["fixed"].as_array().unwrap();
    assert!(fixed.iter().any(|name| name.as_str().unwrap().contains("levenshtein")), "{tests:#}");

    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    let branch = approval["destination"]["branch"].as_str().unwrap();
    let pushed = &repository.branches()[branch];
    assert_eq!(*pushed, change["commit"].as_str().unwrap());
    assert_eq!(repository.ask(&["rev-parse", &format!("{pushed}^")]), base);

    let clone = repository.clone_of(branch);
    assert_eq!(
        std::fs::read_to_string(clone.join("src/lib.rs")).unwrap(),
        sound,
        "the crate is as published"
    );
    let mut command = Command::new("cargo");
    command.args(["test", "--offline", "--target-dir"]).arg(repository.folder().join("target"));
    // The variables of the cargo that runs this test mean another package.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if (name.starts_with("CARGO_") && name != "CARGO_HOME")
            || name.starts_with("RUSTC")
            || name == "CLIPPY_ARGS"
        {
            command.env_remove(name);
        }
    }
    let said = stdout_of(command.current_dir(&clone));
    assert!(said.contains("test result: ok."), "{said}");
}

/// The folder of a crate's source, as cargo resolves it for this workspace.
fn source_of(name: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new("cargo");
    command.args(["metadata", "--locked", "--offline", "--format-version", "1"]).current_dir(workspace);
    let metadata: Value = serde_json::from_str(&stdout_of(&mut command)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name);
    let package = package.unwrap_or_else(|| panic!("{name} is no dependency any more: choose another crate"));
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

/// Copies a crate's files as the registry published them, without cargo's own marks on the unpacked folder.
fn copy_crate(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_crate(&source, &target);
        } else if !entry.file_name().to_string_lossy().starts_with(".cargo") {
            std::fs::copy(&source, &target).unwrap();
        }
    }
}
