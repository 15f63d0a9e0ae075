//! `approval` steps: building the evidence and opening the gate.

use super::work::{End, Held};
use crate::Engine;
use crate::clock;
use crate::error::Result;
use domain::ApprovalId;
use domain::contract::ApprovalStep;
use persistence::commands::{AttemptReport, Change, ListAttempts};

impl Engine {
    pub(super) async fn open_gate(&self, held: &Held, policy: &ApprovalStep) -> Result<End> {
        let attempts = self.store().read(ListAttempts { run_id: held.run.id }).await?;
        let built = self.build_evidence(&held.run, &attempts, &held.pinned, &held.attempt, policy).await?;
        let change = Change::OpenGate {
            approval_id: ApprovalId::from_uuid(clock::new_id()),
            opening: built.opening,
            report: AttemptReport { artifacts: built.artifacts, ..AttemptReport::default() },
        };
        let changed = self.change_fenced(&held.run, change, held.fence()).await?;
        Ok(End::GateOpened(Box::new(changed)))
    }
}
