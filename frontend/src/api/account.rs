//! One's own sessions and tokens.

use super::{ApiClient, Failure};
use domain::{SessionId, TokenId};
use wire::{CreateTokenRequest, CreatedTokenResponse, RevokedSessions, SessionList, TokenList};

impl ApiClient {
    pub async fn list_sessions(self) -> Result<SessionList, Failure> {
        self.get("/api/v1/sessions").read().await
    }

    pub async fn revoke_session(self, id: SessionId) -> Result<(), Failure> {
        self.delete(&format!("/api/v1/sessions/{id}")).done().await
    }

    /// Ends every session but this one.
    pub async fn revoke_other_sessions(self) -> Result<RevokedSessions, Failure> {
        self.post("/api/v1/sessions/revoke-others").read().await
    }

    pub async fn list_tokens(self) -> Result<TokenList, Failure> {
        self.get("/api/v1/tokens").read().await
    }

    pub async fn create_token(self, body: &CreateTokenRequest) -> Result<CreatedTokenResponse, Failure> {
        self.post("/api/v1/tokens").json(body).read().await
    }

    pub async fn revoke_token(self, id: TokenId) -> Result<(), Failure> {
        self.delete(&format!("/api/v1/tokens/{id}")).done().await
    }
}
