//! Recording the work tree.

use crate::fixture::{Fixture, git};
use git::Error;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

#[tokio::test]
async fn a_snapshot_holds_the_work_tree_and_its_parent() {
    let fixture = Fixture::checked_out(&[("a", "a\n"), ("gone", "x\n")]).await;
    fixture.write("a", "changed\n");
    fixture.write("new/file", "new\n");
    std::fs::remove_file(fixture.workspace.join("gone")).unwrap();
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.mirror.list_files(&snapshot.commit).await.unwrap(), ["a", "new/file"]);
    assert_eq!(fixture.content(&snapshot.commit, "a").await.as_deref(), Some("changed\n"));
    assert_eq!(snapshot.size_bytes, 12);
    assert_eq!(fixture.mirror.tree_of(&snapshot.commit).await.unwrap(), snapshot.tree);
    let parent = git(fixture.mirror.path(), ["rev-parse", "refs/jido/runs/one/edit/1^"]);
    assert_eq!(parent, fixture.base.to_string());
}

#[tokio::test]
async fn equal_requests_give_equal_commits() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("b", "b\n");
    let first = fixture.snapshot().await;
    assert_eq!(fixture.snapshot().await, first);
    let later = git::SnapshotRequest { at: crate::fixture::AT + 1, ..fixture.request() };
    let later = fixture.mirror.snapshot(&later).await.unwrap();
    assert_ne!(later.commit, first.commit);
    assert_eq!(later.tree, first.tree);
}

#[tokio::test]
async fn an_unchanged_work_tree_gives_the_parents_tree() {
    let fixture = Fixture::checked_out(&[("a", "a\n"), ("b/c", "c\n")]).await;
    let tree = fixture.mirror.tree_of(&fixture.base).await.unwrap();
    assert_eq!(fixture.snapshot().await.tree, tree);
}

#[tokio::test]
async fn staged_and_committed_work_counts_as_it_stands_in_the_work_tree() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("committed", "1\n");
    crate::fixture::commit_all(&fixture.workspace, "by the agent");
    fixture.write("staged", "only staged\n");
    git(&fixture.workspace, ["add", "staged"]);
    std::fs::remove_file(fixture.workspace.join("staged")).unwrap();
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.mirror.list_files(&snapshot.commit).await.unwrap(), ["a", "committed"]);
}

#[tokio::test]
async fn ignored_files_are_listed_and_left_out() {
    let fixture = Fixture::checked_out(&[(".gitignore", "*.log\nbuild/\n"), ("kept.log2", "x")]).await;
    for number in 0..150 {
        fixture.write(&format!("{number:03}.log"), "x");
    }
    fixture.write("build/out", "x");
    let snapshot = fixture.snapshot().await;
    assert_eq!(snapshot.ignored_paths.len(), git::MAX_IGNORED_PATHS);
    assert!(snapshot.ignored_paths.contains(&"000.log".to_owned()));
    assert_eq!(fixture.mirror.list_files(&snapshot.commit).await.unwrap(), [".gitignore", "kept.log2"]);

    let few = Fixture::checked_out(&[(".gitignore", "build/\n")]).await;
    few.write("build/out", "x");
    assert_eq!(few.snapshot().await.ignored_paths, ["build/"]);
}

#[tokio::test]
async fn a_tracked_file_is_recorded_although_it_is_ignored_now() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write(".gitignore", "a\n");
    fixture.write("a", "changed\n");
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.content(&snapshot.commit, "a").await.as_deref(), Some("changed\n"));
}

#[tokio::test]
async fn modes_and_links_are_kept_and_links_never_followed() {
    let fixture = Fixture::checked_out(&[("run", "#!/bin/sh\n"), ("plain", "x\n")]).await;
    let outside = fixture.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret"), "secret").unwrap();
    symlink(&outside, fixture.workspace.join("way-out")).unwrap();
    symlink("/etc/passwd", fixture.workspace.join("passwd")).unwrap();
    let run = fixture.workspace.join("run");
    std::fs::set_permissions(run, std::fs::Permissions::from_mode(0o755)).unwrap();
    let snapshot = fixture.snapshot().await;
    let listing = git(fixture.mirror.path(), ["ls-tree", "-r", snapshot.commit.as_str()]);
    let modes: Vec<(&str, &str)> =
        listing.lines().map(|line| (&line[..6], line.split_once('\t').unwrap().1)).collect();
    assert_eq!(modes, [("120000", "passwd"), ("100644", "plain"), ("100755", "run"), ("120000", "way-out")]);
    let target = git(fixture.mirror.path(), ["cat-file", "blob", &format!("{}:passwd", snapshot.commit)]);
    assert_eq!(target, "/etc/passwd");
    assert_eq!(fixture.content(&snapshot.commit, "passwd").await, None, "a link is not a file");
}

#[tokio::test]
async fn a_tracked_folder_replaced_by_a_link_is_recorded_as_the_link() {
    let fixture = Fixture::checked_out(&[("dir/secret", "inside\n")]).await;
    let outside = fixture.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret"), "outside\n").unwrap();
    std::fs::remove_dir_all(fixture.workspace.join("dir")).unwrap();
    symlink(&outside, fixture.workspace.join("dir")).unwrap();
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.mirror.list_files(&snapshot.commit).await.unwrap(), ["dir"]);
}

#[tokio::test]
async fn odd_file_names_survive() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    let names: [&[u8]; 5] = [b"new\nline", b"two  spaces ", b"-dash", b":(glob)colon", b"not\xffutf8"];
    for name in names {
        std::fs::write(fixture.workspace.join(OsStr::from_bytes(name)), "x\n").unwrap();
    }
    let snapshot = fixture.snapshot().await;
    let listed = fixture.mirror.list_files(&snapshot.commit).await.unwrap();
    assert_eq!(listed, ["-dash", ":(glob)colon", "a", "new\nline", "not\u{fffd}utf8", "two  spaces "]);
    let diff = fixture.mirror.diff(&fixture.base, &snapshot.commit).await.unwrap();
    let changed: Vec<&str> = diff.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(changed, ["-dash", ":(glob)colon", "new\nline", "not\u{fffd}utf8", "two  spaces "]);
    for name in ["-dash", ":(glob)colon", "new\nline", "two  spaces "] {
        assert_eq!(fixture.content(&snapshot.commit, name).await.as_deref(), Some("x\n"), "{name:?}");
    }
    fixture.mirror.restore(&snapshot.commit, &fixture.workspace).await.unwrap();
    assert!(fixture.workspace.join(OsStr::from_bytes(b"not\xffutf8")).exists());
}

#[tokio::test]
async fn places_and_references_that_are_not_the_runs_are_refused() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    let index_file = fixture.workspace.join(".git/index");
    let inside = git::SnapshotRequest { index_file, ..fixture.request() };
    assert!(matches!(fixture.mirror.snapshot(&inside).await, Err(Error::PathOutside { .. })));
    let link = fixture.folder.path().join("link");
    symlink(&fixture.workspace, &link).unwrap();
    let linked = git::SnapshotRequest { workspace: link, ..fixture.request() };
    assert!(matches!(fixture.mirror.snapshot(&linked).await, Err(Error::PathOutside { .. })));
    let foreign = git::SnapshotRequest { reference: "refs/upstream/main".to_owned(), ..fixture.request() };
    assert!(matches!(fixture.mirror.snapshot(&foreign).await, Err(Error::InvalidRef { .. })));
}

#[tokio::test]
async fn a_lock_left_by_a_crash_does_not_block_the_next_snapshot() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    std::fs::write(fixture.folder.path().join("index of run.lock"), "").unwrap();
    fixture.snapshot().await;
}
