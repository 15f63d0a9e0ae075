//! Following a remote and finding what a run starts from.

use crate::fixture::{Fixture, commit_all, git, remote, write};
use git::{Credential, Error, Git, Mirror, Oid, Remote, RemoteUrl};
use std::time::{Duration, SystemTime};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[tokio::test]
async fn the_version_is_told() {
    let version = Git::new().unwrap().version().await.unwrap();
    assert!(version.starts_with("2."), "{version}");
}

#[tokio::test]
async fn branches_tags_and_commits_are_resolved() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let first = fixture.base.clone();
    git(&fixture.source, ["tag", "-a", "v1", "-m", "one"]);
    git(&fixture.source, ["branch", "feature/x"]);
    write(&fixture.source, "a", "b\n");
    let second = commit_all(&fixture.source, "second");
    fixture.mirror.fetch(&fixture.remote()).await.unwrap();
    let rows = [
        ("main", &second),
        ("refs/heads/main", &second),
        ("feature/x", &first),
        ("v1", &first),
        ("refs/tags/v1", &first),
        (first.as_str(), &first),
    ];
    for (name, commit) in rows {
        assert_eq!(&fixture.mirror.resolve(name).await.unwrap(), commit, "{name}");
    }
}

#[tokio::test]
async fn what_is_absent_is_named() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    fixture.mirror.update_ref("refs/jido/runs/secret", &fixture.base).await.unwrap();
    let blob = git(&fixture.source, ["rev-parse", "HEAD:a"]);
    let missing = "1".repeat(40);
    for name in ["nope", "refs/heads/nope", "HEAD", &missing, &blob] {
        let error = fixture.mirror.resolve(name).await.unwrap_err();
        assert!(matches!(&error, Error::RefNotFound { name: told } if told == name), "{name}: {error}");
    }
    for name in ["refs/jido/runs/secret", "refs/upstream/main"] {
        let error = fixture.mirror.resolve(name).await.unwrap_err();
        assert!(matches!(&error, Error::InvalidRef { .. }), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_branch_removed_or_rewritten_at_the_remote_is_followed() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    git(&fixture.source, ["branch", "old"]);
    fixture.mirror.fetch(&fixture.remote()).await.unwrap();
    fixture.mirror.resolve("old").await.unwrap();
    git(&fixture.source, ["branch", "-D", "old"]);
    git(&fixture.source, ["branch", "old/deeper"]);
    git(&fixture.source, ["commit", "--quiet", "--amend", "-m", "rewritten"]);
    fixture.mirror.fetch(&fixture.remote()).await.unwrap();
    assert!(matches!(fixture.mirror.resolve("old").await, Err(Error::RefNotFound { .. })));
    assert_ne!(fixture.mirror.resolve("main").await.unwrap(), fixture.base);
    assert_eq!(fixture.mirror.resolve("old/deeper").await.unwrap(), fixture.base);
}

#[tokio::test]
async fn uncommitted_changes_of_a_source_are_not_fetched() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    write(&fixture.source, "a", "changed\n");
    fixture.mirror.fetch(&fixture.remote()).await.unwrap();
    let commit = fixture.mirror.resolve("main").await.unwrap();
    assert_eq!(fixture.content(&commit, "a").await.as_deref(), Some("a\n"));
}

#[tokio::test]
async fn a_missing_repository_is_unreadable() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let nowhere = remote(&fixture.folder.path().join("nowhere"));
    let error = fixture.mirror.fetch(&nowhere).await.unwrap_err();
    assert!(
        matches!(&error, Error::RepositoryUnreadable { detail } if detail.contains("nowhere")),
        "{error}"
    );
    let error = fixture.mirror.remote_ref(&nowhere, "refs/heads/main").await.unwrap_err();
    assert!(matches!(error, Error::RepositoryUnreadable { .. }), "{error}");
}

#[tokio::test]
async fn a_repository_of_another_owner_is_fetched() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    // Only root can give files away; for anybody else the case does not arise in a test.
    let given = std::os::unix::fs::chown(&fixture.source, Some(4242), None).is_ok()
        && std::os::unix::fs::chown(fixture.source.join(".git"), Some(4242), None).is_ok();
    write(&fixture.source, "a", "b\n");
    let second = commit_all(&fixture.source, "second");
    fixture.mirror.fetch(&fixture.remote()).await.unwrap();
    assert_eq!(fixture.mirror.resolve("main").await.unwrap(), second, "given away: {given}");
    let pushed = fixture.mirror.push(&fixture.remote(), &second, "refs/heads/jidocode/x").await.unwrap();
    assert_eq!(pushed, git::PushOutcome::Pushed);
}

#[tokio::test]
async fn a_mirror_is_opened_again_with_what_it_holds() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let path = fixture.mirror.path().to_owned();
    let (left, right) = tokio::join!(
        Mirror::open(Git::new().unwrap(), path.clone()),
        Mirror::open(Git::new().unwrap(), path.clone())
    );
    assert_eq!(left.unwrap().resolve("main").await.unwrap(), fixture.base);
    right.unwrap().fsck().await.unwrap();
    assert_eq!(git(&path, ["config", "gc.auto"]), "0");
}

#[tokio::test]
async fn concurrent_fetches_through_two_handles_do_not_collide() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let other = Mirror::open(Git::new().unwrap(), fixture.mirror.path().to_owned()).await.unwrap();
    for round in 0..3 {
        git(&fixture.source, ["branch", &format!("b{round}")]);
        let remote = fixture.remote();
        let (left, right) = tokio::join!(fixture.mirror.fetch(&remote), other.fetch(&remote));
        left.unwrap();
        right.unwrap();
    }
}

#[tokio::test]
async fn a_call_beyond_its_time_is_ended_with_what_it_started() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let hurried = Git::new().unwrap().with_timeout(Duration::from_secs(2));
    let mirror = Mirror::open(hurried, fixture.mirror.path().to_owned()).await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/repo.git", silent.local_addr().unwrap());
    let remote = Remote { url: RemoteUrl::parse(&url).unwrap(), credential: Credential::None };
    let connection = tokio::spawn(async move {
        let (mut stream, _) = silent.accept().await.unwrap();
        // Ends only when the helper that git started for http is gone.
        stream.read_to_end(&mut Vec::new()).await
    });
    let error = mirror.fetch(&remote).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { operation: "fetch" }), "{error}");
    let ended = tokio::time::timeout(Duration::from_secs(10), connection).await;
    assert!(ended.is_ok(), "the helper outlived its call");
}

#[tokio::test]
async fn an_abandoned_call_takes_what_it_started_along() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/repo.git", silent.local_addr().unwrap());
    let remote = Remote { url: RemoteUrl::parse(&url).unwrap(), credential: Credential::None };
    let mut stream = tokio::select! {
        accepted = silent.accept() => accepted.unwrap().0,
        fetched = fixture.mirror.fetch(&remote) => panic!("nobody answered, and yet: {fetched:?}"),
    };
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok(), "the helper outlived its call");
}

#[tokio::test]
async fn only_locks_older_than_any_call_are_removed() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let lock = fixture.mirror.path().join("refs/upstream/main.lock");
    write(&fixture.source, "a", "b\n");
    let second = commit_all(&fixture.source, "second");

    let file = std::fs::File::create(&lock).unwrap();
    let error = fixture.mirror.fetch(&fixture.remote()).await.unwrap_err();
    // A young lock may have an owner.
    assert!(matches!(error, Error::CommandFailed { .. }), "{error}");
    assert!(lock.exists());
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    fixture.mirror.fetch(&fixture.remote()).await.unwrap();
    assert!(!lock.exists());
    assert_eq!(fixture.mirror.resolve("main").await.unwrap(), second);
}

#[tokio::test]
async fn a_damaged_mirror_is_noticed() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    fixture.mirror.fsck().await.unwrap();
    let id = git(&fixture.source, ["rev-parse", "HEAD:a"]);
    let object = fixture.mirror.path().join("objects").join(&id[..2]).join(&id[2..]);
    std::fs::remove_file(object).unwrap();
    assert!(matches!(fixture.mirror.fsck().await, Err(Error::CommandFailed { .. })));
}

#[tokio::test]
async fn submodules_and_lfs_are_refused() {
    let plain = Fixture::with(&[("a", "a\n"), (".gitattributes", "# filter=lfs\n*.bin -text\n")]).await;
    plain.mirror.check_supported(&plain.base).await.unwrap();
    let emptied = Fixture::with(&[("a", "a\n"), (".gitmodules", "\n")]).await;
    emptied.mirror.check_supported(&emptied.base).await.unwrap();

    let declared = Fixture::with(&[(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ./x\n")]).await;
    assert!(unsupported(&declared, &declared.base).await.contains(".gitmodules"));
    let lfs =
        Fixture::with(&[("a", "a\n"), ("deep/er/.gitattributes", "*.bin filter=lfs diff=lfs -text\n")]).await;
    assert!(unsupported(&lfs, &lfs.base).await.contains("deep/er/.gitattributes"));

    let link = format!("160000,{},vendor/x", plain.base);
    git(&plain.source, ["update-index", "--add", "--cacheinfo", &link]);
    git(&plain.source, ["commit", "--quiet", "-m", "link"]);
    plain.mirror.fetch(&plain.remote()).await.unwrap();
    let commit = plain.mirror.resolve("main").await.unwrap();
    assert!(unsupported(&plain, &commit).await.contains("vendor/x"));
}

async fn unsupported(fixture: &Fixture, commit: &Oid) -> String {
    match fixture.mirror.check_supported(commit).await {
        Err(Error::RepositoryUnsupported { detail }) => detail,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
