use crate::support::{Database, World, assert_refused, digest, on_both_databases};
use domain::{SessionId, TokenId, UserId};
use persistence::Error;
use persistence::commands::*;
use persistence::records::*;
use std::sync::Arc;
use uuid::Uuid;

on_both_databases![
    the_owner_is_made_once,
    an_owner_link_signs_in_once_and_in_time,
    of_sixteen_who_redeem_a_link_one_signs_in,
    a_session_lives_until_it_expires_or_is_revoked,
    a_token_lives_until_it_expires_or_is_revoked,
    a_token_is_revoked_by_its_user_alone,
];

fn hash(text: &str) -> String {
    digest(text).hex().to_owned()
}

fn session(world: &World, secret: &str, user_id: UserId) -> SessionRecord {
    SessionRecord {
        id: SessionId::from_uuid(Uuid::now_v7()),
        user_id,
        token_hash: hash(secret),
        created_at: world.at(0),
        last_seen_at: world.at(0),
        expires_at: world.at(100),
        revoked_at: None,
        user_agent: None,
    }
}

async fn link(world: &World, secret: &str) {
    let record = OwnerLinkRecord {
        token_hash: hash(secret),
        user_id: world.owner.id.unwrap(),
        created_at: world.at(0),
        expires_at: world.at(10),
        used_at: None,
    };
    world.write(CreateOwnerLink(record)).await;
}

fn redeem(world: &World, secret: &str, seconds: u64) -> RedeemOwnerLink {
    let nobody = UserId::from_uuid(Uuid::now_v7());
    let session = session(world, &Uuid::now_v7().to_string(), nobody);
    RedeemOwnerLink { token_hash: hash(secret), session, now: world.at(seconds) }
}

async fn the_owner_is_made_once(db: Database) {
    let world = World::new(db).await;
    let other = UserRecord::owner(UserId::from_uuid(Uuid::now_v7()), "other".to_owned(), world.at(0));
    let owner = world.write(EnsureOwner(other)).await;
    assert_eq!(Some(owner.id), world.owner.id);
    let find = |name: &str| FindUser { name: name.to_owned() };
    assert_eq!(world.read(find("owner")).await, Some(owner));
    assert_eq!(world.read(find("other")).await, None);
}

async fn an_owner_link_signs_in_once_and_in_time(db: Database) {
    let world = World::new(db).await;
    link(&world, "late").await;
    link(&world, "good").await;
    for refused in [redeem(&world, "late", 10), redeem(&world, "unknown", 1)] {
        assert_refused!(world.store().write(refused).await, Error::NotFound);
    }
    let asked = redeem(&world, "good", 9);
    let user = world.write(asked.clone()).await;
    assert_eq!(Some(user.id), world.owner.id);
    let (token_hash, now) = (asked.session.token_hash, world.at(9));
    let (stored, _) = world.read(FindSession { token_hash, now }).await.unwrap();
    assert_eq!(stored.user_id, user.id, "the session belongs to the link's user");
    assert_refused!(world.store().write(redeem(&world, "good", 9)).await, Error::NotFound);
}

async fn of_sixteen_who_redeem_a_link_one_signs_in(db: Database) {
    let world = Arc::new(World::new(db).await);
    link(&world, "good").await;
    let mut redeeming = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let world = Arc::clone(&world);
        redeeming.spawn(async move { world.store().write(redeem(&world, "good", 1)).await });
    }
    let ends = redeeming.join_all().await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert!(ends.iter().all(|end| matches!(end, Ok(_) | Err(Error::NotFound))), "{ends:?}");
}

async fn a_session_lives_until_it_expires_or_is_revoked(db: Database) {
    let world = World::new(db).await;
    link(&world, "good").await;
    let asked = redeem(&world, "good", 1);
    world.write(asked.clone()).await;
    let token_hash = asked.session.token_hash.clone();
    let find = |seconds| FindSession { token_hash: token_hash.clone(), now: world.at(seconds) };
    let id = asked.session.id;
    world.write(TouchSession { id, now: world.at(50) }).await;
    let (found, account) = world.read(find(99)).await.unwrap();
    assert_eq!((found.last_seen_at, Some(account.user.id)), (world.at(50), world.owner.id));
    assert_eq!(world.read(find(100)).await, None);
    let user_id = world.owner.id.unwrap();
    world.write(RevokeSession { id, user_id, now: world.at(60) }).await;
    assert_eq!(world.read(find(61)).await, None);
}

fn token(world: &World, secret: &str) -> TokenRecord {
    TokenRecord {
        id: TokenId::from_uuid(Uuid::now_v7()),
        user_id: world.owner.id.unwrap(),
        name: secret.to_owned(),
        token_hash: hash(secret),
        created_at: world.at(0),
        expires_at: None,
        revoked_at: None,
        scopes: None,
        project_ids: None,
    }
}

async fn a_token_lives_until_it_expires_or_is_revoked(db: Database) {
    let world = World::new(db).await;
    let lasting = token(&world, "lasting");
    let short = TokenRecord { expires_at: Some(world.at(10)), ..token(&world, "short") };
    for record in [&lasting, &short] {
        world.write(CreateToken(record.clone())).await;
    }
    let find = |secret: &str, seconds| FindToken { token_hash: hash(secret), now: world.at(seconds) };
    let (found, account) = world.read(find("lasting", 9999)).await.unwrap();
    assert_eq!((found, Some(account.user.id)), (lasting.clone(), world.owner.id));
    assert!(world.read(find("short", 9)).await.is_some());
    assert_eq!(world.read(find("short", 10)).await, None);
    assert_eq!(world.read(find("unknown", 0)).await, None);
    let (id, user_id) = (lasting.id, lasting.user_id);
    world.write(RevokeToken { id, user_id, now: world.at(5) }).await;
    assert_eq!(world.read(find("lasting", 6)).await, None);
    let listed = world.read(ListTokens { user_id }).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].revoked_at, Some(world.at(5)));
}

async fn a_token_is_revoked_by_its_user_alone(db: Database) {
    let world = World::new(db).await;
    let record = token(&world, "mine");
    world.write(CreateToken(record.clone())).await;
    let user_id = world.person("other").id.unwrap();
    let (id, now) = (record.id, world.at(1));
    assert_refused!(world.store().write(RevokeToken { id, user_id, now }).await, Error::NotFound);
    assert_eq!(world.read(ListTokens { user_id: record.user_id }).await, [record]);
}
