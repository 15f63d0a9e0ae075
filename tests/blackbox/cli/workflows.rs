//! Definitions: checked, published, listed and compared from a terminal.

use crate::support::workflows::one_command;
use crate::support::{Backend, Cli, Scene, unique};
use serde_json::json;

const FAULTY: &str = "name: faulty\nsteps:\n  - { key: a, uses: nothing }\n  - { key: a, uses: set }\n";

#[tokio::test]
async fn a_definition_is_checked_published_listed_and_compared() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let name = unique("flow");
    let first = cli.file("first.yaml", &one_command("echo one").replace("NAME", &name));
    let second = cli.file("second.yaml", &one_command("echo two").replace("NAME", &name));
    let nobody = Cli::stranger();
    nobody.run(&["workflow", "validate", &first]).await.expect(0);

    let published = cli.run(&["workflow", "publish", &first, "--json"]).await.json();
    assert_eq!(
        (&published["name"], &published["version"], &published["created"]),
        (&json!(name), &json!(1), &json!(true))
    );
    let again = cli.run(&["workflow", "publish", &first, "--json"]).await.json();
    assert_eq!((&again["version"], &again["created"]), (&json!(1), &json!(false)));
    cli.run(&["workflow", "diff", &name]).await.expect(7);
    let same = cli.run(&["workflow", "diff", &first]).await.done();
    assert!(!same.contains("echo"), "{same}");
    let differs = cli.run(&["workflow", "diff", &second]).await.done();
    assert!(differs.contains("echo one") && differs.contains("echo two"), "{differs}");

    let said = cli.run(&["workflow", "publish", &second]).await.done();
    assert!(said.contains(&name) && said.contains("sha256:"), "{said}");
    let table = cli.run(&["workflow", "list"]).await.done();
    assert!(table.lines().any(|line| line.contains(&name) && line.contains('2')), "{table}");
    let compared =
        scene.api.get(&format!("/workflows/{name}/versions/2/compare?against=1")).await.expect(200);
    for arguments in [vec![], vec!["1"], vec!["1", "2"]] {
        let diff = [&["workflow", "diff", &name], arguments.as_slice(), &["--json"]].concat();
        assert_eq!(cli.run(&diff).await.json(), compared, "{arguments:?}");
    }
    let diff = cli.run(&["workflow", "diff", &name]).await.done();
    assert!(diff.contains("echo one") && diff.contains("echo two"), "{diff}");
    cli.run(&["workflow", "diff", &name, "1", "9"]).await.expect(6);
}

#[tokio::test]
async fn a_definition_with_faults_is_published_nowhere_and_all_of_them_are_told() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let file = cli.file("faulty.yaml", FAULTY);
    let checked = cli.run(&["workflow", "validate", &file]).await.expect(1);
    let published = cli.run(&["workflow", "publish", &file]).await.expect(1);
    for place in ["/steps/0/uses", "/steps/1/key"] {
        assert!(checked.stdout.contains(place), "{place}: {}", checked.describe());
        assert!(published.stderr.contains(place), "{place}: {}", published.describe());
    }
    scene.api.get("/workflows/faulty").await.problem(404, "not_found");
    cli.run(&["workflow", "publish", &format!("{file}.absent")]).await.expect(3);
}
