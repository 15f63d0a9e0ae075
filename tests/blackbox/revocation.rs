//! What somebody may no more, they may not with the next request, nor by a stream that is open.

use crate::support::stream::Stream;
use crate::support::{Backend, Person, Run, Scene};
use reqwest::Method;
use serde_json::json;
use test_case::test_case;

/// What takes the reading of a project away.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Membership,
    InstallationRole,
    Disabled,
}

async fn take_away(scene: &Scene, person: &Person, project: &str, loss: Loss) {
    let (method, path, status) = match loss {
        Loss::Membership => (Method::DELETE, format!("/projects/{project}/members/{}", person.name), 204),
        Loss::InstallationRole => (Method::DELETE, format!("/members/{}", person.name), 204),
        Loss::Disabled => (Method::POST, format!("/users/{}/disable", person.id), 200),
    };
    let reply = scene.api.send(scene.api.request(method, &path)).await;
    assert_eq!(reply.status, status, "{}", reply.describe());
}

#[test_case(Backend::Sqlite, Loss::Membership; "a membership on sqlite")]
#[test_case(Backend::Postgres, Loss::Membership; "a membership on postgresql")]
#[test_case(Backend::Sqlite, Loss::InstallationRole; "a role on the installation")]
#[test_case(Backend::Sqlite, Loss::Disabled; "the whole account")]
#[tokio::test]
async fn whoever_loses_a_project_reads_no_more_of_it(backend: Backend, loss: Loss) {
    let scene = Scene::shared(backend);
    let project = scene.bare_project().await;
    let membership = match loss {
        Loss::InstallationRole => json!([{ "role": "viewer" }]),
        Loss::Membership | Loss::Disabled => json!([{ "project_id": project, "role": "viewer" }]),
    };
    let alice = scene.person(membership).await;
    let run = scene.at_gate(&project, "").await;
    let mut of_run = Stream::open(&alice.api, &format!("{}/events/stream", run.path), None).await;
    of_run.until("approval_requested").await;
    let log = format!("{}/steps/gate/attempts/1/log/stream", run.path);
    let mut of_log = Stream::open(&alice.api, &log, None).await;
    let mut of_all = Stream::open(&alice.api, "/events/stream", None).await;
    let waiting = {
        let (api, path) = (alice.api.clone(), format!("{}/events?after=99&wait_ms=20000", run.path));
        tokio::spawn(async move { api.get(&path).await })
    };

    take_away(&scene, &alice, &project, loss).await;
    run.cancel().await.expect(200);

    let (status, code) = match loss {
        Loss::Disabled => (401, "unauthenticated"),
        Loss::Membership | Loss::InstallationRole => (404, "not_found"),
    };
    alice.api.get(&run.path).await.problem(status, code);
    alice.api.get(&format!("/projects/{project}")).await.problem(status, code);
    waiting.await.unwrap().problem(status, code);
    for stream in [&mut of_run, &mut of_log] {
        assert_eq!(stream.next().await, None, "delivered after it was lost");
    }
    match loss {
        // The stream of all runs goes on with what is left: here, with the next project.
        Loss::Membership | Loss::InstallationRole => {
            let next = scene.bare_project().await;
            let path = format!("/projects/{next}/members/{}", alice.name);
            let put = scene.api.request(Method::PUT, &path).json(&json!({ "role": "viewer" }));
            scene.api.send(put).await.expect(200);
            let other = keep_going(&scene, &next, &mut of_all, &project).await;
            other.cancel().await.expect(200);
        }
        Loss::Disabled => {
            while let Some(message) = of_all.next().await {
                assert_ne!(message.json()["project_id"], json!(project), "{message:?}");
            }
        }
    }
}

/// Starts runs on `next` until the stream shows one: its reader's new role is seen within seconds.
async fn keep_going(scene: &Scene, next: &str, stream: &mut Stream, lost: &str) -> Run {
    let workflow = scene.publish(&crate::support::workflows::gated("")).await;
    let mut run = scene.start(next, &workflow, json!({})).await;
    run.wait_for("approval_requested").await;
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    loop {
        assert!(std::time::Instant::now() < deadline, "the stream never showed the new project");
        run.refresh().await.expect(200);
        match tokio::time::timeout(std::time::Duration::from_millis(500), stream.next()).await {
            Err(_) => {}
            Ok(None) => panic!("the stream of all runs ended"),
            Ok(Some(message)) => {
                assert_ne!(message.json()["project_id"], json!(lost), "{message:?}");
                if message.json()["project_id"] == json!(next) {
                    return run;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_demotion_counts_with_the_next_request() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let alice = scene.member(&project, "approver").await;
    let run = scene.at_gate(&project, "").await;
    let hers = alice.seeing(&run);
    let allowed = |run: &serde_json::Value| crate::support::run::allowed_actions(run)["approve"].clone();
    let (before, tag) = {
        let reply = alice.api.get(&run.path).await;
        (reply.expect(200), reply.header("etag").to_owned())
    };
    assert_eq!(allowed(&before), true);
    let path = format!("/projects/{project}/members/{}", alice.name);
    let demote = scene.api.request(Method::PUT, &path).json(&json!({ "role": "operator" }));
    scene.api.send(demote).await.expect(200);
    let digest = run.digest().await;
    let refused = hers.decide("approve", &digest, json!({})).await.problem(403, "forbidden");
    assert_eq!((&refused["role"], &refused["required_role"]), (&json!("operator"), &json!("approver")));
    let cached = alice.api.request(Method::GET, &run.path).header("If-None-Match", tag);
    let after = alice.api.send(cached).await.expect(200);
    assert_eq!(allowed(&after), false, "what was cached with the former role is not said to be fresh");
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_comes_back_by_a_new_link_alone() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let alice = scene.member(&project, "approver").await;
    let run = scene.at_gate(&project, "").await;
    alice.seeing(&run).approve().await;
    let link = alice.api.post(&format!("/users/{}/sign-in-links", alice.id), &json!({})).await.expect(201);
    let disable = format!("/users/{}/disable", alice.id);
    let disabled = scene.api.post(&disable, &json!({})).await.expect(200);
    assert!(disabled["disabled_at"].is_string());
    assert_eq!(scene.api.post(&disable, &json!({})).await.expect(200), disabled, "once is enough");
    let anonymous = scene.api.anonymous();
    let redeem = || json!({ "token": crate::support::people::secret_of(&link["url"]) });
    alice.api.get("/session").await.problem(401, "unauthenticated");
    anonymous.send(alice.browsing(Method::GET, "/session")).await.problem(401, "unauthenticated");
    anonymous.post("/session/owner-link", &redeem()).await.problem(401, "owner_link_invalid");
    let path = format!("/users/{}/sign-in-links", alice.id);
    scene.api.post(&path, &json!({})).await.problem(404, "not_found");
    // What she did keeps her name.
    let decided = run.approval().await;
    assert_eq!(decided["outcome"]["decided_by"]["name"], json!(alice.name));

    let enabled = scene.api.post(&format!("/users/{}/enable", alice.id), &json!({})).await.expect(200);
    assert_eq!(enabled["disabled_at"], json!(null));
    alice.api.get("/session").await.problem(401, "unauthenticated");
    anonymous.post("/session/owner-link", &redeem()).await.problem(401, "owner_link_invalid");
    let fresh = scene.api.post(&path, &json!({})).await.expect(201);
    let body = json!({ "token": crate::support::people::secret_of(&fresh["url"]) });
    anonymous.post("/session/owner-link", &body).await.expect(200);
}
