//! Who may come in, by what, and for how long.

use crate::support::stream::Stream;
use crate::support::{Api, Backend, Options, Repository, Scene, unique};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use test_case::test_case;

/// The secret in the newest owner link.
fn owner_secret(link: &str) -> String {
    link.trim().split_once("/sign-in#token=").unwrap_or_else(|| panic!("no owner link: {link}")).1.to_owned()
}

async fn sign_in(api: &Api, secret: &str) -> crate::support::Reply {
    let request = api.request(Method::POST, "/session/owner-link").json(&json!({ "token": secret }));
    api.send(request.header("Sec-Fetch-Site", "same-origin")).await
}

/// The name and value of the cookie that an answer sets, and its attributes in lower case.
fn cookie_of(reply: &crate::support::Reply) -> (String, BTreeSet<String>) {
    let mut parts = reply.header("set-cookie").split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default().to_owned();
    assert!(pair.contains('='), "no cookie: {}", reply.describe());
    (pair, parts.map(str::to_lowercase).collect())
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn an_owner_link_opens_one_session_and_no_second_one(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let file = scene.server.data().join("owner-link");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "the link is the owner's alone");
    let secret = owner_secret(&std::fs::read_to_string(&file).unwrap());
    let anonymous = scene.api.anonymous();

    let reply = sign_in(&anonymous, &secret).await;
    let session = reply.expect(200);
    assert_eq!((&session["name"], &session["credential"]), (&json!("owner"), &json!("session")));
    assert!(!reply.text.contains("jido_"), "the secret is in the cookie alone: {}", reply.text);
    let (cookie, attributes) = cookie_of(&reply);
    for attribute in ["httponly", "samesite=lax", "path=/"] {
        assert!(attributes.contains(attribute), "{attribute} is missing: {attributes:?}");
    }
    let me = anonymous.send(anonymous.request(Method::GET, "/session").header("Cookie", &cookie)).await;
    assert_eq!(me.expect(200)["user_id"], session["user_id"]);

    sign_in(&anonymous, &secret).await.problem(401, "owner_link_invalid");
    sign_in(&anonymous, "jido_invented").await.problem(401, "owner_link_invalid");
    let next = owner_secret(&scene.server.jido(&["owner-link"]));
    assert_ne!(next, secret);
    let (other, _) = cookie_of(&sign_in(&anonymous, &next).await);
    assert_ne!(other, cookie, "each sign-in has a session of its own");

    let leave = anonymous.request(Method::DELETE, "/session").header("Cookie", &cookie);
    let left = anonymous.send(leave.header("Sec-Fetch-Site", "same-origin")).await;
    assert_eq!(left.status, 204, "{}", left.describe());
    let after = anonymous.request(Method::GET, "/session").header("Cookie", &cookie);
    anonymous.send(after).await.problem(401, "unauthenticated");
    let still = anonymous.request(Method::GET, "/session").header("Cookie", &other);
    anonymous.send(still).await.expect(200);
    assert!(
        !scene.server.whole_log().contains(cookie.split_once('=').unwrap().1),
        "the log holds a session's secret"
    );
}

#[tokio::test]
async fn a_session_behind_tls_has_a_secure_cookie_that_only_this_host_can_set() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let secret = owner_secret(&scene.server.jido(&["owner-link"]));
    let request =
        scene.api.anonymous().request(Method::POST, "/session/owner-link").json(&json!({ "token": secret }));
    let reply = scene.api.send(request.header("X-Forwarded-Proto", "https")).await;
    reply.expect(200);
    let (cookie, attributes) = cookie_of(&reply);
    assert!(cookie.starts_with("__Host-jido_session="), "{cookie}");
    for attribute in ["httponly", "samesite=lax", "path=/", "secure"] {
        assert!(attributes.contains(attribute), "{attribute} is missing: {attributes:?}");
    }
    assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{attributes:?}");
}

#[tokio::test]
async fn a_request_by_cookie_changes_something_only_from_our_own_page() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let api = scene.api.anonymous();
    let secret = owner_secret(&scene.server.jido(&["owner-link"]));
    let foreign = api.request(Method::POST, "/session/owner-link").json(&json!({ "token": secret }));
    api.send(foreign.header("Sec-Fetch-Site", "cross-site")).await.problem(403, "cross_site_request");
    let (cookie, _) = cookie_of(&sign_in(&api, &secret).await);
    let create = || {
        let body = json!({ "name": unique("project") });
        api.posting("/projects", &body).header("Cookie", &cookie)
    };
    let own = scene.server.address();
    for (header, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Sec-Fetch-Site", "none"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Accept", "*/*"),
    ] {
        api.send(create().header(header, value)).await.problem(403, "cross_site_request");
    }
    let listed = scene.api.get("/projects").await.expect(200);
    assert_eq!(listed["items"], json!([]), "nothing was made");
    api.send(create().header("Sec-Fetch-Site", "same-origin")).await.expect(201);
    api.send(create().header("Origin", &own)).await.expect(201);
    let read = api
        .request(Method::GET, "/projects")
        .header("Cookie", &cookie)
        .header("Sec-Fetch-Site", "cross-site");
    let read = api.send(read).await;
    read.expect(200);
    assert_eq!(read.header("access-control-allow-origin"), "", "no other site may read answers");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_revoked_token_is_refused_at_once_and_its_stream_ends(backend: Backend) {
    let scene = Scene::shared(backend);
    let created = scene.api.post("/tokens", &json!({ "name": "soon gone" })).await;
    assert!(created.header("cache-control").contains("no-store"));
    let created = created.expect(201);
    let (id, secret) = (created["token"]["id"].as_str().unwrap(), created["secret"].as_str().unwrap());
    let doomed = scene.api.with_token(secret);
    let repository = Repository::broken();
    let run = scene.gate(&repository).await;
    let mut streams = Vec::new();
    for path in ["/events/stream".to_owned(), format!("{}/events/stream", run.path)] {
        streams.push(Stream::open(&doomed, &path, None).await);
    }
    assert_eq!(doomed.get("/session").await.expect(200)["credential"], "token");

    let revoke = scene.api.request(Method::DELETE, &format!("/tokens/{id}"));
    assert_eq!(scene.api.send(revoke).await.status, 204);
    doomed.get("/session").await.problem(401, "unauthenticated");
    doomed.post("/projects", &json!({ "name": unique("project") })).await.problem(401, "unauthenticated");
    for stream in &mut streams {
        stream.wait_for_end().await;
    }
    let listed = scene.api.get("/tokens").await;
    assert!(!listed.text.contains(secret), "a list never shows a secret");
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_token_revoked_on_the_command_line_is_refused_at_once() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let other = scene.api.with_token(&scene.server.create_token());
    other.get("/projects").await.expect(200);
    let listed = other.get("/tokens").await.expect(200);
    let newest = listed["items"].as_array().unwrap().last().unwrap();
    let mut command = scene.server.command(&["token", "revoke", newest["id"].as_str().unwrap()]);
    crate::support::program::stdout_of(command.arg("--data").arg(scene.server.data()));
    other.get("/projects").await.problem(401, "unauthenticated");
    scene.api.get("/projects").await.expect(200);
}

#[tokio::test]
async fn a_token_is_stored_as_its_hash_alone() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let secret = scene.server.create_token();
    scene.server.stop();
    for name in ["jido.sqlite", "jido.sqlite-wal"] {
        let bytes = std::fs::read(scene.server.data().join(name)).unwrap_or_default();
        assert!(
            !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
            "{name} holds a token"
        );
    }
}

#[tokio::test]
async fn every_operation_but_five_needs_somebody_to_be_signed_in() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let run = scene.gate(&repository).await;
    let gate = run.approval_path().await.rsplit_once('/').unwrap().1.to_owned();
    let anonymous = scene.api.anonymous();
    let document = anonymous.get("/openapi.json").await.expect(200);
    let mut public = BTreeSet::new();
    let mut guarded = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let operation = &item[method.as_str().to_lowercase()];
            let Some(id) = operation["operationId"].as_str() else { continue };
            let real = path
                .replace("{project_id}", &run.project)
                .replace("{run_id}", &run.id)
                .replace("{approval_id}", &gate)
                .replace("{step}", "run_tests")
                .replace("{attempt}", "1")
                .replace("{name}", "fix_failing_tests")
                .replace("{version}", "1");
            let identifiers = [
                "{artifact_id}",
                "{token_id}",
                "{user_id}",
                "{invitation_id}",
                "{session_id}",
                "{webhook_id}",
                "{delivery_id}",
            ];
            let real = identifiers
                .iter()
                .fold(real.replace("{user_name}", "owner"), |path, name| path.replace(name, &gate));
            assert!(!real.contains('{'), "this test does not know a parameter of {path}");
            let request = anonymous.request(method.clone(), &real).json(&json!({}));
            let reply = anonymous.send(request).await;
            let declared_public = operation["security"] == json!([{}]) || operation["security"] == json!([]);
            if declared_public {
                public.insert(id.to_owned());
            } else {
                guarded += 1;
                reply.problem(401, "unauthenticated");
                assert_eq!(reply.json()["operation"], id, "{}", reply.describe());
                assert!(reply.header("www-authenticate").starts_with("Bearer"), "{}", reply.describe());
            }
        }
    }
    let expected =
        ["accept_invitation", "get_health", "get_openapi", "get_readiness", "sign_in_with_owner_link"];
    assert_eq!(public, expected.map(str::to_owned).into());
    assert!(guarded >= 30, "only {guarded} operations");
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn answers_carry_the_headers_that_keep_browsers_safe() {
    let scene = Scene::shared(Backend::Sqlite);
    for path in ["/projects", "/openapi.json", "/healthz", "/no/such/thing"] {
        let reply = scene.api.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{}", reply.describe());
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{}", reply.describe());
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{}", reply.describe());
        assert_eq!(reply.header("access-control-allow-origin"), "", "{}", reply.describe());
        assert!(!reply.header("x-request-id").is_empty(), "{}", reply.describe());
    }
    assert_eq!(scene.api.anonymous().get("/healthz").await.expect(200)["status"], "ok");
    assert_eq!(scene.api.anonymous().get("/readyz").await.expect(200)["status"], "ok");
}

#[tokio::test]
async fn decisions_and_transitions_name_the_person_and_the_token_that_acted() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let me = scene.api.get("/session").await.expect(200);
    let decided = run.approve().await;
    let actor = &decided["decisions"][0]["actor"];
    assert_eq!((&actor["id"], &actor["kind"]), (&me["user_id"], &json!("user")));
    assert!(actor["token_id"].is_string(), "the token that acted is on record: {actor}");
    run.wait_for_end().await;
    let events = run.events().await;
    let granted: Vec<&Value> = events.iter().filter(|event| event["event"] == "approval_granted").collect();
    assert_eq!(granted[0]["actor"]["id"], me["user_id"]);
}
