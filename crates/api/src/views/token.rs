//! A token as clients see it.

use persistence::records::TokenRecord;
use wire::TokenResponse;

/// A token as the API shows it, without its secret.
pub fn render_token(record: TokenRecord) -> TokenResponse {
    TokenResponse {
        id: record.id,
        name: record.name,
        created_at: record.created_at,
        expires_at: record.expires_at,
        revoked_at: record.revoked_at,
        scopes: record.scopes,
        project_ids: record.project_ids,
    }
}
