//! `jido token`: what programs sign in with.

use crate::client::{self, CreateOverApi, ServerOptions};
use crate::error::Error;
use crate::output::say;
use crate::storage::{OptionalStorage, StorageOptions};
use crate::{span, users};
use clap::{Args, Subcommand};
use domain::{Permission, ProjectId, Timestamp, TokenId};
use engine::clock;
use persistence::Store;
use persistence::commands::{CreateToken, GetProject, ListTokens, RevokeToken};
use persistence::records::TokenRecord;
use serde_json::json;
use std::time::Duration;
use wire::{CreatedTokenResponse, TokenList};

/// The longest name of a token, in characters.
const MAX_NAME: usize = 100;

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it: it is stored hashed, so it cannot be shown again.
    #[command(after_help = "\
Examples:
  jido token create --name laptop --data ./data
  TOKEN=$(jido token create --name ci --expires-in 30d \\
    --scope read_projects --scope read_workflows --scope read_runs --scope start_runs)
  jido token create --user approver --name dashboard --scope read_projects --scope read_runs --data ./data
  jido token create --name deploys --project 0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77 --scope start_runs
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8700/api/v1/projects

A token lives no longer than the token that makes it.

Asks the server of your login; with --data or --database (or their variables) it works on the database directly, also
while the server runs: that is how the first token of a server is made.")]
    Create(CreateOptions),

    /// List your tokens, or those of a user, without their secrets.
    #[command(after_help = "\
Examples:
  jido token list
  jido token list --user approver --data ./data")]
    List(OfUser),

    /// Revoke a token: the next request that uses it is refused.
    #[command(after_help = "\
Example:
  jido token revoke 0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77

Asks the server of your login, or with --data or --database the database. `jido token list` names the tokens.")]
    Revoke(RevokeOptions),
}

#[derive(Debug, Args)]
pub struct CreateOptions {
    /// What the token is for; shown in lists.
    #[arg(long, value_parser = token_name)]
    name: String,

    /// How long it is good for, such as 90d or 12h (over the API in whole days).
    ///
    /// For ever when left out; over the API as long as the token that asks.
    #[arg(long, value_name = "SPAN", value_parser = span::parse)]
    expires_in: Option<Duration>,

    /// What the token is limited to, such as read_runs; give it once for each. Whatever its user may when left out.
    #[arg(long = "scope", value_name = "PERMISSION", value_parser = scope)]
    scopes: Vec<Permission>,

    /// The only projects that the token reaches, by their ids; all of its user's when left out.
    #[arg(long = "project", value_name = "ID")]
    projects: Vec<ProjectId>,

    #[command(flatten)]
    of_user: OfUser,
}

#[derive(Debug, Args)]
pub struct RevokeOptions {
    /// The token, by its id.
    id: TokenId,

    #[command(flatten)]
    of_user: OfUser,
}

#[derive(Debug, Args)]
pub struct OfUser {
    /// The user that the token acts for, on the database; the owner when left out. Over the API it is always you.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    #[command(flatten)]
    storage: OptionalStorage,

    #[command(flatten)]
    server: ServerOptions,
}

impl OfUser {
    /// The database that is named, with the user; nothing where the server shall be asked.
    fn in_database(&self) -> Result<Option<(StorageOptions, &str)>, Error> {
        let user = self.user.as_deref();
        match (self.storage.named(), user) {
            (Some(storage), _) => Ok(Some((storage, user.unwrap_or(users::OWNER)))),
            (None, Some(_)) => {
                let what = "--user needs the database: name it by --data or --database";
                Err(client::Failure::Usage(what.to_owned()).into())
            }
            (None, None) => Ok(None),
        }
    }
}

pub async fn run(command: TokenCommand) -> Result<(), Error> {
    match command {
        TokenCommand::Create(options) => create(options).await,
        TokenCommand::List(options) => list(&options).await,
        TokenCommand::Revoke(options) => revoke(&options).await,
    }
}

async fn create(options: CreateOptions) -> Result<(), Error> {
    let Some((storage, name)) = options.of_user.in_database()? else {
        let wanted = CreateOverApi {
            name: &options.name,
            expires_in: options.expires_in,
            scopes: &options.scopes,
            projects: &options.projects,
        };
        return client::create_token(&options.of_user.server, &wanted);
    };
    let store = storage.open_existing().await?;
    let user = users::find(&store, name).await?;
    let secret = api::identity::new_secret();
    let now = clock::now();
    let record = TokenRecord {
        id: TokenId::from_uuid(clock::new_id()),
        user_id: user.id,
        name: options.name,
        token_hash: api::identity::hash_secret(&secret),
        created_at: now,
        expires_at: options.expires_in.map(|span| now.plus(span)),
        revoked_at: None,
        scopes: Some(options.scopes).filter(|scopes| !scopes.is_empty()),
        project_ids: Some(options.projects).filter(|projects| !projects.is_empty()),
    };
    require_projects(&store, record.project_ids.as_deref().unwrap_or_default()).await?;
    let token = api::render_token(record.clone());
    match store.write(CreateToken(record)).await {
        Ok(()) => {}
        Err(persistence::Error::NotFound) => return Err(Error::UserDisabled(user.name)),
        Err(error) => return Err(Error::store("store the token")(error)),
    }
    if options.of_user.server.json {
        client::say_json(&json!(CreatedTokenResponse { token, secret }));
    } else {
        say(&secret);
    }
    Ok(())
}

/// A limit to a project that does not exist is a slip of the keyboard.
async fn require_projects(store: &Store, ids: &[ProjectId]) -> Result<(), Error> {
    for id in ids {
        match store.read(GetProject { id: *id }).await {
            Ok(_) => {}
            Err(persistence::Error::NotFound) => return Err(Error::NoProject(id.to_string())),
            Err(error) => return Err(Error::store("look the project up")(error)),
        }
    }
    Ok(())
}

async fn list(options: &OfUser) -> Result<(), Error> {
    let Some((storage, name)) = options.in_database()? else {
        return client::list_tokens(&options.server);
    };
    let store = storage.open_existing().await?;
    let user = users::find(&store, name).await?;
    let tokens =
        store.read(ListTokens { user_id: user.id }).await.map_err(Error::store("list the tokens"))?;
    if options.server.json {
        let items = tokens.into_iter().map(api::render_token).collect();
        client::say_json(&json!(TokenList { items }));
        return Ok(());
    }
    if tokens.is_empty() {
        say(&format!("{} has no tokens; `jido token create --name NAME` makes one.", user.name));
        return Ok(());
    }
    say(&format!("{:<36}  {:<7}  {:<27}  {:<27}  name", "id", "state", "created", "expires"));
    let now = clock::now();
    for token in &tokens {
        say(&line(token, now));
    }
    Ok(())
}

async fn revoke(options: &RevokeOptions) -> Result<(), Error> {
    let Some((storage, name)) = options.of_user.in_database()? else {
        return client::revoke_token(&options.of_user.server, options.id);
    };
    let store = storage.open_existing().await?;
    let user = users::find(&store, name).await?;
    let revocation = RevokeToken { id: options.id, user_id: user.id, now: clock::now() };
    match store.write(revocation).await {
        Ok(()) => {}
        Err(persistence::Error::NotFound) => {
            return Err(Error::NoToken { user: user.name, id: options.id.to_string() });
        }
        Err(error) => return Err(Error::store("revoke the token")(error)),
    }
    if !options.of_user.server.json {
        say(&format!("The token {} is revoked.", options.id));
    }
    Ok(())
}

fn line(token: &TokenRecord, now: Timestamp) -> String {
    let expires = token.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let state = state(token, now);
    format!(
        "{:<36}  {state:<7}  {:<27}  {expires:<27}  {}",
        token.id.to_string(),
        token.created_at.to_string(),
        token.name
    )
}

fn state(token: &TokenRecord, now: Timestamp) -> &'static str {
    if token.revoked_at.is_some() {
        "revoked"
    } else if token.expires_at.is_some_and(|at| at <= now) {
        "expired"
    } else {
        "live"
    }
}

fn scope(text: &str) -> Result<Permission, String> {
    let known = || Permission::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    Permission::parse(text).ok_or_else(|| format!("expected one of {}", known()))
}

fn token_name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err("a name is some readable text".to_owned());
    }
    if text.chars().count() > MAX_NAME {
        return Err(format!("a name has at most {MAX_NAME} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(None, None, "live")]
    #[test_case(Some(11), None, "live")]
    #[test_case(Some(10), None, "expired")]
    #[test_case(Some(11), Some(5), "revoked")]
    fn a_token_is_shown_with_its_state(expires: Option<i64>, revoked: Option<i64>, expected: &str) {
        let token = TokenRecord {
            id: TokenId::from_uuid(clock::new_id()),
            user_id: domain::UserId::from_uuid(clock::new_id()),
            name: "laptop".to_owned(),
            token_hash: "hash-of-it".to_owned(),
            created_at: Timestamp::from_micros(1),
            expires_at: expires.map(Timestamp::from_micros),
            revoked_at: revoked.map(Timestamp::from_micros),
            scopes: None,
            project_ids: None,
        };
        let line = line(&token, Timestamp::from_micros(10));
        assert!(
            line.contains(expected) && line.ends_with("laptop") && !line.contains("hash-of-it"),
            "{line}"
        );
    }

    #[test]
    fn a_scope_is_a_permission() {
        assert_eq!(scope("read_runs"), Ok(Permission::ReadRuns));
        assert!(scope("everything").unwrap_err().contains("decide_approvals"));
    }

    #[test]
    fn a_name_is_readable_and_short() {
        assert!(token_name("laptop").is_ok());
        for bad in ["", "  ", "a\u{1b}[2J", &"x".repeat(101)] {
            assert!(token_name(bad).is_err(), "{bad:?}");
        }
    }
}
