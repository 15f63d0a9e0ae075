//! What lists hold: filters, orders, archived projects.

use super::support::Fixture;
use serde_json::{Value, json};

async fn start(fixture: &Fixture, project: &str, title: &str, labels: Value) -> String {
    let body = json!({ "workflow": "gated", "inputs": { "subject": "x" }, "title": title, "labels": labels });
    let answer = fixture.send(fixture.post(&format!("/api/v1/projects/{project}/runs"), body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn titles(fixture: &Fixture, path: &str) -> Vec<String> {
    let answer = fixture.send(fixture.get(path)).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    let items = answer.json()["items"].clone();
    items.as_array().unwrap().iter().map(|run| run["title"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn runs_are_found_by_label_starter_and_time_page_by_page() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    start(&fixture, &project, "one", json!({ "area": "a,b:c", "team": "core" })).await;
    start(&fixture, &project, "two", json!({ "area": "lexer", "team": "core" })).await;
    start(&fixture, &project, "three", json!({ "team": "core", "quote'": "\"$\\" })).await;
    let all = fixture.send(fixture.get("/api/v1/runs")).await.json();
    let second = all["items"][1]["created_at"].as_str().unwrap().to_owned();
    let owner = fixture.owner;
    let cases = [
        ("label=area:a%2Cb%3Ac".to_owned(), vec!["one"]),
        ("label=team:core&label=area:lexer".to_owned(), vec!["two"]),
        ("label=quote%27:%22%24%5C".to_owned(), vec!["three"]),
        ("label=team:cor_".to_owned(), vec![]),
        ("label=team:".to_owned(), vec![]),
        (format!("started_by={owner}"), vec!["three", "two", "one"]),
        (format!("started_by={project}"), vec![]),
        (format!("created_after={second}"), vec!["three", "two"]),
        (format!("created_before={second}"), vec!["one"]),
        ("title=%25".to_owned(), vec![]),
        (format!("id={}", all["items"][2]["id"].as_str().unwrap()), vec!["one"]),
        (format!("id={project}"), vec![]),
        ("number=2".to_owned(), vec!["two"]),
        ("number=4".to_owned(), vec![]),
        ("title=T&label=team:core&workflow=gated&status=pending".to_owned(), vec!["three", "two"]),
    ];
    for (query, expected) in cases {
        for list in ["/api/v1/runs".to_owned(), format!("/api/v1/projects/{project}/runs")] {
            assert_eq!(titles(&fixture, &format!("{list}?{query}")).await, expected, "{query}");
        }
    }
    let twice = format!("/api/v1/projects/{project}/runs?project_id={project}");
    assert_eq!(fixture.send(fixture.get(&twice)).await.faults()[0].0, "/query/project_id");
    let page = fixture.send(fixture.get("/api/v1/runs?label=team:core&limit=2")).await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        titles(&fixture, &format!("/api/v1/runs?label=team:core&limit=2&cursor={cursor}")).await,
        ["one"]
    );
    let refused =
        fixture.send(fixture.get("/api/v1/runs?label=nocolon&created_after=today&started_by=me")).await;
    let pointers: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/query/created_after", "/query/label/0", "/query/started_by"]);
}

#[actix_web::test]
async fn the_inbox_is_read_from_either_end_and_by_project() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let (one, other) = (fixture.project("one").await, fixture.project("other").await);
    fixture.work();
    let mut gates = Vec::new();
    for project in [&one, &one, &other] {
        let run = fixture.until(&fixture.start(project).await, "awaiting_approval").await;
        gates.push(run["approval"]["id"].as_str().unwrap().to_owned());
    }
    let list = async |query: &str| -> Vec<String> {
        let mut found = Vec::new();
        let mut path = format!("/api/v1/approvals?limit=1{query}");
        loop {
            let page = fixture.send(fixture.get(&path)).await.json();
            found.extend(
                page["items"].as_array().unwrap().iter().map(|gate| gate["id"].as_str().unwrap().to_owned()),
            );
            let Some(cursor) = page["next_cursor"].as_str() else { return found };
            path = format!("/api/v1/approvals?limit=1{query}&cursor={cursor}");
        }
    };
    assert_eq!(list("").await, gates);
    assert_eq!(list("&order=oldest").await, gates);
    let newest: Vec<_> = gates.iter().rev().cloned().collect();
    assert_eq!(list("&order=newest").await, newest);
    assert_eq!(list(&format!("&order=newest&project_id={one}")).await, [gates[1].clone(), gates[0].clone()]);
    let page = fixture.send(fixture.get("/api/v1/approvals?limit=1")).await.json();
    let foreign = format!("/api/v1/approvals?order=newest&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(fixture.send(fixture.get(&foreign)).await.code(), "validation_failed");
}

#[actix_web::test]
async fn an_archived_project_is_left_out_lets_its_runs_end_and_takes_none_until_it_is_back() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let (project, other) = (fixture.project("parser").await, fixture.project("lexer").await);
    fixture.work();
    let run = fixture.start(&project).await;
    let rejected = fixture.start(&project).await;
    let open = fixture.until(&run, "awaiting_approval").await;
    let cancelled = fixture.until(&rejected, "awaiting_approval").await;
    let post = async |path: &str, body: Value| fixture.send(fixture.post(path, body)).await;
    let archive = format!("/api/v1/projects/{project}/archive");
    assert!(post(&archive, json!({})).await.json()["archived_at"].is_string());
    let listed = async |query: &str| -> Vec<String> {
        let page = fixture.send(fixture.get(&format!("/api/v1/projects{query}"))).await.json();
        page["items"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("").await, std::slice::from_ref(&other));
    assert_eq!(listed("?archived=include").await, [project.clone(), other]);
    assert_eq!(listed("?archived=only").await, std::slice::from_ref(&project));
    let decide = async |run: &str, body: &Value, word: &str| {
        let path = format!("{run}/approvals/{}/{word}", body["approval"]["id"].as_str().unwrap());
        let tag = format!("\"{}\"", body["approval"]["evidence_digest"].as_str().unwrap());
        fixture.send(fixture.post(&path, json!({})).insert_header(("If-Match", tag))).await
    };
    assert_eq!(decide(&run, &open, "approve").await.status, 200);
    assert_eq!(decide(&rejected, &cancelled, "reject").await.status, 200);
    fixture.until(&run, "completed").await;
    fixture.until(&rejected, "cancelled").await;
    let start = format!("/api/v1/projects/{project}/runs");
    let body = json!({ "workflow": "gated", "inputs": { "subject": "x" } });
    assert_eq!(post(&start, body.clone()).await.code(), "project_archived");
    let retry = format!("{rejected}/retry");
    assert_eq!(post(&retry, json!({})).await.code(), "project_archived");
    let unarchive = format!("/api/v1/projects/{project}/unarchive");
    let back = post(&unarchive, json!({})).await;
    assert_eq!((back.status, &back.json()["archived_at"]), (200, &Value::Null));
    assert_eq!(back.json()["revision"], post(&unarchive, json!({})).await.json()["revision"]);
    assert_eq!(post(&start, body).await.status, 201);
    assert_eq!(post(&retry, json!({})).await.status, 201);
}

#[actix_web::test]
async fn a_project_is_found_by_exactly_its_name() {
    let fixture = Fixture::new().await;
    for name in ["parser", "parser-two", "100%"] {
        fixture.project(name).await;
    }
    for (query, expected) in [
        ("name=parser", vec!["parser"]),
        ("name=Parser", vec![]),
        ("name=100%25", vec!["100%"]),
        ("name=%25", vec![]),
        ("name=", vec![]),
    ] {
        let found = fixture.send(fixture.get(&format!("/api/v1/projects?{query}"))).await.json();
        let names: Vec<_> =
            found["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
        assert_eq!(names, expected, "{query}");
    }
}
