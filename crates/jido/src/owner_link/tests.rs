use super::*;
use domain::SessionId;
use persistence::SqliteOptions;
use persistence::commands::RedeemOwnerLink;
use persistence::records::SessionRecord;

const ADDRESS: &str = "http://127.0.0.1:8700";

struct Scene {
    _folder: tempfile::TempDir,
    data: DataFolder,
    store: Store,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::new(folder.path().to_owned());
    let store = Store::open_sqlite(&data.sqlite_file(), &SqliteOptions::default()).unwrap();
    Scene { _folder: folder, data, store }
}

async fn sign_in(store: &Store, link: &OwnerLink) -> persistence::Result<UserRecord> {
    let now = clock::now();
    let session = SessionRecord {
        id: SessionId::from_uuid(clock::new_id()),
        user_id: UserId::from_uuid(clock::new_id()),
        token_hash: clock::new_id().to_string(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(LIFETIME),
        revoked_at: None,
        user_agent: None,
    };
    store.write(RedeemOwnerLink { token_hash: api::identity::hash_secret(&link.secret), session, now }).await
}

#[tokio::test]
async fn each_start_gives_a_link_until_somebody_has_signed_in() {
    let scene = scene();
    let first = due_at_start(&scene.store, &scene.data).await.unwrap().unwrap();
    first.publish(&scene.data, ADDRESS).unwrap();
    let second = due_at_start(&scene.store, &scene.data).await.unwrap().unwrap();
    let url = second.publish(&scene.data, ADDRESS).unwrap();
    assert_eq!(url, format!("{ADDRESS}/sign-in#token={}", second.secret));

    let user = sign_in(&scene.store, &second).await.unwrap();
    assert_eq!(user.name, users::OWNER);
    assert!(due_at_start(&scene.store, &scene.data).await.unwrap().is_none());
    assert!(!scene.data.owner_link_file().exists(), "a used link is removed");
    assert!(due_at_start(&scene.store, &scene.data).await.unwrap().is_none());
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_does_not_lock_the_owner_out() {
    let scene = scene();
    // The port was taken, say: the link was made and never shown.
    drop(due_at_start(&scene.store, &scene.data).await.unwrap().unwrap());
    assert!(due_at_start(&scene.store, &scene.data).await.unwrap().is_some());
}

#[tokio::test]
async fn looking_at_a_link_does_not_spend_it() {
    let scene = scene();
    let link = due_at_start(&scene.store, &scene.data).await.unwrap().unwrap();
    for _ in 0..3 {
        assert!(!spent::is_spent(&scene.store, &link.secret).await.unwrap());
    }
    sign_in(&scene.store, &link).await.unwrap();
    assert!(spent::is_spent(&scene.store, &link.secret).await.unwrap());
    assert!(sign_in(&scene.store, &link).await.is_err());
}

#[tokio::test]
async fn an_expired_link_leaves_no_secret_behind_and_is_offered_anew_at_the_next_start() {
    let scene = scene();
    let mut link = due_at_start(&scene.store, &scene.data).await.unwrap().unwrap();
    link.publish(&scene.data, ADDRESS).unwrap();
    link.expires_at = clock::now();
    withdraw_when_expired(scene.store.clone(), scene.data.clone(), link.clone()).await;
    let left = std::fs::read_to_string(scene.data.owner_link_file()).unwrap();
    assert!(!left.contains(&link.secret), "{left}");
    assert!(due_at_start(&scene.store, &scene.data).await.unwrap().is_some());
}
