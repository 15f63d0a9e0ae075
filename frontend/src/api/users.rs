//! People, what they may do, and invitations.

use super::{ApiClient, Failure};
use domain::{InvitationId, ProjectId, UserId};
use std::fmt;
use wire::{
    CreateInvitationRequest, CreatedInvitationResponse, InvitationList, InvitationResponse, MemberList,
    MemberResponse, PageQuery, SetRoleRequest, SignInLinkResponse, UserList, UserResponse,
};

/// Where a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembersOf {
    Installation,
    Project(ProjectId),
}

impl fmt::Display for MembersOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str("/api/v1/members"),
            Self::Project(id) => write!(f, "/api/v1/projects/{id}/members"),
        }
    }
}

impl ApiClient {
    pub async fn list_users(self, query: &PageQuery) -> Result<UserList, Failure> {
        self.get("/api/v1/users").query(query).read().await
    }

    /// Ends the user's sessions and refuses their tokens until they are enabled again.
    pub async fn disable_user(self, id: UserId) -> Result<UserResponse, Failure> {
        self.post(&format!("/api/v1/users/{id}/disable")).read().await
    }

    pub async fn enable_user(self, id: UserId) -> Result<UserResponse, Failure> {
        self.post(&format!("/api/v1/users/{id}/enable")).read().await
    }

    /// Makes a one-time link that signs this user in.
    pub async fn create_sign_in_link(self, id: UserId) -> Result<SignInLinkResponse, Failure> {
        self.post(&format!("/api/v1/users/{id}/sign-in-links")).read().await
    }

    pub async fn list_invitations(self, query: &PageQuery) -> Result<InvitationList, Failure> {
        self.get("/api/v1/invitations").query(query).read().await
    }

    pub async fn create_invitation(
        self,
        body: &CreateInvitationRequest,
    ) -> Result<CreatedInvitationResponse, Failure> {
        self.post("/api/v1/invitations").json(body).read().await
    }

    pub async fn revoke_invitation(self, id: InvitationId) -> Result<InvitationResponse, Failure> {
        self.delete(&format!("/api/v1/invitations/{id}")).read().await
    }

    pub async fn list_members(self, of: MembersOf) -> Result<MemberList, Failure> {
        self.get(&of.to_string()).read().await
    }

    /// Gives somebody a role, or another one. `name` is a user name as it was typed.
    pub async fn set_member(
        self,
        of: MembersOf,
        name: &str,
        body: &SetRoleRequest,
    ) -> Result<MemberResponse, Failure> {
        self.put(&format!("{of}/{}", segment(name))).json(body).read().await
    }

    pub async fn remove_member(self, of: MembersOf, name: &str) -> Result<(), Failure> {
        self.delete(&format!("{of}/{}", segment(name))).done().await
    }
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
