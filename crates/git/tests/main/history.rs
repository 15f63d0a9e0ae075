//! Diffs, commits, files and bundles.

use crate::fixture::{AT, Fixture, git, write};
use git::{ChangeStatus, CommitRequest, Error, Git, Mirror};
use std::os::unix::fs::symlink;

#[tokio::test]
async fn a_diff_tells_each_kind_of_change() {
    let long = "line\n".repeat(30);
    let files = [("edit", "one\ntwo\n"), ("gone", "x\n"), ("from", long.as_str()), ("becomes-link", "x\n")];
    let fixture = Fixture::checked_out(&files).await;
    fixture.write("edit", "one\nTWO\nthree\n");
    fixture.write("new", "new\n");
    std::fs::write(fixture.workspace.join("blob"), [0_u8, 1, 2, 255]).unwrap();
    std::fs::remove_file(fixture.workspace.join("gone")).unwrap();
    std::fs::rename(fixture.workspace.join("from"), fixture.workspace.join("to")).unwrap();
    std::fs::remove_file(fixture.workspace.join("becomes-link")).unwrap();
    symlink("edit", fixture.workspace.join("becomes-link")).unwrap();
    let snapshot = fixture.snapshot().await;
    let diff = fixture.mirror.diff(&fixture.base, &snapshot.commit).await.unwrap();

    let rows: Vec<_> = diff
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.status, file.additions, file.deletions, file.binary))
        .collect();
    let expected = [
        ("becomes-link", ChangeStatus::TypeChanged, 1, 1, false),
        ("blob", ChangeStatus::Added, 0, 0, true),
        ("edit", ChangeStatus::Modified, 2, 1, false),
        ("gone", ChangeStatus::Deleted, 0, 1, false),
        ("new", ChangeStatus::Added, 1, 0, false),
        ("to", ChangeStatus::Renamed, 0, 0, false),
    ];
    assert_eq!(rows, expected);
    assert_eq!((diff.additions, diff.deletions), (4, 3));
    assert_eq!(diff.files[5].old_path.as_deref(), Some("from"));
    assert_eq!((diff.files[0].old_mode, diff.files[0].new_mode), (0o100_644, 0o120_000));
    assert_eq!((diff.files[1].old_mode, diff.files[1].new_mode), (0, 0o100_644));
    assert_eq!(serde_json::to_value(diff.files[0].status).unwrap(), "type_changed");
}

#[tokio::test]
async fn the_patch_applies_and_its_digest_is_that_of_its_bytes() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("a", "b\n");
    std::fs::write(fixture.workspace.join("blob"), [0_u8, 1, 2, 255]).unwrap();
    let snapshot = fixture.snapshot().await;
    let diff = fixture.mirror.diff(&fixture.base, &snapshot.commit).await.unwrap();
    assert_eq!(fixture.mirror.diff(&fixture.base, &snapshot.commit).await.unwrap(), diff);
    let patch = fixture.folder.path().join("patch");
    std::fs::write(&patch, &diff.patch).unwrap();
    git(&fixture.source, ["apply", "--index", patch.to_str().unwrap()]);
    assert_eq!(git(&fixture.source, ["write-tree"]), snapshot.tree.to_string());
    let sum = std::process::Command::new("sha256sum").arg(&patch).output().unwrap();
    assert!(String::from_utf8(sum.stdout).unwrap().starts_with(&diff.sha256));
}

#[tokio::test]
async fn equal_commits_differ_in_nothing() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let diff = fixture.mirror.diff(&fixture.base, &fixture.base).await.unwrap();
    assert!(diff.files.is_empty() && diff.patch.is_empty());
}

#[tokio::test]
async fn a_candidate_is_the_same_commit_each_time() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let tree = fixture.mirror.tree_of(&fixture.base).await.unwrap();
    let request = CommitRequest {
        parent: fixture.base.clone(),
        tree: tree.clone(),
        message: "Fix it\n\nJido-Run: 1\n".to_owned(),
        author_name: "JidoCode".to_owned(),
        author_email: "runs@example.test".to_owned(),
        at: AT,
    };
    let commit = fixture.mirror.commit_tree(&request).await.unwrap();
    assert_eq!(fixture.mirror.commit_tree(&request).await.unwrap(), commit);
    let raw = git(fixture.mirror.path(), ["cat-file", "commit", commit.as_str()]);
    let expected = format!(
        "tree {tree}\nparent {}\nauthor JidoCode <runs@example.test> {AT} +0000\n\
         committer JidoCode <runs@example.test> {AT} +0000\n\nFix it\n\nJido-Run: 1",
        fixture.base
    );
    assert_eq!(raw, expected);
}

#[tokio::test]
async fn files_are_read_within_bounds() {
    let fixture = Fixture::with(&[("dir/a", "a\n"), ("big", &"x".repeat(9 * 1024 * 1024))]).await;
    let read = async |path: &str| fixture.mirror.read_file(&fixture.base, path).await;
    assert_eq!(read("dir/a").await.unwrap().as_deref(), Some(b"a\n".as_slice()));
    assert_eq!(read("dir").await.unwrap(), None);
    assert_eq!(read("absent").await.unwrap(), None);
    assert!(matches!(read("big").await, Err(Error::TooLarge { .. })));
    for path in ["", "/etc/passwd", "../x", "dir/../dir/a", "./dir/a", "dir//a", "dir/", "a\0b"] {
        assert!(matches!(read(path).await, Err(Error::PathOutside { .. })), "{path:?}");
    }
}

#[tokio::test]
async fn a_snapshot_travels_to_another_workers_mirror() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("b", "b\n");
    let first = fixture.snapshot().await;
    fixture.write("c", "c\n");
    let second = git::SnapshotRequest { parent: first.commit, ..fixture.request() };
    let second = fixture.mirror.snapshot(&second).await.unwrap();
    let pack = fixture.folder.path().join("a pack");
    fixture.mirror.pack_snapshot(&fixture.base, &second.commit, &pack).await.unwrap();
    let bytes = std::fs::read(&pack).unwrap();
    fixture.mirror.pack_snapshot(&fixture.base, &second.commit, &pack).await.unwrap();
    assert_eq!(std::fs::read(&pack).unwrap(), bytes, "packing is repeatable");

    let path = fixture.folder.path().join("other.git");
    let other = Mirror::open(Git::new().unwrap(), path).await.unwrap();
    assert!(other.unpack(&pack).await.is_err(), "the base is missing");
    other.fetch(&fixture.remote()).await.unwrap();
    other.unpack(&pack).await.unwrap();
    other.restore(&second.commit, &fixture.workspace).await.unwrap();
    assert!(fixture.workspace.join("b").exists() && fixture.workspace.join("c").exists());
    other.fsck().await.unwrap();
}

#[tokio::test]
async fn a_person_can_fetch_from_a_bundle() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("a", "b\n");
    let snapshot = fixture.snapshot().await;
    let bundle = fixture.folder.path().join("candidate.bundle");
    fixture.mirror.bundle(&fixture.base, &snapshot.commit, &bundle).await.unwrap();
    let refspec = format!("refs/jido/packed/{}:refs/heads/candidate", snapshot.commit);
    git(&fixture.source, ["fetch", "--quiet", bundle.to_str().unwrap(), &refspec]);
    assert_eq!(git(&fixture.source, ["rev-parse", "candidate"]), snapshot.commit.to_string());
    let relative = fixture.mirror.bundle(&fixture.base, &snapshot.commit, "-x".as_ref()).await;
    assert!(matches!(relative, Err(Error::PathOutside { .. })));
}

#[tokio::test]
async fn a_damaged_bundle_is_refused() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let bundle = fixture.folder.path().join("broken");
    write(fixture.folder.path(), "broken", "no bundle");
    assert!(fixture.mirror.unpack(&bundle).await.is_err());
}
