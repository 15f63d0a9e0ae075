//! Runs: starting, reading, cancelling.

use super::support::Fixture;
use serde_json::json;

#[actix_web::test]
async fn a_run_shows_what_it_pins_and_what_may_be_done() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    let path = fixture.start(&project).await;
    let answer = fixture.send(fixture.get(&path)).await;
    let run = answer.json();
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(run["status"], "pending");
    assert_eq!(run["workflow"]["version"], 1);
    assert_eq!(run["trigger"], json!({ "source": "api", "mode": "manual" }));
    assert_eq!(run["topic"], format!("jido_code:run:{}", run["id"].as_str().unwrap()));
    assert_eq!(run["page"], path.strip_prefix("/api/v1").unwrap());
    assert_eq!(run["input_metadata"]["subject"], json!({ "required": true, "origin": "provided" }));
    let allowed = |name: &str| {
        let actions = run["allowed_actions"].as_array().unwrap();
        actions.iter().find(|action| action["action"] == name).unwrap().clone()
    };
    assert_eq!(allowed("cancel")["allowed"], true);
    assert_eq!(
        (allowed("approve")["allowed"].clone(), allowed("approve")["code"].clone()),
        (json!(false), json!("invalid_transition"))
    );
    let same = fixture.get(&path).insert_header(("If-None-Match", "\"1\""));
    assert_eq!(fixture.send(same).await.status, 304);
}

#[actix_web::test]
async fn a_run_belongs_to_its_project() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let (own, other) = (fixture.project("own").await, fixture.project("other").await);
    let path = fixture.start(&own).await;
    let foreign = path.replace(&own, &other);
    for suffix in
        ["", "/events", "/events/stream", "/steps", "/transitions", "/artifacts", "/lineage", "/approvals"]
    {
        let answer = fixture.send(fixture.get(&format!("{foreign}{suffix}"))).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{suffix}");
    }
    let cancel = fixture.post(&format!("{foreign}/cancel"), json!({}));
    assert_eq!(fixture.send(cancel).await.code(), "not_found");
    assert_eq!(fixture.send(fixture.get(&path)).await.json()["status"], "pending");
}

#[actix_web::test]
async fn cancelling_twice_with_one_key_is_one_cancellation() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let path = fixture.start(&fixture.project("parser").await).await;
    let cancel = |key: &'static str| {
        fixture
            .post(&format!("{path}/cancel"), json!({ "reason": "wrong branch" }))
            .insert_header(("Idempotency-Key", key))
    };
    let first = fixture.send(cancel("a")).await;
    assert_eq!((first.status, first.json()["status"].as_str()), (200, Some("cancelled")));
    let again = fixture.send(cancel("a")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    let refused = fixture.send(cancel("b")).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "invalid_transition"));
    assert_eq!(
        (&refused.json()["run_status"], &refused.json()["allowed"]),
        (&json!("cancelled"), &json!([]))
    );
    let events = fixture.send(fixture.get(&format!("{path}/events"))).await.json();
    let names: Vec<_> =
        events["items"].as_array().unwrap().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(names, ["run_created", "run_cancelled"]);
}

#[actix_web::test]
async fn a_version_that_does_not_exist_is_a_fault_of_its_field() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let path = format!("/api/v1/projects/{}/runs", fixture.project("parser").await);
    let start = |body| fixture.post(&path, body);
    let version =
        fixture.send(start(json!({ "workflow": "gated", "version": 9, "inputs": { "subject": "x" } }))).await;
    assert_eq!(version.faults(), [("/version".to_owned(), "not_found".to_owned())]);
    let name = fixture.send(start(json!({ "workflow": "nothing" }))).await;
    assert_eq!(name.faults(), [("/workflow".to_owned(), "not_found".to_owned())]);
    let inputs = fixture.send(start(json!({ "workflow": "gated" }))).await;
    assert_eq!(inputs.faults(), [("/inputs/subject".to_owned(), "required".to_owned())]);
}

#[actix_web::test]
async fn an_archived_project_takes_no_run() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    let archived =
        fixture.send(fixture.post(&format!("/api/v1/projects/{project}/archive"), json!({}))).await;
    assert!(archived.json()["archived_at"].is_string());
    let body = json!({ "workflow": "gated", "inputs": { "subject": "x" } });
    let answer = fixture.send(fixture.post(&format!("/api/v1/projects/{project}/runs"), body)).await;
    assert_eq!((answer.status, answer.code().as_str()), (409, "project_archived"));
}

#[actix_web::test]
async fn publishing_the_same_content_makes_no_version_and_faults_come_together() {
    let fixture = Fixture::new().await;
    let yaml = "name: tiny\nsteps:\n  - key: only\n    uses: set\n    with: { outputs: { a: 1 } }\n";
    let publish = |path: &str, text: &str| {
        fixture
            .request(actix_web::http::Method::POST, path)
            .insert_header(("Content-Type", "application/yaml"))
            .set_payload(text.to_owned())
    };
    let path = "/api/v1/workflows/tiny/versions";
    let first = fixture.send(publish(path, yaml)).await;
    assert_eq!((first.status, &first.json()["created"]), (201, &json!(true)));
    let again = fixture.send(publish(path, yaml)).await;
    assert_eq!(
        (again.status, &again.json()["version"], &again.json()["created"]),
        (200, &json!(1), &json!(false))
    );
    let wrong = "name: tiny\nsteps:\n  - key: one\n    uses: wish\n  - key: two\n    uses: set\n    needs: [nobody]\n";
    let refused = fixture.send(publish(path, wrong)).await;
    assert_eq!(refused.code(), "validation_failed");
    assert!(refused.faults().len() >= 2, "{refused:?}");
    assert_eq!(fixture.send(publish("/api/v1/workflows/validate", wrong)).await.faults(), refused.faults());
    assert_eq!(fixture.send(publish("/api/v1/workflows/other/versions", yaml)).await.faults()[0].0, "/name");
}
