//! Signing in and out.

use super::{Access, ApiClient, Failure};
use leptos::prelude::*;
use wire::{AcceptInvitationRequest, SessionResponse, SignInRequest};

impl ApiClient {
    /// Spends a one-time link and opens a session.
    pub async fn sign_in_with_owner_link(self, token: &str) -> Result<SessionResponse, Failure> {
        let body = SignInRequest { token: token.to_owned() };
        let session: SessionResponse = self.post("/api/v1/session/owner-link").json(&body).read().await?;
        self.access.set(Access::SignedIn(session.clone()));
        Ok(session)
    }

    /// Spends an invitation: makes the user and opens a session.
    pub async fn accept_invitation(self, body: &AcceptInvitationRequest) -> Result<SessionResponse, Failure> {
        let session: SessionResponse = self.post("/api/v1/session/invitation").json(body).read().await?;
        self.access.set(Access::SignedIn(session.clone()));
        Ok(session)
    }

    pub async fn get_session(self) -> Result<SessionResponse, Failure> {
        let session: SessionResponse = self.get("/api/v1/session").read().await?;
        self.access.set(Access::SignedIn(session.clone()));
        Ok(session)
    }

    pub async fn delete_session(self) -> Result<(), Failure> {
        self.delete("/api/v1/session").done().await?;
        self.access.set(Access::SignedOut);
        Ok(())
    }
}
