//! Every operation with every role: what the table says is what happens.

use crate::support::workflows::gated;
use crate::support::{Api, Backend, Person, Scene, unique};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROLES: [&str; 5] = ["viewer", "operator", "approver", "maintainer", "admin"];
const UNKNOWN: &str = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";

/// Where a role counts for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// Nobody needs to be signed in.
    Nothing,
    /// Whoever is signed in; lists show what can be read.
    Anything,
    Project,
    Installation,
}

/// Every operation with the least role that may do it and the permission that is named to those who may not.
const TABLE: &[(On, &str, &str, &[&str])] = &[
    (
        On::Nothing,
        "",
        "",
        &["get_health", "get_readiness", "get_openapi", "sign_in_with_owner_link", "accept_invitation"],
    ),
    (
        On::Anything,
        "",
        "",
        &[
            "get_session",
            "delete_session",
            "create_token",
            "list_tokens",
            "revoke_token",
            "list_sessions",
            "revoke_session",
            "revoke_other_sessions",
            "create_sign_in_link",
            "list_projects",
            "list_runs",
            "stream_all_events",
            "list_failures",
            "list_approvals",
            "list_workflows",
            "get_workflow",
            "list_workflow_versions",
            "get_workflow_version",
            "validate_workflow",
            "compare_workflow_versions",
        ],
    ),
    (On::Project, "viewer", "read_projects", &["get_project", "list_project_members"]),
    (
        On::Project,
        "viewer",
        "read_runs",
        &[
            "list_project_runs",
            "get_run",
            "list_transitions",
            "list_events",
            "stream_events",
            "list_steps",
            "get_log",
            "stream_log",
            "list_artifacts",
            "download_artifact",
            "get_diff",
            "get_failure",
            "get_lineage",
            "list_diagnostics",
            "list_run_approvals",
            "get_approval",
        ],
    ),
    (On::Project, "operator", "start_runs", &["start_run", "retry_run", "retry_step"]),
    (On::Project, "operator", "cancel_runs", &["cancel_run"]),
    (On::Project, "approver", "decide_approvals", &["approve_run", "reject_run", "refresh_approval"]),
    (
        On::Project,
        "maintainer",
        "manage_projects",
        &[
            "update_project",
            "create_webhook",
            "list_webhooks",
            "get_webhook",
            "update_webhook",
            "delete_webhook",
            "rotate_webhook_secret",
            "test_webhook",
            "list_deliveries",
            "redeliver_delivery",
        ],
    ),
    (On::Installation, "admin", "read_metrics", &["get_metrics"]),
    (On::Project, "admin", "manage_members", &["set_project_member", "remove_project_member"]),
    (On::Project, "admin", "archive_projects", &["archive_project", "unarchive_project"]),
    (On::Installation, "maintainer", "publish_workflows", &["publish_workflow_version"]),
    (On::Installation, "maintainer", "create_projects", &["create_project"]),
    (
        On::Installation,
        "admin",
        "manage_users",
        &[
            "list_users",
            "get_user",
            "disable_user",
            "enable_user",
            "list_members",
            "set_member",
            "remove_member",
            "create_invitation",
            "list_invitations",
            "revoke_invitation",
        ],
    ),
];

/// Somebody who tries everything.
struct Caller {
    person: Person,
    /// On the one project.
    on_project: Option<&'static str>,
    on_installation: Option<&'static str>,
}

fn rank(role: Option<&str>) -> usize {
    role.map_or(0, |role| 1 + ROLES.iter().position(|known| *known == role).unwrap())
}

#[tokio::test]
async fn every_operation_is_open_to_the_roles_of_the_table_and_to_no_other() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let run = scene.at_gate(&project, "").await;
    let workflow = scene.publish(&gated("")).await;
    let mut callers = vec![caller(&scene, &project, None, None).await];
    for role in ROLES {
        callers.push(caller(&scene, &project, Some(role), None).await);
        callers.push(caller(&scene, &project, None, Some(role)).await);
    }
    let document = scene.api.anonymous().get("/openapi.json").await.expect(200);
    let mut seen = BTreeSet::new();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let Some(id) = item[method.as_str().to_lowercase()]["operationId"].as_str() else { continue };
            let row = TABLE.iter().find(|(.., ids)| ids.contains(&id));
            let row = row.unwrap_or_else(|| panic!("{id} stands in no row of the table"));
            seen.insert(id.to_owned());
            operations.push((path.clone(), method, id.to_owned(), *row));
        }
    }
    let listed: BTreeSet<String> = TABLE.iter().flat_map(|row| row.3).map(|id| (*id).to_owned()).collect();
    assert_eq!(seen, listed, "the table names operations that do not exist");
    // What ends the caller's own token comes last.
    operations.sort_by_key(|(_, _, id, _)| id == "delete_session");
    for (path, method, id, row) in operations {
        for caller in &callers {
            // A run is there to be read; nobody changes it here, so that it stays for the next.
            let run_id = if method == Method::GET && !id.starts_with("stream") { &run.id } else { UNKNOWN };
            let path = path
                .replace("{project_id}", &project)
                .replace("{run_id}", run_id)
                .replace("{name}", &workflow)
                .replace("{version}", "1")
                .replace("{step}", "prepare")
                .replace("{attempt}", "1")
                .replace("{user_name}", "nobody.of.this.name");
            let own = if id == "create_sign_in_link" { &caller.person.id } else { UNKNOWN };
            let path = path.replace("{user_id}", own);
            let path: Vec<_> =
                path.split('/').map(|part| if part.starts_with('{') { UNKNOWN } else { part }).collect();
            try_it(&caller.person.api, caller, &id, method.clone(), &path.join("/"), row).await;
        }
    }
    run.cancel().await.expect(200);
}

async fn caller(
    scene: &Scene,
    project: &str,
    on_project: Option<&'static str>,
    on_installation: Option<&'static str>,
) -> Caller {
    let mut memberships = Vec::new();
    memberships.extend(on_project.map(|role| json!({ "project_id": project, "role": role })));
    memberships.extend(on_installation.map(|role| json!({ "role": role })));
    Caller { person: scene.person(Value::from(memberships)).await, on_project, on_installation }
}

async fn try_it(
    api: &Api,
    caller: &Caller,
    id: &str,
    method: Method,
    path: &str,
    (on, least, permission, _): (On, &str, &str, &[&str]),
) {
    // Incomplete on purpose: whoever may do it hears what is missing, and nothing is made.
    let request = api.request(method, path).json(&json!({}));
    let case =
        format!("{id} by {:?} on the project, {:?} everywhere", caller.on_project, caller.on_installation);
    if id == "stream_all_events" {
        assert_eq!(request.send().await.unwrap().status(), 200, "{case}");
        return;
    }
    let reply = api.send(request).await;
    let held = match on {
        On::Nothing | On::Anything => {
            let invalid = matches!(id, "sign_in_with_owner_link" | "accept_invitation");
            assert!(reply.status == 422 || !invalid, "{case}: {}", reply.describe());
            assert!(!matches!(reply.status, 401 | 403), "{case}: {}", reply.describe());
            return;
        }
        On::Project => caller.on_project.or(caller.on_installation),
        On::Installation => caller.on_installation,
    };
    if on == On::Project && held.is_none() {
        assert_eq!(reply.problem(404, "not_found")["detail"], "There is no such project.", "{case}");
    } else if rank(held) < rank(Some(least)) {
        let problem = reply.problem(403, "forbidden");
        assert_eq!(problem["permission"], permission, "{case}");
        assert_eq!(problem["required_role"], least, "{case}");
        assert_eq!(problem.get("role"), held.map(Value::from).as_ref(), "{case}");
        for part in [permission, least, held.unwrap_or("no role")] {
            assert!(problem["detail"].as_str().unwrap().contains(part), "{case}: {problem:#}");
        }
    } else {
        assert!(!matches!(reply.status, 401 | 403), "{case}: {}", reply.describe());
        let unseen = reply.status == 404 && reply.json()["detail"] == "There is no such project.";
        assert!(!unseen, "{case}: {}", reply.describe());
    }
}

#[tokio::test]
async fn what_one_cannot_read_does_not_exist_by_id_or_in_any_list() {
    let scene = Scene::shared(Backend::Sqlite);
    let (mine, hidden) = (scene.bare_project().await, scene.bare_project().await);
    let alice = scene.member(&mine, "admin").await;
    let run = scene.at_gate(&hidden, "").await;
    let gate = run.approval_path().await;
    let seen = scene.at_gate(&mine, "").await;
    let missing = |reply: crate::support::Reply| {
        let mut problem = reply.problem(404, "not_found");
        for field in ["request_id", "instance"] {
            problem[field] = json!(field);
        }
        problem
    };
    for path in
        [format!("/projects/{hidden}"), run.path.clone(), gate.clone(), format!("{}/events", run.path)]
    {
        let unreadable = missing(alice.api.get(&path).await);
        let unknown = missing(alice.api.get(&path.replace(&hidden, UNKNOWN)).await);
        assert_eq!(unreadable, unknown, "{path}");
    }
    let by_wrong_project = run.path.replace(&hidden, &mine);
    alice.api.get(&by_wrong_project).await.problem(404, "not_found");
    alice.api.post(&format!("{by_wrong_project}/cancel"), &json!({})).await.problem(404, "not_found");
    let body = json!({ "role": "viewer" });
    let path = format!("/projects/{hidden}/members/{}", alice.name);
    let put = alice.api.request(Method::PUT, &path).json(&body);
    alice.api.send(put).await.problem(404, "not_found");

    for list in ["/projects", "/runs", "/approvals?status=pending", "/failures"] {
        let text = alice.api.get(list).await.expect(200).to_string();
        assert!(!text.contains(&hidden), "{list}: {text}");
        assert_eq!(text.contains(&mine), list != "/failures", "{list}: {text}");
        let separator = if list.contains('?') { '&' } else { '?' };
        if list != "/projects" {
            let asked = format!("{list}{separator}project_id={hidden}");
            assert_eq!(alice.api.get(&asked).await.expect(200)["items"], json!([]), "{asked}");
        }
    }
    run.cancel().await.expect(200);
    seen.cancel().await.expect(200);
}

#[tokio::test]
async fn pages_of_what_can_be_read_are_whole_and_in_order() {
    let scene = Scene::shared(Backend::Sqlite);
    let (mine, hidden) = (scene.bare_project().await, scene.bare_project().await);
    let alice = scene.member(&mine, "viewer").await;
    let workflow =
        scene.publish("name: NAME\nsteps:\n  - { key: only, uses: set, with: { outputs: {} } }\n").await;
    let mut expected = Vec::new();
    for number in 0..12 {
        let project = if number % 3 == 0 { &mine } else { &hidden };
        let run = scene.start(project, &workflow, json!({})).await;
        if number % 3 == 0 {
            expected.insert(0, run.id);
        }
    }
    let (mut found, mut path) = (Vec::new(), "/runs?limit=2".to_owned());
    loop {
        let page = alice.api.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|run| run["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        assert_eq!(items.len(), 2, "a page that is not the last is full");
        path = format!("/runs?limit=2&cursor={cursor}");
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_and_projects_allow_and_gives_no_more_on() {
    let scene = Scene::shared(Backend::Sqlite);
    let (one, other) = (scene.bare_project().await, scene.bare_project().await);
    let memberships = json!([
        { "project_id": one, "role": "approver" }, { "project_id": other, "role": "approver" }, { "role": "admin" },
    ]);
    let alice = scene.person(memberships).await;
    let scopes = json!(["read_runs", "cancel_runs", "manage_account"]);
    let body = json!({ "name": "narrow", "scopes": scopes, "project_ids": [one], "expires_in_days": 3 });
    let narrow = scene.api.with_token(&alice.token(&body).await);
    let run = scene.at_gate(&one, "").await;
    let elsewhere = scene.at_gate(&other, "").await;
    narrow.get(&run.path).await.expect(200);
    narrow.get(&elsewhere.path).await.problem(404, "not_found");
    let problem = narrow.get(&format!("/projects/{one}")).await.problem(403, "forbidden");
    assert_eq!((&problem["permission"], problem.get("required_role")), (&json!("read_projects"), None));
    for path in ["/users", "/invitations", "/members"] {
        narrow.get(path).await.problem(403, "forbidden");
    }
    narrow.post("/projects", &json!({ "name": unique("project") })).await.problem(403, "forbidden");
    let listed = narrow.get("/runs").await.expect(200).to_string();
    assert!(listed.contains(&run.id) && !listed.contains(&elsewhere.id), "{listed}");
    let actions = &narrow.get(&run.path).await.expect(200)["allowed_actions"];
    for action in actions.as_array().unwrap() {
        let allowed = action["action"] == "cancel";
        assert_eq!(action["allowed"], allowed, "{action}");
        assert!(allowed || action["code"] == "forbidden", "{action}");
    }
    let me = narrow.get("/session").await.expect(200);
    assert_eq!(
        (&me["credential"], &me["permissions"]),
        (&json!("token"), &json!(["read_runs", "cancel_runs", "manage_account"]))
    );

    // What it makes has at most what it has.
    let more = json!({ "name": "more", "scopes": ["read_runs", "start_runs"], "project_ids": [one, other], "expires_in_days": 30 });
    let refused = narrow.post("/tokens", &more).await.problem(422, "validation_failed");
    let pointers: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/scopes/1", "/project_ids/1", "/expires_in_days"], "{refused:#}");
    let heir = narrow.post("/tokens", &json!({ "name": "heir" })).await.expect(201);
    let bequest = &heir["token"];
    assert_eq!((&bequest["scopes"], &bequest["project_ids"]), (&scopes, &json!([one])));
    assert!(bequest["expires_at"].is_string(), "it ends with its maker: {bequest}");
    let link = format!("/users/{}/sign-in-links", alice.id);
    narrow.post(&link, &json!({})).await.problem(403, "forbidden");
    let reader = json!({ "name": "reader", "scopes": ["read_runs"] });
    let reader = scene.api.with_token(&alice.token(&reader).await);
    for path in ["/tokens", "/sessions", &link] {
        let request = reader.request(if path == "/sessions" { Method::GET } else { Method::POST }, path);
        let problem = reader.send(request.json(&json!({ "name": "x" }))).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "manage_account", "{problem:#}");
    }
    let inviter = json!({ "name": "inviter", "scopes": ["manage_users", "manage_account"] });
    let inviter = scene.api.with_token(&alice.token(&inviter).await);
    inviter.get("/users").await.expect(200);
    let admin = json!({ "name": "an admin", "memberships": [{ "role": "admin" }] });
    inviter.post("/invitations", &admin).await.problem(403, "forbidden");
    narrow.post(&format!("{}/cancel", run.path), &json!({})).await.expect(200);
    elsewhere.cancel().await.expect(200);
}

#[tokio::test]
async fn a_token_made_at_a_terminal_is_limited_as_asked() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let alice = scene.member(&project, "operator").await;
    let arguments = ["token", "create", "--name", "ci", "--user", &alice.name, "--scope", "read_runs"];
    let with_project = [&arguments[..], &["--scope", "read_projects", "--project", &project]].concat();
    let token = scene.api.with_token(&scene.server.jido(&with_project));
    token.get(&format!("/projects/{project}")).await.expect(200);
    let body = json!({ "workflow": "issue_triage" });
    let refused = token.post(&format!("/projects/{project}/runs"), &body).await.problem(403, "forbidden");
    assert_eq!(refused["permission"], "start_runs");
    let listed = alice.api.get("/tokens").await.expect(200);
    let made =
        listed["items"].as_array().unwrap().iter().find(|token| token["name"] == "ci").unwrap().clone();
    assert_eq!(
        (&made["scopes"], &made["project_ids"]),
        (&json!(["read_runs", "read_projects"]), &json!([project]))
    );
}
