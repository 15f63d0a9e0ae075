use crate::support::{Database, World, assert_refused, on_both_databases, pinned};
use domain::failure::{ErrorType, FailureReason, SafeRetry};
use domain::run::{AttemptState, Status};
use persistence::Error;
use persistence::commands::*;
use persistence::records::{ArtifactRecord, AttemptResult};
use serde_json::json;
use std::time::Duration;

on_both_databases![
    set_steps_advance_in_the_transaction_that_starts_the_run,
    a_run_goes_through_its_gate_to_its_end,
    a_failed_step_is_tried_again_after_its_backoff,
    the_last_try_fails_the_run_with_its_context,
    a_template_that_cannot_be_filled_fails_the_run,
    what_the_worker_reports_is_stored_with_the_attempt,
    a_change_made_for_another_definition_is_refused,
];

async fn set_steps_advance_in_the_transaction_that_starts_the_run(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let held = world.hold().await;
    let begun = world.begin(&held).await;
    let rows = world.rows(run.id).await;
    assert_eq!(
        rows.event_names(),
        [
            "run_created",
            "run_started",
            "step_started(plan)",
            "step_completed(plan)",
            "step_started(detail)",
            "step_completed(detail)",
            "step_started(work)",
        ]
    );
    assert_eq!(rows.attempt_states(), ["plan/1 succeeded", "detail/1 succeeded", "work/1 leased"]);
    assert_eq!(rows.attempts[1].outputs, Some(json!({ "text": "plan mend in detail" })));
    assert_eq!(rows.run, begun.run);
    assert_eq!(rows.attempts.last(), begun.live.as_ref());
    assert_eq!(rows.run.revision, 2, "all of it is one change");
    assert_eq!(rows.run.base_commit.as_deref(), Some("abc"));
    assert_eq!(rows.run.started_at, Some(world.at(60)));
    world.assert_sound(run.id).await;
}

async fn a_run_goes_through_its_gate_to_its_end(db: Database) {
    let world = World::new(db).await;
    let (run, gate) = world.at_gate().await;
    world.approve(run, gate).await;
    let deploy = {
        let wrap = world.hold().await;
        let begun = world.begin(&wrap).await;
        wrap.next(&begun)
    };
    world.complete(&deploy).await;
    let rows = world.rows(run).await;
    assert_eq!(
        rows.event_names_after(7),
        [
            "step_completed(work)",
            "step_started(gate)",
            "approval_requested(gate)",
            "approval_granted(gate)",
            "step_completed(gate)",
            "step_started(wrap)",
            "step_completed(wrap)",
            "step_started(deploy)",
            "step_completed(deploy)",
            "run_completed",
        ]
    );
    assert_eq!(
        rows.reasons(),
        ["run_created", "run_started", "approval_requested", "approval_granted", "run_completed"]
    );
    assert_eq!(rows.run.status, Status::Completed);
    assert_eq!(rows.run.completed_at, Some(world.at(60)));
    world.assert_sound(run).await;
}

async fn a_failed_step_is_tried_again_after_its_backoff(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let failed = world.fail(&held, FailureReason::AgentFailed).await;
    assert_eq!((failed.run.status, failed.live), (Status::Running, None));
    let rows = world.rows(held.run_id).await;
    assert_eq!(rows.event_names_after(7), ["step_failed(work)"]);
    let data = rows.events.last().unwrap().data.clone().unwrap();
    assert_eq!((&data["will_retry"], &data["retry_in_ms"]), (&json!(true), &json!(3_600_000)));
    let again = rows.attempts.last().unwrap();
    assert_eq!((again.attempt, again.tries, again.state), (2, 2, AttemptState::Ready));
    assert_eq!(again.available_at, world.at(60).plus(Duration::from_secs(3600)));
    assert_eq!((&again.owner, again.epoch), (&None, 0));
    world.assert_sound(held.run_id).await;
}

async fn the_last_try_fails_the_run_with_its_context(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    // A fault of the definition is not tried again.
    let failed = world.fail(&held, FailureReason::InvalidOutput).await.run;
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.failure_type, Some(ErrorType::Validation));
    assert_eq!(failed.failure_reason, Some(FailureReason::InvalidOutput));
    let failure = failed.failure.clone().unwrap();
    assert_eq!(failure.failed_step, Some(crate::support::key("work")));
    assert_eq!(failure.last_successful_step, Some(crate::support::key("detail")));
    assert_eq!((failure.safe_retry, failure.complete), (SafeRetry::Step, true));
    let rows = world.rows(held.run_id).await;
    assert_eq!(rows.run, failed);
    assert_eq!(rows.event_names_after(7), ["step_failed(work)", "run_failed"]);
    assert_eq!(rows.attempts.last().unwrap().state, AttemptState::Failed);
    world.assert_sound(held.run_id).await;
}

async fn a_template_that_cannot_be_filled_fails_the_run(db: Database) {
    let world = World::with(
        db,
        r#"
name: broken
inputs: { type: object, properties: { task: { type: string } } }
steps: [{ key: plan, uses: set, with: { outputs: { text: "{{ inputs.task }}" } } }]
"#,
    )
    .await;
    let asked = CreateRun { inputs: json!({}), ..world.new_run() };
    let run = world.write(asked).await.value;
    let held = world.hold().await;
    let begun = world.begin(&held).await;
    assert_eq!(begun.run.failure_reason, Some(FailureReason::TemplateFailed));
    assert_eq!(begun.live, None);
    world.assert_sound(run.id).await;
}

async fn what_the_worker_reports_is_stored_with_the_attempt(db: Database) {
    let world = World::new(db).await;
    let held = world.begun().await;
    let artifact = ArtifactRecord {
        id: domain::ArtifactId::from_uuid(uuid::Uuid::now_v7()),
        run_id: held.run_id,
        step: crate::support::key("work"),
        attempt: 1,
        kind: "log".to_owned(),
        name: "work.log".to_owned(),
        media_type: "text/plain".to_owned(),
        sha256: "00".repeat(32),
        size_bytes: 3,
        created_at: world.at(60),
    };
    let report = AttemptReport {
        result: AttemptResult { exit_code: Some(0), duration_ms: Some(5), ..AttemptResult::default() },
        artifacts: vec![artifact.clone()],
    };
    let outputs = json!({ "summary": "done" });
    let done = Change::Complete { outputs: outputs.clone(), report: report.clone() };
    world.work(&held, done).await.unwrap();
    let rows = world.rows(held.run_id).await;
    let work = &rows.attempts[2];
    assert_eq!((work.outputs.as_ref(), work.result.as_ref()), (Some(&outputs), Some(&report.result)));
    assert_eq!((&work.owner, work.lease_expires_at), (&None, None));
    assert_eq!(rows.artifacts, std::slice::from_ref(&artifact));
    let (run_id, id) = (held.run_id, artifact.id);
    assert_eq!(world.read(GetArtifact { run_id, id }).await, artifact);
    let other = world.run().await.id;
    assert_refused!(world.store().read(GetArtifact { run_id: other, id }).await, Error::NotFound);
}

async fn a_change_made_for_another_definition_is_refused(db: Database) {
    let world = World::new(db).await;
    let run = world.run().await;
    let before = world.rows(run.id).await;
    let mut asked = world.asked(run.id, &world.owner, Change::Cancel { reason: None });
    asked.pinned = pinned("{ name: flow, steps: [{ key: plan, uses: agent }] }");
    assert_refused!(world.store().write(asked).await, Error::Corrupt(_));
    assert_eq!(world.rows(run.id).await, before);
}
