//! Invitations, roles, sign-in links and sessions.

use crate::support::people::{cookie_of, secret_of};
use crate::support::{Backend, Scene, unique};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn an_invitation_makes_one_user_with_the_roles_it_promises(backend: Backend) {
    let scene = Scene::shared(backend);
    let project = scene.bare_project().await;
    let secret = scene.invite(json!([{ "project_id": project, "role": "operator" }])).await;
    for bad in ["A", "Alice", "al ice", ".alice", "alice@example", "", &"a".repeat(41)] {
        let refused = scene.accept(&secret, bad).await.problem(422, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/name", "{refused:#}");
    }
    // A name that is taken does not spend the link.
    scene.accept(&secret, "owner").await.problem(409, "name_taken");
    let names: Vec<String> = (0..8).map(|_| unique("user")).collect();
    let replies = join_all(names.iter().map(|name| scene.accept(&secret, name))).await;
    let winners: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(winners.len(), 1, "one link, one user");
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.problem(401, "owner_link_invalid");
    }
    let session = winners[0].json();
    let cookie = cookie_of(winners[0]);
    let browsing = scene.api.anonymous().request(Method::GET, "/projects").header("Cookie", &cookie);
    let projects = scene.api.send(browsing).await.expect(200);
    let items = projects["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["id"], &items[0]["role"]), (1, &json!(project), &json!("operator")));
    let users = scene.api.get("/users?limit=200").await.expect(200).to_string();
    let made = names.iter().filter(|name| users.contains(name.as_str())).count();
    assert_eq!(made, 1, "whoever lost left no account behind");
    let invitations = scene.api.get("/invitations").await.expect(200);
    assert!(!invitations.to_string().contains(&secret), "a list never shows a secret");
    let spent =
        invitations["items"].as_array().unwrap().iter().find(|i| i["accepted_by"] == session["user_id"]);
    assert_eq!(spent.unwrap()["status"], "accepted");
    assert!(!scene.server.whole_log().contains(&secret), "the log holds a link's secret");
}

#[tokio::test]
async fn an_invitation_that_was_revoked_or_whose_maker_fell_is_worth_nothing() {
    let scene = Scene::shared(Backend::Sqlite);
    scene.accept("jido_wrong", &unique("user")).await.problem(401, "owner_link_invalid");
    let made = scene.api.post("/invitations", &json!({ "name": "Bob" })).await.expect(201);
    let path = format!("/invitations/{}", made["invitation"]["id"].as_str().unwrap());
    let revoked = scene.api.send(scene.api.request(Method::DELETE, &path)).await.expect(200);
    assert_eq!(revoked["status"], "revoked");
    let secret = secret_of(&made["url"]);
    scene.accept(&secret, &unique("user")).await.problem(401, "owner_link_invalid");

    let admin = scene.person(json!([{ "role": "admin" }])).await;
    let body = json!({ "name": "Eve", "memberships": [{ "role": "admin" }] });
    let theirs = secret_of(&admin.api.post("/invitations", &body).await.expect(201)["url"]);
    let member = format!("/members/{}", admin.name);
    let demoted = scene.api.request(Method::PUT, &member).json(&json!({ "role": "maintainer" }));
    scene.api.send(demoted).await.expect(200);
    scene.accept(&theirs, &unique("user")).await.problem(401, "owner_link_invalid");
    let restored = scene.api.request(Method::PUT, &member).json(&json!({ "role": "admin" }));
    scene.api.send(restored).await.expect(200);
    scene.accept(&theirs, &unique("user")).await.expect(201);

    let faulty = json!({ "name": "x", "expires_in_hours": 0, "memberships": [
        { "project_id": null, "role": "viewer" }, { "role": "admin" }, { "role": "king" },
    ] });
    let refused = scene.api.post("/invitations", &faulty).await.problem(422, "validation_failed");
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused:#}");
    let unknown = json!({ "name": "x", "memberships": [
        { "role": "viewer" }, { "role": "admin" }, { "project_id": "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77", "role": "viewer" },
    ] });
    let refused = scene.api.post("/invitations", &unknown).await.problem(422, "validation_failed");
    let faults: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["pointer"].clone(), f["code"].clone()))
        .collect();
    assert_eq!(
        faults,
        [("/memberships/1/project_id", "not_unique"), ("/memberships/2/project_id", "not_found")]
            .map(|(pointer, code)| (json!(pointer), json!(code)))
    );
}

#[tokio::test]
async fn members_have_the_greater_of_their_two_roles_and_nobody_touches_the_owner() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let lead = scene.member(&project, "admin").await;
    let bob = scene.person(json!([])).await;
    let members = format!("/projects/{project}/members");
    let put = |role: &str| {
        let path = format!("{members}/{}", bob.name);
        lead.api.request(Method::PUT, &path).json(&json!({ "role": role }))
    };
    bob.api.get(&members).await.problem(404, "not_found");
    assert_eq!(lead.api.send(put("viewer")).await.expect(200)["effective_role"], "viewer");
    assert_eq!(lead.api.send(put("operator")).await.expect(200)["role"], "operator");
    let installation = format!("/members/{}", bob.name);
    let everywhere = scene.api.request(Method::PUT, &installation).json(&json!({ "role": "maintainer" }));
    scene.api.send(everywhere).await.expect(200);
    let listed = bob.api.get(&members).await.expect(200);
    let of = |name: &str| {
        let found = listed["items"].as_array().unwrap().iter().find(|member| member["name"] == name);
        found.unwrap_or_else(|| panic!("{name} is not in {listed:#}")).clone()
    };
    let his = of(&bob.name);
    assert_eq!(
        (&his["role"], &his["installation_role"], &his["effective_role"]),
        (&json!("operator"), &json!("maintainer"), &json!("maintainer"))
    );
    assert_eq!(
        (of("owner")["role"].clone(), of("owner")["effective_role"].clone()),
        (Value::Null, json!("admin"))
    );
    assert_eq!(bob.api.get(&format!("/projects/{project}")).await.expect(200)["role"], "maintainer");
    let removal = || lead.api.request(Method::DELETE, &format!("{members}/{}", bob.name));
    assert_eq!(lead.api.send(removal()).await.status, 204);
    lead.api.send(removal()).await.problem(404, "not_found");
    assert_eq!(bob.api.get(&format!("/projects/{project}")).await.expect(200)["role"], "maintainer");
    let gone = scene.api.request(Method::DELETE, &installation);
    assert_eq!(scene.api.send(gone).await.status, 204);
    bob.api.get(&format!("/projects/{project}")).await.problem(404, "not_found");

    let me = scene.api.get("/session").await.expect(200)["user_id"].as_str().unwrap().to_owned();
    let admin = scene.person(json!([{ "role": "admin" }])).await;
    for (method, path) in [
        (Method::PUT, "/members/owner".to_owned()),
        (Method::DELETE, "/members/owner".to_owned()),
        (Method::POST, format!("/users/{me}/disable")),
        (Method::POST, format!("/users/{me}/sign-in-links")),
    ] {
        let request = admin.api.request(method, &path).json(&json!({ "role": "viewer" }));
        admin.api.send(request).await.problem(403, "forbidden");
    }
    assert_eq!(scene.api.get("/session").await.expect(200)["role"], "admin");
}

#[tokio::test]
async fn a_user_signs_in_again_by_a_link_of_their_own_or_of_an_admin() {
    let scene = Scene::shared(Backend::Sqlite);
    let bob = scene.person(json!([])).await;
    let eve = scene.person(json!([{ "role": "maintainer" }])).await;
    let path = format!("/users/{}/sign-in-links", bob.id);
    eve.api.post(&path, &json!({})).await.problem(403, "forbidden");
    let own = bob.api.post(&path, &json!({})).await.expect(201);
    let by_owner = scene.api.post(&path, &json!({})).await.expect(201);
    let printed = scene.server.jido(&["sign-in-link", "--user", &bob.name]);
    for url in [own["url"].clone(), by_owner["url"].clone(), json!(printed)] {
        let body = json!({ "token": secret_of(&url) });
        let signed_in = scene.api.anonymous().post("/session/owner-link", &body).await;
        assert_eq!(signed_in.expect(200)["name"], json!(bob.name));
        scene.api.anonymous().post("/session/owner-link", &body).await.problem(401, "owner_link_invalid");
    }
    let sessions = bob.api.get("/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 4, "{sessions:#}");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_and_all_but_this() {
    let scene = Scene::shared(Backend::Sqlite);
    let bob = scene.person(json!([])).await;
    let path = format!("/users/{}/sign-in-links", bob.id);
    let mut cookies = Vec::new();
    for _ in 0..3 {
        let link = bob.api.post(&path, &json!({})).await.expect(201);
        let request = scene
            .api
            .anonymous()
            .posting("/session/owner-link", &json!({ "token": secret_of(&link["url"]) }));
        let signed_in = scene.api.send(request.header("User-Agent", "Browser/1.0")).await;
        cookies.push(cookie_of(&signed_in));
    }
    let anonymous = scene.api.anonymous();
    let listed = anonymous.send(bob.browsing(Method::GET, "/sessions")).await.expect(200);
    let items = listed["items"].as_array().unwrap();
    let current: Vec<_> = items.iter().map(|session| session["current"] == true).collect();
    assert_eq!(current, [true, false, false, false], "{listed:#}");
    assert_eq!(items[3]["user_agent"], "Browser/1.0");
    let first = format!("/sessions/{}", items[1]["id"].as_str().unwrap());
    let stranger = scene.person(json!([])).await;
    stranger.api.send(stranger.api.request(Method::DELETE, &first)).await.problem(404, "not_found");
    assert_eq!(anonymous.send(bob.browsing(Method::DELETE, &first)).await.status, 204);
    let by = |cookie: &str| anonymous.request(Method::GET, "/session").header("Cookie", cookie);
    anonymous.send(by(&cookies[0])).await.problem(401, "unauthenticated");
    anonymous.send(by(&cookies[1])).await.expect(200);
    let others = anonymous.send(bob.browsing(Method::POST, "/sessions/revoke-others")).await.expect(200);
    assert_eq!(others["revoked"], 2);
    anonymous.send(by(&cookies[1])).await.problem(401, "unauthenticated");
    anonymous.send(by(&bob.cookie)).await.expect(200);
}
