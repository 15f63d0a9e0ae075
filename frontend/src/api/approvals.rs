//! Gates and decisions.

use super::runs::RunPath;
use super::{ApiClient, Failure, IdempotencyKey};
use domain::{ApprovalId, Digest};
use wire::{ApprovalList, ApprovalResponse, DecisionRequest, ListApprovals};

impl ApiClient {
    pub async fn list_approvals(self, query: &ListApprovals) -> Result<ApprovalList, Failure> {
        self.get("/api/v1/approvals").query(query).read().await
    }

    pub async fn list_run_approvals(self, run: RunPath) -> Result<ApprovalList, Failure> {
        self.get(&format!("{run}/approvals"))
            .query(&ListApprovals { limit: Some(200), ..Default::default() })
            .read()
            .await
    }

    pub async fn get_approval(self, run: RunPath, id: ApprovalId) -> Result<ApprovalResponse, Failure> {
        self.get(&format!("{run}/approvals/{id}")).read().await
    }

    pub async fn approve_run(
        self,
        run: RunPath,
        id: ApprovalId,
        digest: &Digest,
        key: &IdempotencyKey,
        body: &DecisionRequest,
    ) -> Result<ApprovalResponse, Failure> {
        let call = self.post(&format!("{run}/approvals/{id}/approve"));
        call.if_evidence(digest).idempotent(key).json(body).read().await
    }

    pub async fn reject_run(
        self,
        run: RunPath,
        id: ApprovalId,
        digest: &Digest,
        key: &IdempotencyKey,
        body: &DecisionRequest,
    ) -> Result<ApprovalResponse, Failure> {
        let call = self.post(&format!("{run}/approvals/{id}/reject"));
        call.if_evidence(digest).idempotent(key).json(body).read().await
    }

    /// Builds the gate's evidence anew.
    pub async fn refresh_approval(
        self,
        run: RunPath,
        id: ApprovalId,
        key: &IdempotencyKey,
    ) -> Result<ApprovalResponse, Failure> {
        self.post(&format!("{run}/approvals/{id}/refresh")).idempotent(key).read().await
    }
}
