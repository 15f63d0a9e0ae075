use crate::support::{Backend, Database, World, assert_refused, digest, on_both_databases};
use domain::access::Visibility;
use domain::approval::{ApprovalStatus, Decision, DecisionRefused};
use domain::run::Status;
use domain::{Actor, InvitationId, ProjectId, Role, SessionId, TokenId, UserId};
use persistence::Error;
use persistence::commands::*;
use persistence::records::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

on_both_databases![
    an_invitation_makes_a_user_with_roles_and_session_together,
    of_sixteen_who_accept_an_invitation_one_becomes_a_user,
    an_invitation_lives_until_it_expires_is_revoked_or_its_maker_falls,
    disabling_ends_sessions_tokens_and_links_for_good,
    the_owner_is_neither_disabled_nor_demoted,
    memberships_are_given_changed_and_taken_away,
    of_sixteen_who_give_a_first_role_at_once_none_fails,
    lists_show_the_projects_asked_for_alone,
    the_feed_moves_on_behind_what_it_does_not_show,
    a_decision_is_judged_by_the_role_held_in_its_transaction,
    a_role_on_the_project_is_as_good_as_one_on_the_installation,
    approvers_named_by_the_frozen_policy_alone_decide,
    the_schema_of_users_goes_back_and_forth,
];

fn hash(text: &str) -> String {
    digest(text).hex().to_owned()
}

fn session(world: &World) -> SessionRecord {
    SessionRecord {
        id: SessionId::from_uuid(Uuid::now_v7()),
        user_id: UserId::from_uuid(Uuid::now_v7()),
        token_hash: Uuid::now_v7().to_string(),
        created_at: world.at(0),
        last_seen_at: world.at(0),
        expires_at: world.at(1000),
        revoked_at: None,
        user_agent: Some("Browser/1.0".to_owned()),
    }
}

async fn invite(world: &World, secret: &str, by: &Actor, grants: &[Grant]) -> InvitationId {
    let record = InvitationRecord {
        id: InvitationId::from_uuid(Uuid::now_v7()),
        token_hash: hash(secret),
        label: "somebody".to_owned(),
        grants: grants.to_vec(),
        invited_by: by.id.unwrap(),
        created_by: by.clone(),
        created_at: world.at(0),
        expires_at: world.at(100),
        revoked_at: None,
        accepted_at: None,
        accepted_by: None,
    };
    world.write(CreateInvitation(record.clone())).await;
    record.id
}

fn accept(world: &World, secret: &str, name: &str, seconds: u64) -> AcceptInvitation {
    let now = world.at(seconds);
    let user = UserRecord::new(UserId::from_uuid(Uuid::now_v7()), name.to_owned(), now);
    AcceptInvitation { token_hash: hash(secret), user, session: session(world), now }
}

async fn account(world: &World, session: &SessionRecord) -> Option<Account> {
    let query = FindSession { token_hash: session.token_hash.clone(), now: world.at(10) };
    world.read(query).await.map(|(_, account)| account)
}

async fn an_invitation_makes_a_user_with_roles_and_session_together(db: Database) {
    let world = World::new(db).await;
    let grants = [
        Grant { project_id: Some(world.project.id), role: Role::Approver },
        Grant { project_id: None, role: Role::Viewer },
    ];
    let id = invite(&world, "s", &world.owner, &grants).await;
    // A name that is taken leaves the invitation as it was, and no session behind.
    let taken = accept(&world, "s", "owner", 1);
    let session = taken.session.clone();
    assert_refused!(world.store().write(taken).await, Error::Taken { .. });
    assert_eq!(account(&world, &session).await, None);
    let asked = accept(&world, "s", "alice", 2);
    let user = world.write(asked.clone()).await;
    assert_eq!((user.name.as_str(), user.role, user.is_owner), ("alice", Some(Role::Viewer), false));
    let found = account(&world, &asked.session).await.unwrap();
    assert_eq!(found.user, user);
    assert_eq!(found.memberships, BTreeMap::from([(world.project.id, Role::Approver)]));
    let listed = world.read(ListInvitations { before: None, limit: 10 }).await;
    assert_eq!((listed[0].id, listed[0].accepted_by), (id, Some(user.id)));
    assert_refused!(world.store().write(accept(&world, "s", "bob", 3)).await, Error::NotFound);
    // What is accepted is revoked no more.
    assert_eq!(world.write(RevokeInvitation { id, now: world.at(4) }).await.revoked_at, None);
}

async fn of_sixteen_who_accept_an_invitation_one_becomes_a_user(db: Database) {
    let world = Arc::new(World::new(db).await);
    invite(&world, "s", &world.owner, &[]).await;
    let mut accepting = tokio::task::JoinSet::new();
    for number in 0..16 {
        let world = Arc::clone(&world);
        let name = format!("user-{number}");
        accepting.spawn(async move { world.store().write(accept(&world, "s", &name, 1)).await });
    }
    let ends = accepting.join_all().await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert!(ends.iter().all(|end| matches!(end, Ok(_) | Err(Error::NotFound))), "{ends:?}");
    assert_eq!(world.read(ListUsers { after: None, limit: 100 }).await.len(), 2, "the owner and the winner");
}

async fn an_invitation_lives_until_it_expires_is_revoked_or_its_maker_falls(db: Database) {
    let world = World::new(db).await;
    let refused = async |secret: &str, seconds| {
        let asked = accept(&world, secret, "alice", seconds);
        assert_refused!(world.store().write(asked).await, Error::NotFound);
    };
    invite(&world, "late", &world.owner, &[]).await;
    refused("late", 100).await;
    refused("unknown", 1).await;
    let id = invite(&world, "revoked", &world.owner, &[]).await;
    assert_eq!(world.write(RevokeInvitation { id, now: world.at(5) }).await.revoked_at, Some(world.at(5)));
    assert_eq!(world.write(RevokeInvitation { id, now: world.at(6) }).await.revoked_at, Some(world.at(5)));
    refused("revoked", 1).await;
    let admin = world.person("admin");
    let id = admin.id.unwrap();
    invite(&world, "fallen", &admin, &[]).await;
    refused("fallen", 1).await;
    world.write(SetInstallationRole { id, role: Some(Role::Admin) }).await;
    world.write(DisableUser { id, now: world.at(1) }).await;
    refused("fallen", 2).await;
    world.write(EnableUser { id }).await;
    world.write(accept(&world, "fallen", "alice", 3)).await;
}

async fn disabling_ends_sessions_tokens_and_links_for_good(db: Database) {
    let world = World::new(db).await;
    let alice = world.person("alice");
    let user_id = alice.id.unwrap();
    let link = |secret: &str| {
        let (created_at, expires_at) = (world.at(0), world.at(100));
        CreateOwnerLink(OwnerLinkRecord {
            token_hash: hash(secret),
            user_id,
            created_at,
            expires_at,
            used_at: None,
        })
    };
    let redeem = |secret: &str| RedeemOwnerLink {
        token_hash: hash(secret),
        session: session(&world),
        now: world.at(2),
    };
    for secret in ["used", "waiting"] {
        world.write(link(secret)).await;
    }
    let signed_in = redeem("used");
    world.write(signed_in.clone()).await;
    let token = TokenRecord {
        id: TokenId::from_uuid(Uuid::now_v7()),
        user_id,
        name: "ci".to_owned(),
        token_hash: hash("token"),
        created_at: world.at(0),
        expires_at: None,
        revoked_at: None,
        scopes: None,
        project_ids: None,
    };
    world.write(CreateToken(token.clone())).await;
    let by_token = || FindToken { token_hash: hash("token"), now: world.at(10) };
    assert!(world.read(by_token()).await.is_some() && account(&world, &signed_in.session).await.is_some());
    let disabled = world.write(DisableUser { id: user_id, now: world.at(5) }).await;
    assert_eq!(disabled.disabled_at, Some(world.at(5)));
    for _ in 0..2 {
        assert_eq!(world.read(by_token()).await, None);
        assert_eq!(account(&world, &signed_in.session).await, None);
        assert_eq!(world.read(ListSessions { user_id, now: world.at(6) }).await, []);
        assert_refused!(world.store().write(redeem("waiting")).await, Error::NotFound);
        world.write(EnableUser { id: user_id }).await;
    }
    world.write(DisableUser { id: user_id, now: world.at(7) }).await;
    assert_refused!(world.store().write(link("new")).await, Error::NotFound);
    let other = TokenRecord { id: TokenId::from_uuid(Uuid::now_v7()), token_hash: hash("other"), ..token };
    assert_refused!(world.store().write(CreateToken(other)).await, Error::NotFound);
}

async fn the_owner_is_neither_disabled_nor_demoted(db: Database) {
    let world = World::new(db).await;
    let id = world.owner.id.unwrap();
    let before = world.read(GetUser { id }).await;
    assert_refused!(world.store().write(DisableUser { id, now: world.at(1) }).await, Error::NotFound);
    let demotion = SetInstallationRole { id, role: Some(Role::Viewer) };
    assert_refused!(world.store().write(demotion).await, Error::NotFound);
    assert_eq!(world.read(GetUser { id }).await, before);
    assert_eq!(before.installation_role(), Some(Role::Admin));
}

fn membership(world: &World, user: &Actor, project_id: ProjectId, role: Role) -> SetMembership {
    let user_id = user.id.unwrap();
    SetMembership(MembershipRecord { user_id, project_id, role, updated_at: world.at(1) })
}

async fn memberships_are_given_changed_and_taken_away(db: Database) {
    let world = World::new(db).await;
    let alice = world.person("alice");
    let (user_id, project_id) = (alice.id.unwrap(), world.project.id);
    world.write(SetInstallationRole { id: user_id, role: None }).await;
    let roles = async |project_id| -> Vec<(String, Option<Role>)> {
        let members = world.read(ListMembers { project_id }).await;
        members.into_iter().map(|member| (member.user.name, member.role)).collect()
    };
    assert_eq!(roles(Some(project_id)).await, [("owner".to_owned(), None)]);
    for role in [Role::Viewer, Role::Admin] {
        world.write(membership(&world, &alice, project_id, role)).await;
        let expected = [("alice".to_owned(), Some(role)), ("owner".to_owned(), None)];
        assert_eq!(roles(Some(project_id)).await, expected);
    }
    world.write(RemoveMembership { user_id, project_id }).await;
    let again = RemoveMembership { user_id, project_id };
    assert_refused!(world.store().write(again).await, Error::NotFound);
    assert_eq!(roles(None).await, [("owner".to_owned(), Some(Role::Admin))]);
}

async fn of_sixteen_who_give_a_first_role_at_once_none_fails(db: Database) {
    let world = Arc::new(World::new(db).await);
    let alice = world.person("alice");
    let mut giving = tokio::task::JoinSet::new();
    for number in 0..16_usize {
        let (world, alice) = (Arc::clone(&world), alice.clone());
        let role = Role::ALL[number % Role::ALL.len()];
        let change = membership(&world, &alice, world.project.id, role);
        giving.spawn(async move { world.store().write(change).await });
    }
    for end in giving.join_all().await {
        end.unwrap();
    }
    let members = world.read(ListMembers { project_id: Some(world.project.id) }).await;
    assert_eq!(members.iter().filter(|member| member.role.is_some()).count(), 1);
}

/// Makes another project with a run; returns its id.
async fn other_project(world: &World) -> ProjectId {
    let record = world.another_project("other");
    let id = record.id;
    world.write(CreateProject { record, idempotency: None }).await;
    world.write(CreateRun { project_id: id, ..world.new_run() }).await;
    id
}

async fn lists_show_the_projects_asked_for_alone(db: Database) {
    let world = World::new(db).await;
    let own = world.project.id;
    let held = world.begun().await;
    world.fail(&held, domain::failure::FailureReason::InvalidOutput).await;
    let (gated, _) = world.at_gate().await;
    let other = other_project(&world).await;
    for (visibility, expected) in [
        (Visibility::All, BTreeSet::from([own, other])),
        (Visibility::Projects(vec![own]), BTreeSet::from([own])),
        (Visibility::Projects(vec![own, other]), BTreeSet::from([own, other])),
        (Visibility::Projects(Vec::new()), BTreeSet::new()),
    ] {
        let query = ListProjects {
            visibility: visibility.clone(),
            listed: Default::default(),
            name: None,
            after: None,
            limit: 10,
        };
        let projects = world.read(query).await;
        assert_eq!(projects.iter().map(|project| project.id).collect::<BTreeSet<_>>(), expected);
        let filter = RunFilter { visibility: visibility.clone(), ..RunFilter::default() };
        let runs = world.read(ListRuns { filter, before: None, limit: 10 }).await;
        assert_eq!(runs.iter().map(|run| run.project_id).collect::<BTreeSet<_>>(), expected);
        let gates = ListApprovals { visibility, limit: 10, ..ListApprovals::default() };
        let gates = world.read(gates).await;
        assert_eq!(gates.len(), usize::from(expected.contains(&own)));
        assert!(gates.iter().all(|(gate, _)| gate.run_id == gated));
    }
    for (visibility, count) in [(Visibility::Projects(vec![own]), 1), (Visibility::Projects(vec![]), 0)] {
        let failures = ListFailures { visibility, limit: 10, ..ListFailures::default() };
        assert_eq!(world.read(failures).await.len(), count);
    }
}

async fn the_feed_moves_on_behind_what_it_does_not_show(db: Database) {
    let world = World::new(db).await;
    world.at_gate().await;
    let other = other_project(&world).await;
    let mut feed = None;
    for _ in 0..200 {
        let visibility = Visibility::Projects(vec![other]);
        let found = world.read(FeedEvents { visibility, after: FeedPosition::default(), limit: 10 }).await;
        if !found.events.is_empty() {
            feed = Some(found);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let feed = feed.expect("the feed shows the other project");
    assert!(feed.events.iter().all(|event| event.project_id == other));
    let hidden = Visibility::Projects(Vec::new());
    let all = world
        .read(FeedEvents { visibility: Visibility::All, after: FeedPosition::default(), limit: 100 })
        .await;
    let nothing =
        world.read(FeedEvents { visibility: hidden, after: FeedPosition::default(), limit: 10 }).await;
    assert!(nothing.events.is_empty());
    assert_eq!(nothing.next, all.next, "what is hidden is not walked through again");
    let last = all.events.last().unwrap();
    assert_eq!(all.next, FeedPosition { xact: last.xact, position: last.position });
    // A full stretch ends at its last event, not at the newest.
    let two = world
        .read(FeedEvents { visibility: Visibility::All, after: FeedPosition::default(), limit: 2 })
        .await;
    let last = two.events.last().unwrap();
    assert_eq!((two.events.len(), two.next), (2, FeedPosition { xact: last.xact, position: last.position }));
    // A place that is ahead of what is settled stays.
    let ahead = FeedPosition { xact: i64::MAX, position: i64::MAX };
    let beyond = world.read(FeedEvents { visibility: Visibility::All, after: ahead, limit: 2 }).await;
    assert_eq!(beyond.next, ahead);
}

async fn a_decision_is_judged_by_the_role_held_in_its_transaction(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    let alice = world.person("alice");
    let id = alice.id.unwrap();
    let before = world.rows(run).await;
    for decision in [Decision::Approved, Decision::Rejected] {
        for role in [None, Some(Role::Viewer), Some(Role::Operator)] {
            world.write(SetInstallationRole { id, role }).await;
            let refused = world.decide(run, &alice, world.decision(gate, decision)).await;
            assert_refused!(refused, Error::Decision(DecisionRefused::NotAnApprover));
        }
    }
    world.write(SetInstallationRole { id, role: Some(Role::Admin) }).await;
    world.write(DisableUser { id, now: world.at(1) }).await;
    let refused = world.decide(run, &alice, world.decision(gate, Decision::Approved)).await;
    assert_refused!(refused, Error::Decision(DecisionRefused::NotAnApprover));
    assert_eq!(world.rows(run).await, before);
    world.write(EnableUser { id }).await;
    let decided = world.decide(run, &alice, world.decision(gate, Decision::Approved)).await.unwrap();
    assert_eq!(decided.approval.unwrap().0.status, ApprovalStatus::Approved);
    world.assert_sound(run).await;
}

async fn a_role_on_the_project_is_as_good_as_one_on_the_installation(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    let alice = world.person("alice");
    world.write(SetInstallationRole { id: alice.id.unwrap(), role: Some(Role::Viewer) }).await;
    let other = world.another_project("other");
    world.write(CreateProject { record: other.clone(), idempotency: None }).await;
    world.write(membership(&world, &alice, other.id, Role::Admin)).await;
    let elsewhere = world.decide(run, &alice, world.decision(gate, Decision::Approved)).await;
    assert_refused!(elsewhere, Error::Decision(DecisionRefused::NotAnApprover));
    world.write(membership(&world, &alice, world.project.id, Role::Approver)).await;
    let decided = world.decide(run, &alice, world.decision(gate, Decision::Approved)).await.unwrap();
    assert_eq!(decided.run.status, Status::Running);
}

const NAMED: &str = "
name: named
steps:
  - { key: work, uses: agent }
  - key: gate
    uses: approval
    with: { approvers: { users: [alice], roles: [maintainer] } }
";

async fn approvers_named_by_the_frozen_policy_alone_decide(db: Database) {
    let world = World::with(db, NAMED).await;
    let (run, gate) = world.at_gate().await;
    let before = world.rows(run).await;
    for (name, role) in [("bob", Role::Approver), ("eve", Role::Operator)] {
        let person = world.person(name);
        world.write(SetInstallationRole { id: person.id.unwrap(), role: Some(role) }).await;
        let refused = world.decide(run, &person, world.decision(gate, Decision::Approved)).await;
        assert_refused!(refused, Error::Decision(DecisionRefused::NotAnApprover));
    }
    assert_eq!(world.rows(run).await, before);
    let alice = world.person("alice");
    let decided = world.decide(run, &alice, world.decision(gate, Decision::Approved)).await.unwrap();
    assert_eq!(decided.run.status, Status::Completed);
    world.assert_sound(run).await;
}

async fn the_schema_of_users_goes_back_and_forth(db: Database) {
    let mut world = World::new(db).await;
    let (run, _) = world.at_gate().await;
    let alice = world.person("alice");
    world.write(membership(&world, &alice, world.project.id, Role::Admin)).await;
    invite(&world, "s", &world.owner, &[]).await;
    let (down, up) = match world.db.backend() {
        Backend::Sqlite => (
            include_str!("../../../../migrations/sqlite/20261122010000_users_and_roles/down.sql"),
            include_str!("../../../../migrations/sqlite/20261122010000_users_and_roles/up.sql"),
        ),
        Backend::Postgres => (
            include_str!("../../../../migrations/postgres/20261122010000_users_and_roles/down.sql"),
            include_str!("../../../../migrations/postgres/20261122010000_users_and_roles/up.sql"),
        ),
    };
    let before = world.rows(run).await;
    world.db.plant(down);
    world.db.plant(up);
    world.db.store = world.db.open_again().await.unwrap();
    assert_eq!(world.rows(run).await, before);
    let user = world.read(GetUser { id: alice.id.unwrap() }).await;
    assert_eq!((user.name.as_str(), user.role, user.disabled_at), ("alice", None, None));
    assert_eq!(world.read(ListInvitations { before: None, limit: 1 }).await, []);
    let members = world.read(ListMembers { project_id: Some(world.project.id) }).await;
    assert_eq!(members.len(), 1, "the owner, who is admin by being the owner");
}
