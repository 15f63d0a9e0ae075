//! Projects.

use crate::support::{Backend, Cli, Repository, Scene, unique};
use serde_json::json;

#[tokio::test]
async fn a_project_is_made_as_it_was_described_and_is_listed() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let name = unique("project");
    let arguments = [
        "project",
        "add",
        &name,
        "--repository",
        &repository.url(),
        "--default-branch",
        "main",
        "--test-command",
        "bash check.sh",
        "--agent",
        "mends",
        "--dry-run",
        "--json",
    ];
    let made = cli.run(&arguments).await.json();
    let path = format!("/projects/{}", made["id"].as_str().unwrap());
    assert_eq!(scene.api.get(&path).await.expect(200), made);
    assert_eq!(
        [&made["name"], &made["repository"], &made["default_branch"], &made["test_command"], &made["agent"]],
        [
            &json!(name),
            &json!(repository.url()),
            &json!("main"),
            &json!(["bash", "check.sh"]),
            &json!("mends")
        ]
    );
    assert_eq!(made["shipping"]["mode"], "dry_run", "{made:#}");
    let table = cli.run(&["project", "list"]).await.done();
    let row = table.lines().find(|line| line.contains(&name)).unwrap_or_else(|| panic!("{table}"));
    assert!(row.contains(made["id"].as_str().unwrap()) && row.contains(&repository.url()), "{row}");
    let listed = cli.run(&["project", "list", "--json"]).await.json();
    assert!(listed["items"].as_array().unwrap().contains(&made), "{listed:#}");

    let wrong = ["project", "add", "other", "--default-branch", "..bad", "--branch-pattern", "{run}.lock"];
    cli.run(&wrong).await.expect(1).tells(&["--default-branch", "--branch-pattern", "Git has no branches"]);
    let taken = cli.run(&["project", "add", &name]).await.expect(7);
    assert!(taken.stderr.contains("name"), "{}", taken.describe());
}
