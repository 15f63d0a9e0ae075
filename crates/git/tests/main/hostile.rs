//! Workspaces whose steps try to reach the server or to hide something.

use crate::fixture::{Fixture, git, write_executable};
use git::Error;
use std::fs::FileTimes;
use std::path::PathBuf;

/// A program that leaves a marker when anybody runs it.
fn trap(fixture: &Fixture) -> (PathBuf, PathBuf) {
    let marker = fixture.folder.path().join("marker");
    let program = fixture.folder.path().join("trap");
    write_executable(&program, &format!("#!/bin/sh\ntouch '{}'\ncat\n", marker.display()));
    (program, marker)
}

#[tokio::test]
async fn hooks_and_configuration_of_the_workspace_never_run() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    let (program, marker) = trap(&fixture);
    let hooks = fixture.workspace.join(".git/hooks");
    let names = [
        "pre-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-push",
        "post-commit",
    ];
    for name in names {
        write_executable(&hooks.join(name), &std::fs::read_to_string(&program).unwrap());
    }
    let path = program.display();
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {path}\n\thooksPath = {}\n\tsshCommand = {path}\n\
         [filter \"x\"]\n\tclean = {path}\n\tsmudge = {path}\n\trequired = true\n[diff \"x\"]\n\ttextconv = {path}\n\
         \tcommand = {path}\n[user]\n\tname = Agent\n\temail = a@b\n",
        hooks.display()
    );
    std::fs::write(fixture.workspace.join(".git/config"), config).unwrap();
    fixture.write(".gitattributes", "* filter=x diff=x\n");
    fixture.write("a", "changed\n");

    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.content(&snapshot.commit, "a").await.as_deref(), Some("changed\n"));
    let diff = fixture.mirror.diff(&fixture.base, &snapshot.commit).await.unwrap();
    assert!(String::from_utf8_lossy(&diff.patch).contains("+changed"));
    fixture.mirror.restore(&snapshot.commit, &fixture.workspace).await.unwrap();
    fixture.mirror.push(&fixture.remote(), &snapshot.commit, "refs/heads/out").await.unwrap();
    assert!(!marker.exists(), "something of the workspace was executed");

    // The trap works: a person who runs git in such a workspace would have sprung it.
    write_executable(&hooks.join("post-commit"), &std::fs::read_to_string(&program).unwrap());
    git(&fixture.workspace, ["commit", "--quiet", "--allow-empty", "-m", "x"]);
    assert!(marker.exists());
}

#[tokio::test]
async fn excludes_and_index_bits_of_the_workspace_hide_nothing() {
    let fixture = Fixture::checked_out(&[("a", "a\n"), ("b", "b\n")]).await;
    fixture.write(".git/info/exclude", "*\n");
    fixture.write(".git/info/attributes", "* text eol=crlf ident\n");
    git(&fixture.workspace, ["update-index", "--assume-unchanged", "a"]);
    git(&fixture.workspace, ["update-index", "--skip-worktree", "b"]);
    fixture.write("a", "changed\r\n");
    fixture.write("b", "changed\n");
    fixture.write("hidden", "hidden\n");
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.content(&snapshot.commit, "a").await.as_deref(), Some("changed\r\n"));
    assert_eq!(fixture.content(&snapshot.commit, "b").await.as_deref(), Some("changed\n"));
    assert_eq!(fixture.content(&snapshot.commit, "hidden").await.as_deref(), Some("hidden\n"));
    assert!(snapshot.ignored_paths.is_empty());
}

#[tokio::test]
async fn forged_times_hide_nothing() {
    let fixture = Fixture::checked_out(&[("a", "old\n")]).await;
    fixture.snapshot().await;
    let file = fixture.workspace.join("a");
    let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
    std::fs::write(&file, "new\n").unwrap();
    let handle = std::fs::File::options().write(true).open(&file).unwrap();
    handle.set_times(FileTimes::new().set_modified(modified)).unwrap();
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.content(&snapshot.commit, "a").await.as_deref(), Some("new\n"));
}

#[tokio::test]
async fn attributes_cannot_hide_a_change_from_the_patch() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write(".gitattributes", "* -diff binary\n");
    fixture.write("a", "changed\n");
    let snapshot = fixture.snapshot().await;
    let diff = fixture.mirror.diff(&fixture.base, &snapshot.commit).await.unwrap();
    assert!(String::from_utf8_lossy(&diff.patch).contains("-a\n+changed\n"));
    assert!(diff.files.iter().all(|file| !file.binary));
}

#[tokio::test]
async fn a_workspace_without_its_git_folder_is_recorded() {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    std::fs::remove_dir_all(fixture.workspace.join(".git")).unwrap();
    std::fs::write(fixture.workspace.join(".git"), "gitdir: /etc\n").unwrap();
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.mirror.list_files(&snapshot.commit).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn nested_repositories_are_refused() {
    let git_files: [(&str, &str); 4] = [
        ("new/.git/HEAD", "ref: refs/heads/main\n"),
        ("tracked/.git", "gitdir: ../elsewhere\n"),
        ("deep/er/.git/config", ""),
        (".GIT/config", ""),
    ];
    for (path, content) in git_files {
        let fixture = Fixture::checked_out(&[("tracked/a", "a\n")]).await;
        fixture.write(path, content);
        let refused = fixture.mirror.snapshot(&fixture.request()).await;
        assert!(matches!(refused, Err(Error::RepositoryUnsupported { .. })), "{path}: {refused:?}");
    }
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    std::fs::create_dir(fixture.workspace.join("sub")).unwrap();
    git(&fixture.workspace.join("sub"), ["init", "--quiet"]);
    git(&fixture.workspace.join("sub"), ["commit", "--quiet", "--allow-empty", "-m", "x"]);
    match fixture.mirror.snapshot(&fixture.request()).await {
        Err(Error::RepositoryUnsupported { detail }) => assert!(detail.contains("sub"), "{detail}"),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_repository_within_an_ignored_folder_does_no_harm() {
    let fixture = Fixture::checked_out(&[(".gitignore", "vendor/\n")]).await;
    fixture.write("vendor/x/.git/HEAD", "ref: refs/heads/main\n");
    let snapshot = fixture.snapshot().await;
    assert_eq!(fixture.mirror.list_files(&snapshot.commit).await.unwrap(), [".gitignore"]);
}
