use crate::support::{Database, World, assert_refused, key, on_both_databases};
use domain::access::Visibility;
use domain::approval::ApprovalStatus;
use domain::contract::WorkflowName;
use domain::event::EventKind;
use domain::failure::{ErrorType, FailureReason};
use domain::publication::{Channel, Fault, PUBLICATION_FAILED, Reason, Resolution};
use domain::run::Status;
use domain::{ProjectId, RunId};
use persistence::Error;
use persistence::commands::*;
use persistence::records::{DiagnosticRecord, RunRecord};
use uuid::Uuid;

on_both_databases![
    runs_are_listed_newest_first_page_by_page,
    runs_are_found_by_project_status_and_workflow,
    a_title_is_found_by_its_text_whatever_it_holds,
    a_run_of_another_project_is_not_found,
    failures_are_found_by_every_filter,
    approvals_are_listed_oldest_first_by_status,
    a_lineage_lists_its_runs_oldest_first,
    diagnostics_are_kept_beside_the_run,
];

fn ids(runs: &[RunRecord]) -> Vec<RunId> {
    runs.iter().map(|run| run.id).collect()
}

async fn list(world: &World, filter: RunFilter) -> Vec<RunId> {
    ids(&world.read(ListRuns { filter, before: None, limit: 100 }).await)
}

async fn runs_are_listed_newest_first_page_by_page(db: Database) {
    let world = World::new(db).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(world.run().await.id);
    }
    made.reverse();
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let filter = RunFilter::default();
        let page = ids(&world.read(ListRuns { filter, before, limit: 2 }).await);
        before = page.last().copied();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found, made);
}

async fn runs_are_found_by_project_status_and_workflow(db: Database) {
    let world = World::new(db).await;
    let pending = world.run().await.id;
    let cancelled = world.run().await.id;
    world.cancel(cancelled).await.unwrap();
    let by = |statuses: &[Status]| RunFilter { statuses: statuses.to_vec(), ..RunFilter::default() };
    assert_eq!(list(&world, by(&[Status::Pending])).await, [pending]);
    assert_eq!(list(&world, by(&[Status::Running])).await, []);
    let two = by(&[Status::Pending, Status::Cancelled]);
    assert_eq!(list(&world, two).await, [cancelled, pending]);
    let workflow =
        |name: &str| RunFilter { workflow: WorkflowName::parse(name).ok(), ..RunFilter::default() };
    assert_eq!(list(&world, workflow("flow")).await.len(), 2);
    assert_eq!(list(&world, workflow("other")).await, []);
    let project = |id| RunFilter { project_id: Some(id), ..RunFilter::default() };
    assert_eq!(list(&world, project(world.project.id)).await.len(), 2);
    assert_eq!(list(&world, project(ProjectId::from_uuid(Uuid::now_v7()))).await, []);
    let id = |id| RunFilter { id: Some(id), ..RunFilter::default() };
    assert_eq!(list(&world, id(pending)).await, [pending]);
    assert_eq!(
        list(&world, RunFilter { project_id: Some(ProjectId::from_uuid(Uuid::now_v7())), ..id(pending) })
            .await,
        []
    );
    let number = |number| RunFilter { number: Some(number), ..RunFilter::default() };
    assert_eq!(list(&world, number(1)).await.len(), 1);
    assert_eq!(list(&world, number(3)).await, []);
}

async fn a_title_is_found_by_its_text_whatever_it_holds(db: Database) {
    let world = World::new(db).await;
    let titles = [
        "100% done",
        "100 of 200",
        "snake_case",
        "snakeXcase",
        "it's \"quoted\"",
        r"C:\temp",
        "ÄPFEL",
        "Mixed Case",
    ];
    let mut runs = Vec::new();
    for title in titles {
        runs.push((title, world.titled(title).await.id));
    }
    world.run().await;
    let cases: [(&str, &[&str]); 11] = [
        ("100%", &["100% done"]),
        ("%", &["100% done"]),
        ("_", &["snake_case"]),
        ("snake_", &["snake_case"]),
        ("it's", &["it's \"quoted\""]),
        ("\"quoted\"", &["it's \"quoted\""]),
        (r"\", &[r"C:\temp"]),
        ("ÄPFEL", &["ÄPFEL"]),
        ("mixed CASE", &["Mixed Case"]),
        ("'; DROP TABLE runs; --", &[]),
        ("nothing", &[]),
    ];
    for (text, expected) in cases {
        let filter = RunFilter { title: Some(text.to_owned()), ..RunFilter::default() };
        let found = list(&world, filter).await;
        let expected: Vec<RunId> =
            runs.iter().filter(|(t, _)| expected.contains(t)).map(|(_, id)| *id).collect();
        assert_eq!(found, expected, "{text}");
    }
}

async fn a_run_of_another_project_is_not_found(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let own = GetRun { project_id: Some(world.project.id), id: run.id };
    assert_eq!(world.read(own).await, run);
    let other = GetRun { project_id: Some(ProjectId::from_uuid(Uuid::now_v7())), id: run.id };
    assert_refused!(world.store().read(other).await, Error::NotFound);
}

async fn failures_are_found_by_every_filter(db: Database) {
    let world = World::new(db).await;
    let mut failed = Vec::new();
    for reason in [FailureReason::InvalidOutput, FailureReason::SecretFound] {
        let held = world.begun().await;
        world.fail(&held, reason).await;
        failed.push(held.run_id);
    }
    world.begun().await;
    let all = ListFailures { limit: 10, ..ListFailures::default() };
    let newest = GetRun { project_id: None, id: failed[1] };
    let ended = world.read(newest).await.completed_at.unwrap();
    let moment = std::time::Duration::from_micros(1);
    let cases = [
        (all.clone(), vec![failed[1], failed[0]]),
        (ListFailures { limit: 1, ..all.clone() }, vec![failed[1]]),
        (ListFailures { before: Some(failed[1]), ..all.clone() }, vec![failed[0]]),
        (ListFailures { error_type: Some(ErrorType::Validation), ..all.clone() }, vec![failed[0]]),
        (ListFailures { reason: Some(FailureReason::SecretFound), ..all.clone() }, vec![failed[1]]),
        (ListFailures { reason: Some(FailureReason::StepTimeout), ..all.clone() }, vec![]),
        (ListFailures { step: Some(key("work")), ..all.clone() }, vec![failed[1], failed[0]]),
        (ListFailures { step: Some(key("gate")), ..all.clone() }, vec![]),
        (ListFailures { failed_after: Some(ended), ..all.clone() }, vec![failed[1], failed[0]]),
        (ListFailures { failed_after: Some(ended.plus(moment)), ..all.clone() }, vec![]),
        (ListFailures { failed_before: Some(ended), ..all.clone() }, vec![]),
        (ListFailures { failed_before: Some(ended.plus(moment)), ..all.clone() }, vec![failed[1], failed[0]]),
        (ListFailures { workflow: WorkflowName::parse("other").ok(), ..all.clone() }, vec![]),
        (ListFailures { project_id: Some(ProjectId::from_uuid(Uuid::now_v7())), ..all }, vec![]),
    ];
    for (asked, expected) in cases {
        assert_eq!(ids(&world.read(asked.clone()).await), expected, "{asked:?}");
    }
}

async fn approvals_are_listed_oldest_first_by_status(db: Database) {
    let world = World::new(db).await;
    let (_, open) = world.at_gate().await;
    let (run, decided) = world.at_gate().await;
    world.approve(run, decided).await;
    let asked = |statuses: &[ApprovalStatus], after| ListApprovals {
        visibility: Visibility::All,
        project_id: Some(world.project.id),
        run_id: None,
        statuses: statuses.to_vec(),
        order: Order::OldestFirst,
        after,
        limit: 10,
    };
    let cases = [
        (asked(&[], None), vec![open, decided]),
        (asked(&[], Some(open)), vec![decided]),
        (asked(&[ApprovalStatus::Pending, ApprovalStatus::Blocked], None), vec![open]),
        (asked(&[ApprovalStatus::Approved], None), vec![decided]),
    ];
    for (asked, expected) in cases {
        let found = world.read(asked).await;
        assert_eq!(found.iter().map(|(gate, _)| gate.id).collect::<Vec<_>>(), expected);
    }
}

async fn a_lineage_lists_its_runs_oldest_first(db: Database) {
    let world = World::new(db).await;
    let root = world.run().await.id;
    world.run().await;
    let child = world.run().await.id;
    let (parent, own) = (world.db.literal(root.as_uuid()), world.db.literal(child.as_uuid()));
    world.db.plant(&format!(
        "UPDATE runs SET root_run_id = {parent}, retry_of = {parent}, attempt = 2 WHERE id = {own}"
    ));
    let lineage = world.read(ListLineage { root_run_id: root }).await;
    assert_eq!(ids(&lineage), [root, child]);
    assert_eq!((lineage[1].retry_of, lineage[1].attempt), (Some(root), 2));
}

async fn diagnostics_are_kept_beside_the_run(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let publication = Publication { run_id: run.id, seq: 1, channel: Channel::InProcess, sink_id: None };
    let failed = |after: u64, detail: &str| RecordPublicationFailure {
        id: Uuid::now_v7(),
        publication: publication.clone(),
        fault: Fault::new(Reason::HubFailed, detail),
        now: world.at(after),
    };
    let first = failed(1, "full");
    let expected = DiagnosticRecord {
        id: first.id,
        run_id: run.id,
        error_type: PUBLICATION_FAILED.to_owned(),
        channel: Channel::InProcess,
        operation: "publish".to_owned(),
        topic: domain::event::run_topic(run.id),
        event: Some(EventKind::RunCreated),
        reason: Reason::HubFailed,
        detail: "full again".to_owned(),
        attempts: 2,
        at: world.at(1),
        seq: Some(1),
        sink_id: None,
        resolution: None,
        resolved_at: None,
    };
    world.write(first).await;
    world.write(failed(2, "full again")).await;
    assert_eq!(
        world.read(ListDiagnostics { run_id: run.id }).await,
        std::slice::from_ref(&expected),
        "one row for one publication"
    );
    let resolution = Resolution::Delivered;
    world.write(ResolvePublication { publication: publication.clone(), resolution, now: world.at(3) }).await;
    let resolved = DiagnosticRecord {
        resolution: Some(Resolution::Delivered),
        resolved_at: Some(world.at(3)),
        ..expected.clone()
    };
    assert_eq!(world.read(ListDiagnostics { run_id: run.id }).await, [resolved]);

    world.write(failed(4, "full again")).await;
    let open = DiagnosticRecord { attempts: 3, ..expected };
    assert_eq!(
        world.read(ListDiagnostics { run_id: run.id }).await,
        std::slice::from_ref(&open),
        "another failure opens it again"
    );
    world.write(SupersedeHints { now: world.at(5) }).await;
    let superseded =
        DiagnosticRecord { resolution: Some(Resolution::Superseded), resolved_at: Some(world.at(5)), ..open };
    assert_eq!(world.read(ListDiagnostics { run_id: run.id }).await, [superseded]);
    assert_eq!(world.rows(run.id).await.run, run);
}
