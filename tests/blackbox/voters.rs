//! Several people at one gate: who may decide, whose votes count, and who wins.

use crate::support::workflows::{CANCELLED_BY_REJECTION, gated};
use crate::support::{Backend, Person, Repository, Run, Scene};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;

fn action<'a>(run: &'a Value, name: &str) -> &'a Value {
    run["allowed_actions"].as_array().unwrap().iter().find(|action| action["action"] == name).unwrap()
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn of_sixty_four_people_who_decide_at_once_one_outcome_wins(backend: Backend) {
    let scene = Scene::shared(backend);
    let project = scene.bare_project().await;
    let mut people = Vec::new();
    for _ in 0..64 {
        people.push(scene.member(&project, "approver").await);
    }
    let mut run = scene.at_gate(&project, "on_reject: { action: cancel }").await;
    let (path, digest) = (run.approval_path().await, run.digest().await);
    let decide = |(number, person): (usize, &Person)| {
        let action = if number.is_multiple_of(2) { "approve" } else { "reject" };
        let request = person.api.posting(&format!("{path}/{action}"), &json!({ "rationale": person.name }));
        let (api, request) = (person.api.clone(), request.header("If-Match", format!("\"{digest}\"")));
        async move { (action, api.send(request).await) }
    };
    let replies = join_all(people.iter().enumerate().map(decide)).await;
    let ended = run.wait_for_end().await;
    let winners: Vec<_> = replies.iter().zip(&people).filter(|((_, reply), _)| reply.status == 200).collect();
    let [((won, reply), winner)] = winners[..] else {
        panic!("{} people won: {}", winners.len(), run.describe().await);
    };
    let expected = if *won == "approve" { ("approved", "completed") } else { ("rejected", "cancelled") };
    assert_eq!(reply.json()["outcome"]["status"], expected.0);
    assert_eq!(ended["status"], expected.1);
    for ((_, reply), person) in replies.iter().zip(&people).filter(|(_, person)| person.id != winner.id) {
        let problem = reply.problem(409, "already_decided");
        assert_eq!(
            problem["decided_by"]["id"],
            json!(winner.id),
            "{} is told who won: {problem:#}",
            person.name
        );
    }
    let approval = run.approval().await;
    let decisions = approval["decisions"].as_array().unwrap();
    assert_eq!((decisions.len(), &decisions[0]["rationale"]), (1, &json!(winner.name)));
    let names = run.event_names().await;
    let decided = names.iter().filter(|name| {
        name.starts_with("approval_granted")
            || name.starts_with("approval_rejected")
            || name.starts_with("approval_voted")
    });
    assert_eq!(decided.count(), 1, "{names:#?}");
}

#[tokio::test]
async fn three_votes_of_three_people_on_the_same_evidence_pass_a_gate_of_three() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { required_approvals: 3,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(scene.member(&run.project, "approver").await);
    }
    let [ann, bob, eve] = [0, 1, 2].map(|index| people[index].seeing(&run));
    let stale = run.digest().await;
    assert_eq!(ann.approve().await["status"], "pending");
    assert_eq!(bob.approve().await["status"], "pending");
    // The base moves, and the evidence is built again: two votes were cast on what is shown no more.
    std::fs::write(repository.work().join("news.txt"), "something else\n").unwrap();
    repository.publish("The base moves");
    let refreshed = ann.refresh().await.expect(200);
    let fresh = refreshed["evidence"]["digest"].as_str().unwrap().to_owned();
    assert_ne!(fresh, stale);
    let late = eve.decide("approve", &stale, json!({})).await.problem(412, "stale_evidence");
    assert_eq!(late["evidence_digest"], json!(fresh));
    assert_eq!(eve.approve().await["status"], "pending", "only this vote names what is shown");
    assert_eq!(ann.approve().await["status"], "pending");
    let again = ann.approve().await;
    assert_eq!(again["status"], "pending", "the same person again is the same vote");
    assert_eq!(again["decisions"].as_array().unwrap().len(), 4, "{again:#}");
    assert_eq!(run.get().await["status"], "awaiting_approval");
    assert_eq!(bob.approve().await["status"], "approved");
    assert_eq!(run.wait_for_end().await["status"], "completed");
    let names = run.event_names().await;
    assert_eq!(names.iter().filter(|name| *name == "approval_voted(gate)").count(), 4, "{names:#?}");
    assert_eq!(names.iter().filter(|name| *name == "approval_granted(gate)").count(), 1);
    assert_eq!(repository.branches().len(), 2);
}

#[tokio::test]
async fn nobody_who_started_a_run_of_the_lineage_approves_it_by_token_or_session() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let workflow = scene.publish(&gated("allow_self_approval: false")).await;
    let [ann, bob, eve] = [
        scene.member(&project, "approver").await,
        scene.member(&project, "approver").await,
        scene.member(&project, "approver").await,
    ];
    let body = json!({ "workflow": workflow });
    let first = ann.api.post(&format!("/projects/{project}/runs"), &body).await.expect(201);
    let mut first = Run::new(ann.api.clone(), project.clone(), first["id"].as_str().unwrap().to_owned());
    first.wait_for("approval_requested").await;
    first.cancel().await.expect(200);
    let second = bob.api.post(&format!("{}/retry", first.path), &json!({})).await.expect(201);
    let mut second = Run::new(eve.api.clone(), project.clone(), second["id"].as_str().unwrap().to_owned());
    second.wait_for("approval_requested").await;
    let (path, digest) = (second.approval_path().await, second.digest().await);
    for starter in [&ann, &bob] {
        let another = starter.token(&json!({ "name": "another" })).await;
        let by_token = Run::new(scene.api.with_token(&another), project.clone(), second.id.clone());
        for hers in [starter.seeing(&second), by_token] {
            let refused = hers.decide("approve", &digest, json!({})).await;
            assert_eq!(
                refused.problem(403, "self_approval_forbidden")["policy"]["allow_self_approval"],
                false
            );
            let seen = hers.get().await;
            let approve = action(&seen, "approve");
            assert_eq!(
                (&approve["allowed"], &approve["code"]),
                (&json!(false), &json!("self_approval_forbidden"))
            );
        }
        let by_session = starter.browsing(Method::POST, &format!("{path}/approve"));
        let by_session = by_session.header("If-Match", format!("\"{digest}\"")).json(&json!({}));
        let refused = scene.api.anonymous().send(by_session).await;
        refused.problem(403, "self_approval_forbidden");
    }
    assert_eq!(second.approval().await["decisions"], json!([]), "nothing changed");
    second.approve().await;
    assert_eq!(second.wait_for_end().await["status"], "completed");
}

#[tokio::test]
async fn a_gate_takes_the_decisions_of_those_whom_it_names() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let named = scene.member(&project, "approver").await;
    let fallen = scene.member(&project, "viewer").await;
    let other = scene.member(&project, "approver").await;
    let lead = scene.member(&project, "maintainer").await;
    let chief = scene.person(json!([{ "role": "admin" }])).await;
    let policy = format!("approvers: {{ users: [{}, {}], roles: [maintainer] }}", named.name, fallen.name);
    let run = scene.at_gate(&project, &policy).await;
    let shown = &run.approval().await["policy"]["approvers"];
    assert_eq!(*shown, json!({ "users": [named.name, fallen.name], "roles": ["maintainer"] }));
    let (before, digest) = (other.seeing(&run).get().await, run.digest().await);
    for decision in ["approve", "reject"] {
        let refused = other.seeing(&run).decide(decision, &digest, json!({ "rationale": "x" })).await;
        let problem = refused.problem(403, "not_an_approver");
        assert_eq!(problem["policy"]["approvers"], *shown, "{problem:#}");
        let seen = action(&before, decision);
        assert_eq!((&seen["allowed"], &seen["code"]), (&json!(false), &json!("not_an_approver")), "{seen}");
        assert!(seen["detail"].as_str().unwrap().contains("names others"), "{seen}");
        // A name alone is not enough.
        let refused = fallen.seeing(&run).decide(decision, &digest, json!({ "rationale": "x" })).await;
        refused.problem(403, "forbidden");
    }
    assert_eq!(other.seeing(&run).get().await, before, "a refused decision changes nothing");
    assert_eq!(run.approval().await["decisions"], json!([]));
    for person in [&named, &lead, &chief] {
        let run = scene.at_gate(&project, &policy).await;
        let mut theirs = person.seeing(&run);
        assert_eq!(action(&theirs.get().await, "approve")["allowed"], true, "{}", person.name);
        theirs.approve().await;
        assert_eq!(theirs.wait_for_end().await["status"], "completed");
    }
    run.cancel().await.expect(200);
}

#[test_case("approvers: {}", "/steps/1/with/approvers", "too_few"; "nobody")]
#[test_case("approvers: { users: [], roles: [] }", "/steps/1/with/approvers", "too_few"; "two empty lists")]
#[test_case("approvers: { users: [Alice] }", "/steps/1/with/approvers/users/0", "invalid_format"; "no user name")]
#[test_case("approvers: { roles: [operator] }", "/steps/1/with/approvers/roles/0", "not_allowed"; "a role that decides nothing")]
#[test_case("approvers: { roles: [king] }", "/steps/1/with/approvers/roles/0", "not_allowed"; "no role")]
#[test_case("approvers: { teams: [a], users: [bob] }", "/steps/1/with/approvers/teams", "unknown_field"; "an unknown field")]
#[test_case("approvers: [bob]", "/steps/1/with/approvers", "wrong_type"; "a list")]
#[tokio::test]
async fn approvers_that_name_nobody_are_not_published(policy: &str, pointer: &str, code: &str) {
    let scene = Scene::shared(Backend::Sqlite);
    let refused = scene.publish_as(&crate::support::unique("flow"), &gated(policy)).await;
    let problem = refused.problem(422, "validation_failed");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(
        (errors.len(), &errors[0]["pointer"], &errors[0]["code"]),
        (1, &json!(pointer), &json!(code)),
        "{problem:#}"
    );
}
