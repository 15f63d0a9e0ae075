//! `jido token` over the API.

use super::call::Call;
use super::failure::Failure;
use super::server::ServerOptions;
use super::text::ago;
use super::{say_json, table};
use crate::error::Error;
use crate::output::{note, say};
use domain::{Permission, ProjectId, TokenId};
use engine::clock;
use serde_json::json;
use std::time::Duration;
use wire::{CreatedTokenResponse, TokenList, TokenResponse};

const DAY: u64 = 86_400;

/// A token that is wanted.
#[derive(Debug)]
pub struct CreateOverApi<'a> {
    pub name: &'a str,
    pub expires_in: Option<Duration>,
    pub scopes: &'a [Permission],
    pub projects: &'a [ProjectId],
}

/// A token's life as the API counts it; a part of a day is not made a day behind one's back.
pub fn whole_days(span: Duration) -> Result<u64, Failure> {
    if span.as_secs().is_multiple_of(DAY) {
        return Ok(span.as_secs() / DAY);
    }
    let what = "over the API a token lives whole days: write --expires-in 1d, 7d or 90d, for example";
    Err(Failure::Usage(what.to_owned()))
}

/// Makes a token of the caller and prints its secret.
pub fn create_token(server: &ServerOptions, wanted: &CreateOverApi<'_>) -> Result<(), Error> {
    let api = server.connect()?;
    let days = wanted.expires_in.map(whole_days).transpose()?;
    let body = json!({
        "name": wanted.name,
        "expires_in_days": days,
        "scopes": Some(wanted.scopes).filter(|scopes| !scopes.is_empty()),
        "project_ids": Some(wanted.projects).filter(|projects| !projects.is_empty()),
    });
    let document = api.json(&Call::post(["tokens"]).json(&body))?;
    if server.json {
        say_json(&document);
        return Ok(());
    }
    let created: CreatedTokenResponse = api.meaning(document)?;
    say(&created.secret);
    Ok(())
}

/// Lists the caller's tokens.
pub fn list_tokens(server: &ServerOptions) -> Result<(), Error> {
    let api = server.connect()?;
    let document = api.json(&Call::get(["tokens"]))?;
    if server.json {
        say_json(&document);
        return Ok(());
    }
    let tokens: TokenList = api.meaning(document)?;
    if tokens.items.is_empty() {
        note("You have no tokens. `jido token create --name NAME` makes one.");
        return Ok(());
    }
    let now = clock::now();
    let row = |token: &TokenResponse| {
        let state = if token.revoked_at.is_some() {
            "revoked"
        } else if token.expires_at.is_some_and(|at| at <= now) {
            "expired"
        } else {
            "live"
        };
        let scopes = token
            .scopes
            .as_ref()
            .map(|scopes| scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        vec![
            token.name.clone(),
            state.to_owned(),
            ago(token.created_at, now),
            token.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_string()),
            scopes.unwrap_or_else(|| "all".to_owned()),
            token.id.to_string(),
        ]
    };
    let rows: Vec<_> = tokens.items.iter().map(row).collect();
    table::print(&["name", "state", "created", "expires", "scopes", "id"], &rows);
    Ok(())
}

/// Revokes a token of the caller.
pub fn revoke_token(server: &ServerOptions, id: TokenId) -> Result<(), Error> {
    let api = server.connect()?;
    api.send(&Call::delete(["tokens", &id.to_string()]))?;
    if !server.json {
        say(&format!("The token {id} is revoked."));
    }
    Ok(())
}
