use crate::support::{Database, World, on_both_databases};
use domain::approval::{Decision, DecisionRefused};
use domain::run::{Refused, Status};
use persistence::Error;
use persistence::commands::*;
use std::sync::Arc;

on_both_databases![
    of_sixty_four_deciders_exactly_one_wins,
    deciders_and_cancellers_leave_one_outcome,
    a_commit_is_not_cut_off_when_its_caller_goes_away,
];

/// How a decision ended for the one who asked.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Won,
    Lost,
}

fn end(result: persistence::Result<Changed>) -> End {
    match result {
        Ok(_) => End::Won,
        Err(
            Error::Decision(DecisionRefused::AlreadyDecided { .. })
            | Error::Run(Refused::InvalidTransition(_)),
        ) => End::Lost,
        Err(other) => panic!("an untyped loser: {other:?}"),
    }
}

async fn of_sixty_four_deciders_exactly_one_wins(db: Database) {
    let world = Arc::new(World::new(db).await);
    let (run, gate) = world.at_gate().await;
    let people: Vec<_> = (0..64).map(|n| world.person(&format!("person {n}"))).collect();
    let mut deciding = tokio::task::JoinSet::new();
    for (number, person) in people.into_iter().enumerate() {
        let world = Arc::clone(&world);
        let decision = if number % 2 == 0 { Decision::Approved } else { Decision::Rejected };
        deciding.spawn(async move { end(world.decide(run, &person, world.decision(gate, decision)).await) });
    }
    let ends = deciding.join_all().await;
    assert_eq!(ends.iter().filter(|end| **end == End::Won).count(), 1);
    let rows = world.rows(run).await;
    assert_eq!(rows.approvals[0].1.len(), 1, "one vote is stored");
    assert_eq!(rows.transitions.len(), 4);
    world.assert_sound(run).await;
}

async fn deciders_and_cancellers_leave_one_outcome(db: Database) {
    let world = Arc::new(World::new(db).await);
    for _ in 0..4 {
        let (run, gate) = world.at_gate().await;
        let mut racing = tokio::task::JoinSet::new();
        for number in 0..12 {
            let world = Arc::clone(&world);
            racing.spawn(async move {
                match number % 3 {
                    0 => world.cancel(run).await.map(|changed| changed.run.status),
                    1 => world
                        .change(run, Change::ExpireGate { approval_id: gate })
                        .await
                        .map(|c| c.run.status),
                    _ => world.reject(run, gate).await.map(|changed| changed.run.status),
                }
            });
        }
        let ends = racing.join_all().await;
        for refused in ends.iter().filter_map(|end| end.as_ref().err()) {
            assert!(matches!(refused, Error::Decision(_) | Error::Run(_) | Error::NotFound), "{refused:?}");
        }
        assert!(ends.iter().any(Result::is_ok));
        let rows = world.rows(run).await;
        let ended = rows.transitions.iter().filter(|t| t.from_status == Some(Status::AwaitingApproval));
        assert_eq!(ended.count(), 1, "one outcome of the gate");
        world.assert_sound(run).await;
        // A rejection that won sent the work back: nothing of it may be left for the next round.
        let _ = world.cancel(run).await;
    }
}

async fn a_commit_is_not_cut_off_when_its_caller_goes_away(db: Database) {
    let world = Arc::new(World::new(db).await);
    for number in 0..16_u64 {
        let world = Arc::clone(&world);
        let asking = tokio::spawn(async move { world.run().await });
        tokio::time::sleep(std::time::Duration::from_micros(number * 150)).await;
        asking.abort();
        let _ = asking.await;
    }
    // Writes that began go on by themselves; once they have ended, the numbers given out are the runs that exist.
    let began = std::time::Instant::now();
    let runs = loop {
        let project = world.read(GetProject { id: world.project.id }).await;
        let filter = RunFilter::default();
        let runs = world.read(ListRuns { filter, before: None, limit: 100 }).await;
        if i64::try_from(runs.len()).unwrap() == project.last_run_number {
            break runs;
        }
        assert!(began.elapsed().as_secs() < 30, "{} runs of {}", runs.len(), project.last_run_number);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    for run in runs {
        world.assert_sound(run.id).await;
    }
}
