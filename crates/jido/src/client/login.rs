//! `jido login` and `jido logout`.

use super::api::Api;
use super::call::Call;
use super::credentials::{Credentials, Login};
use super::failure::Failure;
use super::server::{ServerOptions, address, require_privacy, token_in};
use super::token::whole_days;
use super::{prompt, say_json};
use crate::error::Error;
use crate::output::{note, say};
use crate::span;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;
use wire::{CreatedTokenResponse, SessionResponse};

/// Where a server listens unless it is told otherwise.
const USUAL_SERVER: &str = "http://127.0.0.1:8700";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jido login http://127.0.0.1:8700                       asks for a token
  jido login 'http://127.0.0.1:8700/sign-in#token=...'   redeems a one-time link and makes a token by it
  jido login https://jido.example --token-stdin < token-file
  jido owner-link --data ./data | jido login --token-stdin     no process list shows the link

The token is checked, then stored in $XDG_CONFIG_HOME/jidocode/credentials.toml, readable by you alone.
Links come from `jido serve`, `jido owner-link`, `jido sign-in-link --user NAME`, or whoever manages users.
In pipelines no login is needed: set JIDO_SERVER and JIDO_TOKEN.")]
pub struct LoginOptions {
    /// The server's address, or a one-time sign-in link.
    #[arg(value_name = "URL")]
    target: Option<String>,

    /// How long the token is good for that a one-time link makes, in whole days.
    #[arg(long, value_name = "SPAN", value_parser = span::parse, default_value = "90d")]
    expires_in: Duration,

    /// Read the token, or a one-time link, from the first line of standard input. So it is without a terminal, too.
    #[arg(long)]
    token_stdin: bool,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jido logout

Revokes the token where the login made it, and forgets it in any case.")]
pub struct LogoutOptions {
    #[command(flatten)]
    server: ServerOptions,
}

pub fn login(options: &LoginOptions) -> Result<(), Error> {
    let named = options.target.as_deref().or(options.server.named());
    let (server, credential) = credential(named, options)?;
    Credentials::prepare()?;
    if !options.server.allow_plain_http {
        require_privacy(&server)?;
    }
    let mut login = match credential {
        Credential::Link(secret) => redeem(&server, &secret, options.expires_in)?,
        Credential::Token(token) => Login { user: String::new(), token, token_id: None, plain_http: false },
    };
    login.plain_http = options.server.allow_plain_http;
    // A token that nobody holds shall not live on.
    let (session, document, path) =
        check_and_store(&server, &mut login).inspect_err(|_| revoke_what_it_made(&server, &login))?;
    if options.server.json {
        say_json(&document);
        return Ok(());
    }
    say(&format!("Logged in to {server} as {}{}.", session.name, role(&session)));
    note(&format!("The token is stored in {}.", path.display()));
    Ok(())
}

/// Asks the server who the token speaks for, and stores the login: the server's answer, read and as it came, and where
/// the login is stored.
fn check_and_store(server: &str, login: &mut Login) -> Result<(SessionResponse, Value, PathBuf), Error> {
    let api = Api::new(server, Some(login.token.clone()));
    let document = api.json(&Call::get(["session"]))?;
    let session: SessionResponse = api.meaning(document.clone())?;
    login.user.clone_from(&session.name);
    let path = Credentials::add(server, login.clone())?;
    Ok((session, document, path))
}

pub fn logout(options: &LogoutOptions) -> Result<(), Error> {
    let stored = Credentials::load()?;
    let server = match options.server.named() {
        Some(text) => address(text)?,
        None => stored.default_server().ok_or(Failure::NoServer)?.to_owned(),
    };
    let login = stored.login(&server).cloned().ok_or_else(|| Failure::NoToken(server.clone()))?;
    revoke_what_it_made(&server, &login);
    Credentials::remove(&server)?;
    if !options.server.json {
        say(&format!("Logged out of {server}."));
    }
    Ok(())
}

/// Revokes the token where the login made it; where that fails, it says what does it later.
fn revoke_what_it_made(server: &str, login: &Login) {
    let Some(id) = login.token_id else { return };
    let api = Api::new(server, Some(login.token.clone()));
    if let Err(failure) = api.send(&Call::delete(["tokens", &id.to_string()])) {
        note(&format!(
            "jido: the token could not be revoked: {failure}; `jido token revoke {id}` does it later"
        ));
    }
}

/// What a login begins with.
enum Credential {
    /// The secret of a one-time link.
    Link(String),
    Token(String),
}

/// The server and the credential for it: given as a link, or read.
fn credential(named: Option<&str>, options: &LoginOptions) -> Result<(String, Credential), Error> {
    if named.is_some_and(|named| named.starts_with("jido_")) {
        let what = "a token does not belong on a command line, which others can read: it is asked for, or read from \
                    standard input with --token-stdin";
        return Err(Failure::Usage(what.to_owned()).into());
    }
    if let Some((server, secret)) = named.map(secret_of_link).transpose()?.flatten() {
        return Ok((server, Credential::Link(secret)));
    }
    let server = address(named.unwrap_or(USUAL_SERVER))?;
    let text = if options.token_stdin {
        prompt::piped_secret()?
    } else {
        prompt::secret(&format!("Token for {server}: "))?
    };
    match secret_of_link(&text)? {
        Some((of_link, _)) if named.is_some() && of_link != server => {
            Err(Failure::Usage(format!("the link is one of {of_link}, not of {server}")).into())
        }
        Some((server, secret)) => Ok((server, Credential::Link(secret))),
        None => Ok((server, Credential::Token(token_in("what was given", &text)?))),
    }
}

fn role(session: &SessionResponse) -> String {
    match session.role {
        Some(role) => format!(", {role} of the installation"),
        None => String::new(),
    }
}

/// Server and secret of a one-time sign-in link; nothing where the text is no link.
fn secret_of_link(text: &str) -> Result<Option<(String, String)>, Failure> {
    let Ok(url) = Url::parse(text) else { return Ok(None) };
    let Some(secret) = url.fragment().and_then(|fragment| fragment.strip_prefix("token=")) else {
        return Ok(None);
    };
    if url.query().is_some_and(|query| query.contains("invitation")) {
        let what =
            "this is an invitation: open it in a browser and choose a name there, then log in by a token";
        return Err(Failure::Usage(what.to_owned()));
    }
    Ok(Some((address(&url.origin().ascii_serialization())?, secret.to_owned())))
}

/// Signs in by the link, makes a token, and ends the browser session again.
fn redeem(server: &str, secret: &str, lifetime: Duration) -> Result<Login, Failure> {
    let days = whole_days(lifetime)?;
    let api = Api::new(server, None);
    let signed_in = api.send(&Call::post(["session", "owner-link"]).json(&json!({ "token": secret })))?;
    let cookie = signed_in.cookie.unwrap_or_default();
    // As the server's own page would: a session changes nothing on behalf of other sites.
    let as_page = |call: Call| call.header("Cookie", cookie.clone()).header("Origin", server);
    let wanted: Value = json!({ "name": format!("jido on {}", host_name()), "expires_in_days": days });
    let created = api.typed::<CreatedTokenResponse>(&as_page(Call::post(["tokens"]).json(&wanted)));
    // Whether or not there is a token now, nobody needs the session any more.
    let ended = api.send(&as_page(Call::delete(["session"])));
    if let Err(failure) = ended {
        note(&format!("jido: the session of the link could not be ended: {failure}"));
    }
    let created = created?;
    Ok(Login {
        user: String::new(),
        token: created.secret,
        token_id: Some(created.token.id),
        plain_http: false,
    })
}

/// What this machine calls itself.
fn host_name() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let name: String =
        name.trim().chars().filter(|character| character.is_ascii_graphic()).take(60).collect();
    if name.is_empty() { "a machine".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_told_from_an_address() {
        let link = secret_of_link("http://127.0.0.1:8700/sign-in#token=jido_abc").unwrap();
        assert_eq!(link, Some(("http://127.0.0.1:8700".to_owned(), "jido_abc".to_owned())));
        assert_eq!(secret_of_link("http://127.0.0.1:8700").unwrap(), None);
        assert_eq!(secret_of_link("not an address").unwrap(), None);
        let invitation = secret_of_link("https://jido.example/sign-in?invitation=1#token=jido_abc");
        assert!(invitation.unwrap_err().to_string().contains("invitation"));
    }
}
