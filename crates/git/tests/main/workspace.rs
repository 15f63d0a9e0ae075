//! Checking out and restoring.

use crate::fixture::{Fixture, git, head};
use git::Error;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

#[tokio::test]
async fn a_checkout_is_a_clone_that_agents_can_commit_in() {
    let fixture = Fixture::checked_out(&[("src/a", "a\n")]).await;
    assert_eq!(std::fs::read_to_string(fixture.workspace.join("src/a")).unwrap(), "a\n");
    assert_eq!(head(&fixture.workspace), fixture.base);
    assert_eq!(git(&fixture.workspace, ["symbolic-ref", "HEAD"]), "refs/heads/jidocode");
    assert_eq!(git(&fixture.workspace, ["status", "--porcelain"]), "");
    assert_eq!(git(&fixture.workspace, ["config", "--local", "user.name"]), "JidoCode Agent");
    assert!(git(&fixture.workspace, ["config", "--local", "user.email"]).contains('@'));
}

#[tokio::test]
async fn a_checkout_shares_nothing_with_the_mirror() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    let git_dir = fixture.workspace.join(".git");
    assert!(!git_dir.join("objects/info/alternates").exists());
    assert_eq!(git(&fixture.workspace, ["remote"]), "");
    let mirror = fixture.mirror.path().to_str().unwrap();
    for file in walk(&git_dir) {
        assert_eq!(std::fs::metadata(&file).unwrap().nlink(), 1, "{file:?} is a hard link");
        let content = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&content).contains(mirror), "{file:?} names the mirror");
    }
}

#[tokio::test]
async fn a_checkout_into_a_folder_in_use_or_behind_a_link_is_refused() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    let again = fixture.mirror.checkout(&fixture.base, &fixture.workspace).await;
    assert!(matches!(again, Err(Error::WorkspaceNotEmpty { .. })));
    let link = fixture.folder.path().join("link");
    symlink(&fixture.workspace, &link).unwrap();
    for path in [link.as_path(), "relative".as_ref(), "/".as_ref()] {
        let refused = fixture.mirror.restore(&fixture.base, path).await;
        assert!(matches!(refused, Err(Error::PathOutside { .. })), "{path:?}");
    }
    assert!(fixture.workspace.join("a").exists());
}

#[tokio::test]
async fn restoring_brings_exactly_the_commit_back() {
    let files = [("a", "a\n"), ("gone", "gone\n"), (".gitignore", "ignored/\n")];
    let fixture = Fixture::checked_out(&files).await;
    let outside = fixture.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("precious"), "precious").unwrap();
    let inode = std::fs::metadata(&fixture.workspace).unwrap().ino();

    fixture.write("a", "changed\n");
    fixture.write("junk/deep", "junk\n");
    fixture.write("ignored/file", "junk\n");
    fixture.write(".git/hooks/post-checkout", "junk\n");
    std::fs::remove_file(fixture.workspace.join("gone")).unwrap();
    symlink(&outside, fixture.workspace.join("way-out")).unwrap();
    let locked = fixture.workspace.join("junk");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    fixture.mirror.restore(&fixture.base, &fixture.workspace).await.unwrap();

    let mut names: Vec<String> = std::fs::read_dir(&fixture.workspace)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".git", ".gitignore", "a", "gone"]);
    assert_eq!(std::fs::read_to_string(fixture.workspace.join("a")).unwrap(), "a\n");
    assert!(!fixture.workspace.join(".git/hooks").exists());
    assert!(outside.join("precious").exists());
    assert_eq!(std::fs::metadata(&fixture.workspace).unwrap().ino(), inode, "the folder itself stays");
}

#[tokio::test]
async fn an_absent_workspace_is_restored_from_a_snapshot() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("b", "b\n");
    let snapshot = fixture.snapshot().await;
    std::fs::remove_dir_all(&fixture.workspace).unwrap();
    fixture.mirror.restore(&snapshot.commit, &fixture.workspace).await.unwrap();
    assert_eq!(std::fs::read_to_string(fixture.workspace.join("b")).unwrap(), "b\n");
    assert_eq!(fixture.snapshot().await.tree, snapshot.tree);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
