//! Pushing the candidate.

use crate::fixture::{AT, Fixture, commit_all, git, remote, write, write_executable};
use git::{CommitRequest, Error, Oid, PushOutcome};

const BRANCH: &str = "refs/heads/jidocode/fix/0123456789ab";

/// A fixture and a commit that its remote does not have.
async fn with_candidate() -> (Fixture, Oid) {
    let fixture = Fixture::checked_out(&[("a", "a\n")]).await;
    fixture.write("a", "b\n");
    let commit = fixture.snapshot().await.commit;
    (fixture, commit)
}

#[tokio::test]
async fn a_push_makes_the_branch_and_repeating_it_changes_nothing() {
    let (fixture, commit) = with_candidate().await;
    let remote = fixture.remote();
    assert_eq!(fixture.mirror.remote_ref(&remote, BRANCH).await.unwrap(), None);
    assert_eq!(fixture.mirror.push(&remote, &commit, BRANCH).await.unwrap(), PushOutcome::Pushed);
    assert_eq!(fixture.mirror.remote_ref(&remote, BRANCH).await.unwrap(), Some(commit.clone()));
    assert_eq!(fixture.mirror.push(&remote, &commit, BRANCH).await.unwrap(), PushOutcome::AlreadyThere);
}

#[tokio::test]
async fn a_branch_of_others_is_left_alone() {
    let (fixture, commit) = with_candidate().await;
    git(&fixture.source, ["update-ref", BRANCH, fixture.base.as_str()]);
    let outcome = fixture.mirror.push(&fixture.remote(), &commit, BRANCH).await.unwrap();
    assert_eq!(outcome, PushOutcome::Taken { by: fixture.base.clone() });
    assert_eq!(git(&fixture.source, ["rev-parse", BRANCH]), fixture.base.to_string());
}

#[tokio::test]
async fn a_longer_name_with_the_same_end_is_another_reference() {
    let (fixture, _) = with_candidate().await;
    git(&fixture.source, ["update-ref", "refs/other/refs/heads/x", fixture.base.as_str()]);
    assert_eq!(fixture.mirror.remote_ref(&fixture.remote(), "refs/heads/x").await.unwrap(), None);
}

#[tokio::test]
async fn a_lost_race_is_told_from_a_refusal() {
    for (winner, expected) in [("candidate", PushOutcome::AlreadyThere), ("base", PushOutcome::Pushed)] {
        let (fixture, commit) = with_candidate().await;
        let by = if winner == "base" { fixture.base.clone() } else { commit.clone() };
        // The remote's hook plays the other worker: it makes the branch after ours was found absent. The commit
        // is given to the remote first, for the objects of a push are in quarantine while the hook runs.
        fixture.mirror.push(&fixture.remote(), &commit, "refs/heads/carrier").await.unwrap();
        let hook = format!("#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref {BRANCH} {by}\nexit 1\n");
        write_executable(&fixture.source.join(".git/hooks/pre-receive"), &hook);
        let outcome = fixture.mirror.push(&fixture.remote(), &commit, BRANCH).await.unwrap();
        let expected = if winner == "base" { PushOutcome::Taken { by } } else { expected };
        assert_eq!(outcome, expected, "{winner}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_remote_is_told_with_its_reason() {
    let (fixture, commit) = with_candidate().await;
    let hook = "#!/bin/sh\necho no robots here >&2\nexit 1\n";
    write_executable(&fixture.source.join(".git/hooks/pre-receive"), hook);
    let error = fixture.mirror.push(&fixture.remote(), &commit, BRANCH).await.unwrap_err();
    assert!(matches!(&error, Error::PushRejected { detail } if detail.contains("no robots here")), "{error}");
}

#[tokio::test]
async fn a_branch_that_cannot_exist_beside_another_is_rejected() {
    let (fixture, commit) = with_candidate().await;
    git(&fixture.source, ["update-ref", "refs/heads/jidocode", fixture.base.as_str()]);
    let error = fixture.mirror.push(&fixture.remote(), &commit, BRANCH).await.unwrap_err();
    assert!(matches!(error, Error::PushRejected { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_remote_is_unreadable() {
    let (fixture, commit) = with_candidate().await;
    let nowhere = remote(&fixture.folder.path().join("nowhere"));
    let error = fixture.mirror.push(&nowhere, &commit, BRANCH).await.unwrap_err();
    assert!(matches!(error, Error::RepositoryUnreadable { .. }), "{error}");
}

#[tokio::test]
async fn nothing_but_the_commit_and_its_ancestors_is_shipped() {
    let (fixture, commit) = with_candidate().await;
    write(&fixture.source, "later", "x\n");
    let later = commit_all(&fixture.source, "later");
    fixture.mirror.push(&fixture.remote(), &commit, BRANCH).await.unwrap();
    let references = git(&fixture.source, ["for-each-ref", "--format=%(refname)"]);
    assert_eq!(references.lines().collect::<Vec<_>>(), [BRANCH, "refs/heads/main"]);
    assert_eq!(git(&fixture.source, ["rev-parse", "main"]), later.to_string());
}

#[tokio::test]
async fn of_many_concurrent_pushes_exactly_one_makes_the_branch() {
    let (fixture, first) = with_candidate().await;
    let tree = fixture.mirror.tree_of(&first).await.unwrap();
    let mut pushes = tokio::task::JoinSet::new();
    for number in 0..6 {
        let request = CommitRequest {
            parent: fixture.base.clone(),
            tree: tree.clone(),
            message: format!("candidate {number}\n"),
            author_name: "JidoCode".to_owned(),
            author_email: "runs@example.test".to_owned(),
            at: AT,
        };
        let commit = fixture.mirror.commit_tree(&request).await.unwrap();
        let (mirror, remote) = (fixture.mirror.clone(), fixture.remote());
        pushes.spawn(async move { (mirror.push(&remote, &commit, BRANCH).await.unwrap(), commit) });
    }
    let outcomes = pushes.join_all().await;
    let pushed = outcomes.iter().filter(|(outcome, _)| *outcome == PushOutcome::Pushed);
    let winners: Vec<&Oid> = pushed.map(|(_, commit)| commit).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    assert_eq!(&git(&fixture.source, ["rev-parse", BRANCH]), winners[0].as_str());
    let taken = PushOutcome::Taken { by: winners[0].clone() };
    assert_eq!(outcomes.iter().filter(|(outcome, _)| *outcome == taken).count(), 5, "{outcomes:?}");
}
