use super::*;
use std::process::Command;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_remote_holds_the_project_and_a_second_call_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("a demo");
    let first = prepare(&into).unwrap();
    let commit = git(&first.remote, &["rev-parse", "refs/heads/main"]);
    assert_eq!(git(&into.join(PROJECT), &["rev-parse", "HEAD"]), commit);
    assert_eq!(git(&into.join(PROJECT), &["status", "--porcelain"]), "");
    assert_eq!(git(&into.join(PROJECT), &["remote", "get-url", "origin"]), first.repository);
    git(&into.join(PROJECT), &["fetch", "--quiet", "origin"]);

    fs::write(&first.config, "# edited").unwrap();
    assert_eq!(prepare(&into).unwrap(), first);
    assert_eq!(fs::read_to_string(&first.config).unwrap(), "# edited");
    let mut names: Vec<_> = into.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [CONFIG, PROJECT, REMOTE]);
}

#[test]
fn the_first_commit_is_the_same_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let commits = ["a", "b"].map(|name| {
        let prepared = prepare(&folder.path().join(name)).unwrap();
        git(&prepared.remote, &["rev-parse", "refs/heads/main"])
    });
    assert_eq!(commits[0], commits[1]);
}

#[test]
fn one_line_of_json_says_where_everything_is() {
    let line = Prepared::within(Path::new("/srv/demo")).to_json();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["repository"], "file:///srv/demo/remote.git");
    assert_eq!(value["remote"], "/srv/demo/remote.git");
    assert_eq!(value["config"], "/srv/demo/jido.toml");
    assert!(!line.contains('\n'));
}

#[test]
fn what_is_in_the_way_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join(PROJECT).join("mine.txt");
    fs::create_dir_all(mine.parent().unwrap()).unwrap();
    fs::write(&mine, "mine").unwrap();
    assert!(matches!(prepare(folder.path()), Err(Error::DemoInTheWay { .. })));
    assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
}
