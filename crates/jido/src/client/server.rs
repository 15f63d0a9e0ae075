//! Which server is asked, and who asks.

use super::api::Api;
use super::credentials::Credentials;
use super::failure::Failure;
use clap::Args;
use url::{Host, Url};

/// How a client command reaches its server.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerOptions {
    /// The server's address; the one of the last `jido login` when left out.
    ///
    /// The token comes from JIDO_TOKEN, or from the login to this server.
    #[arg(long, value_name = "URL", env = "JIDO_SERVER", global = true)]
    pub server: Option<String>,

    /// Send the token over plain http to another machine too: whoever is in between can read it.
    #[arg(long, env = "JIDO_ALLOW_PLAIN_HTTP", global = true)]
    pub allow_plain_http: bool,

    /// Print the API's own JSON, for scripts.
    #[arg(long, global = true)]
    pub json: bool,
}

impl ServerOptions {
    /// A client of the server that is meant, with the caller's token.
    pub fn connect(&self) -> Result<Api, crate::error::Error> {
        let stored = Credentials::load()?;
        let server = match &self.server {
            Some(text) => address(text)?,
            None => stored.default_server().ok_or(Failure::NoServer)?.to_owned(),
        };
        let login = stored.login(&server);
        let given = std::env::var("JIDO_TOKEN").ok().filter(|token| !token.trim().is_empty());
        let token = match (given, login) {
            (Some(given), _) => token(&given)?,
            (None, Some(login)) => login.token.clone(),
            (None, None) => return Err(Failure::NoToken(server).into()),
        };
        if !self.allow_plain_http && !login.is_some_and(|login| login.plain_http) {
            require_privacy(&server)?;
        }
        Ok(Api::new(&server, Some(token)))
    }
}

/// A token as it was given: one word.
pub fn token(text: &str) -> Result<String, Failure> {
    let token = text.trim();
    if token.is_empty() {
        return Err(Failure::Usage("no token was given".to_owned()));
    }
    if !token.chars().all(|character| character.is_ascii_graphic()) {
        return Err(Failure::Usage("what was given as a token is none: it is no single word".to_owned()));
    }
    Ok(token.to_owned())
}

/// An address as it is stored and compared: scheme, host and port alone.
pub fn address(text: &str) -> Result<String, Failure> {
    let bad = || Failure::BadAddress(super::text::clean(text));
    let url = Url::parse(text).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(bad());
    }
    if url.host().is_none() || !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(bad());
    }
    Ok(url.origin().ascii_serialization())
}

/// Refuses to send a secret where others can read it.
pub fn require_privacy(server: &str) -> Result<(), Failure> {
    let url = Url::parse(server).map_err(|_| Failure::BadAddress(server.to_owned()))?;
    if url.scheme() == "https" || is_this_machine(&url) {
        return Ok(());
    }
    Err(Failure::PlainHttp(server.to_owned()))
}

/// Whether what is sent there stays on this machine.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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
