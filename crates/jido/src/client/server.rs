//! Which server is asked, and who asks.

use super::api::Api;
use super::credentials::Credentials;
use super::failure::Failure;
use clap::Args;
use clap::builder::FalseyValueParser;
use url::{Host, Url};

/// How a client command reaches its server.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerOptions {
    /// The server's address; the one of the last `jido login` when left out.
    ///
    /// The token comes from JIDO_TOKEN, or from the login to this server.
    #[arg(long, value_name = "URL", env = "JIDO_SERVER", global = true)]
    server: Option<String>,

    /// Send the token over plain http to another machine too: whoever is in between can read it.
    #[arg(long, env = "JIDO_ALLOW_PLAIN_HTTP", value_parser = FalseyValueParser::new(), global = true)]
    pub allow_plain_http: bool,

    /// Print the API's own JSON, for scripts; nothing where the API answers with nothing.
    #[arg(long, global = true)]
    pub json: bool,
}

impl ServerOptions {
    /// The server's address as it was given, if it was: an empty JIDO_SERVER names none.
    pub fn named(&self) -> Option<&str> {
        self.server.as_deref().filter(|server| !server.is_empty())
    }

    /// A client of the server that is meant, with the caller's token.
    pub fn connect(&self) -> Result<Api, crate::error::Error> {
        let stored = Credentials::load()?;
        let server = match self.named() {
            Some(text) => address(text)?,
            None => stored.default_server().ok_or(Failure::NoServer)?.to_owned(),
        };
        let login = stored.login(&server);
        let given = std::env::var_os("JIDO_TOKEN").map(|token| token.to_string_lossy().into_owned());
        let token = match (given.filter(|token| !token.trim().is_empty()), login) {
            (Some(token), _) => token_in("JIDO_TOKEN", &token)?,
            (None, Some(login)) => token_in("the stored login", &login.token)?,
            (None, None) => return Err(Failure::NoToken(server).into()),
        };
        if !self.allow_plain_http && !login.is_some_and(|login| login.plain_http) {
            require_privacy(&server)?;
        }
        Ok(Api::new(&server, Some(token)))
    }
}

/// The token that a text holds; it is not repeated where it holds none.
pub fn token_in(place: &str, text: &str) -> Result<String, Failure> {
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Usage(format!(
            "{place} holds no token: one is a word of letters, digits and signs"
        )));
    }
    Ok(token.to_owned())
}

/// An address as it is stored and compared: scheme, host and port alone.
pub fn address(text: &str) -> Result<String, Failure> {
    let bad = || Failure::BadAddress(super::text::clean(&without_secrets(text)));
    let url = Url::parse(text).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(bad());
    }
    if url.host().is_none() || !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(bad());
    }
    Ok(url.origin().ascii_serialization())
}

/// What was given for an address, without a password, a link's token or whatever else may be secret in it.
fn without_secrets(text: &str) -> String {
    let (head, tail) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
    let (scheme, rest) = head.split_once("://").map_or(("", head), |(scheme, rest)| (scheme, rest));
    let start = if scheme.is_empty() { "" } else { "://" };
    let host = rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, host)| format!("...@{host}"));
    format!("{scheme}{start}{host}{}", if tail.is_empty() { "" } else { "..." })
}

/// Whether what is sent there does not leave this machine.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Refuses to send a secret where others can read it.
pub fn require_privacy(server: &str) -> Result<(), Failure> {
    let url = Url::parse(server).map_err(|_| Failure::BadAddress(server.to_owned()))?;
    if url.scheme() == "https" || is_this_machine(&url) {
        return Ok(());
    }
    Err(Failure::PlainHttp(server.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("http://127.0.0.1:8700/", Some("http://127.0.0.1:8700"))]
    #[test_case("HTTPS://Jido.Example:443", Some("https://jido.example"))]
    #[test_case("jido.example", None)]
    #[test_case("ftp://jido.example", None)]
    #[test_case("https://user:secret@jido.example", None; "a password")]
    #[test_case("https://jido.example/api", None; "a path")]
    fn an_address_is_its_origin(text: &str, expected: Option<&str>) {
        assert_eq!(address(text).ok().as_deref(), expected);
    }

    #[test_case("https://me:secret@jido.example", "https://...@jido.example"; "a password")]
    #[test_case("http://127.0.0.1:8700/sign-in#token=jido_secret", "http://127.0.0.1:8700/sign-in..."; "a one-time link")]
    #[test_case("me:secret@jido.example", "...@jido.example"; "no scheme")]
    #[test_case("https://jido.example/?token=jido_secret", "https://jido.example/..."; "a query")]
    fn a_refused_address_is_named_without_its_secrets(text: &str, named: &str) {
        let refused = address(text).unwrap_err().to_string();
        assert_eq!(refused, format!("{named} is no address of a server"));
    }

    #[test_case("jido_abc", true)]
    #[test_case(" jido_abc\n", true; "blanks around it")]
    #[test_case("jido_ü", false; "a letter beyond ASCII")]
    #[test_case("a b", false; "two words")]
    #[test_case(" ", false; "nothing")]
    fn a_token_is_one_word(text: &str, expected: bool) {
        assert_eq!(token_in("JIDO_TOKEN", text).is_ok(), expected);
    }

    #[test_case("https://jido.example", true)]
    #[test_case("http://127.0.0.1:8700", true)]
    #[test_case("http://[::1]:8700", true)]
    #[test_case("http://localhost:8700", true)]
    #[test_case("http://jido.example", false)]
    #[test_case("http://10.0.0.7:8700", false)]
    fn a_token_crosses_the_network_encrypted_alone(server: &str, expected: bool) {
        assert_eq!(require_privacy(server).is_ok(), expected);
    }
}
