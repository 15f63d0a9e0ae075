//! Addresses of remote repositories.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An address that git may fetch from and push to.
///
/// Accepted are `file:///path`, an absolute path, `ssh://`, `user@host:path`, `https://`, and `http://` to a
/// loopback host. Passwords never stand in an address: they belong in a [`crate::Credential`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RemoteUrl {
    text: String,
    protocol: Protocol,
}

/// How a remote is reached; decides which protocols and credentials a call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    File,
    Ssh,
    Https,
    LoopbackHttp,
}

/// Why a text is not accepted as the address of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemoteUrlError {
    #[error("the repository address is empty")]
    Empty,
    #[error("the repository address begins with a dash")]
    LeadingDash,
    #[error("the repository address contains a control character or a blank")]
    ForbiddenCharacter,
    #[error(
        "the repository address is neither file://, an absolute path, ssh://, user@host:path nor https://"
    )]
    UnknownProtocol,
    #[error("the repository address contains a password")]
    EmbeddedPassword,
    #[error("the repository address has no acceptable user name")]
    InvalidUser,
    #[error("the repository address has no acceptable host")]
    InvalidHost,
    #[error("the repository address has no acceptable path")]
    InvalidPath,
    #[error("http:// is accepted for loopback hosts only")]
    PlainHttp,
}

impl RemoteUrl {
    /// Reads an address; nothing is contacted.
    pub fn parse(text: &str) -> Result<Self, RemoteUrlError> {
        let protocol = classify(text)?;
        Ok(Self { text: text.to_owned(), protocol })
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn classify(text: &str) -> Result<Protocol, RemoteUrlError> {
    if text.is_empty() {
        return Err(RemoteUrlError::Empty);
    }
    if text.starts_with('-') {
        return Err(RemoteUrlError::LeadingDash);
    }
    if text.chars().any(char::is_control) {
        return Err(RemoteUrlError::ForbiddenCharacter);
    }
    if text.starts_with('/') {
        return Ok(Protocol::File);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return scp_like(text);
    };
    match scheme {
        "file" if rest.starts_with('/') => Ok(Protocol::File),
        "file" => Err(RemoteUrlError::InvalidHost),
        "ssh" => network(rest).map(|_| Protocol::Ssh),
        "https" => network(rest).map(|_| Protocol::Https),
        "http" if is_loopback(network(rest)?) => Ok(Protocol::LoopbackHttp),
        "http" => Err(RemoteUrlError::PlainHttp),
        _ => Err(RemoteUrlError::UnknownProtocol),
    }
}

/// Checks `[user@]host[:port]/path` and returns the host.
fn network(rest: &str) -> Result<&str, RemoteUrlError> {
    if rest.chars().any(char::is_whitespace) {
        return Err(RemoteUrlError::ForbiddenCharacter);
    }
    let (authority, path) = rest.split_once('/').ok_or(RemoteUrlError::InvalidPath)?;
    if path.is_empty() || path.starts_with('-') {
        return Err(RemoteUrlError::InvalidPath);
    }
    let endpoint = match authority.rsplit_once('@') {
        Some((user, endpoint)) => {
            check_user(user)?;
            endpoint
        }
        None => authority,
    };
    let (host, port) = split_port(endpoint)?;
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(RemoteUrlError::InvalidHost);
    }
    check_host(host)?;
    Ok(host)
}

/// Separates the port, minding the colons within a bracketed IPv6 address.
fn split_port(endpoint: &str) -> Result<(&str, Option<&str>), RemoteUrlError> {
    if !endpoint.starts_with('[') {
        return Ok(endpoint.split_once(':').map_or((endpoint, None), |(host, port)| (host, Some(port))));
    }
    let end = endpoint.find(']').ok_or(RemoteUrlError::InvalidHost)?;
    let (host, rest) = endpoint.split_at(end + 1);
    match rest.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if rest.is_empty() => Ok((host, None)),
        None => Err(RemoteUrlError::InvalidHost),
    }
}

/// `user@host:path`; the user is required because the per-user ssh configuration is not consulted.
fn scp_like(text: &str) -> Result<Protocol, RemoteUrlError> {
    let (authority, path) = text.split_once(':').ok_or(RemoteUrlError::UnknownProtocol)?;
    let (user, host) = authority.split_once('@').ok_or(RemoteUrlError::UnknownProtocol)?;
    if text.chars().any(char::is_whitespace) {
        return Err(RemoteUrlError::ForbiddenCharacter);
    }
    check_user(user)?;
    check_host(host)?;
    if path.is_empty() || path.starts_with(['-', ':']) {
        return Err(RemoteUrlError::InvalidPath);
    }
    Ok(Protocol::Ssh)
}

fn check_user(user: &str) -> Result<(), RemoteUrlError> {
    if user.contains(':') {
        return Err(RemoteUrlError::EmbeddedPassword);
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    if user.is_empty() || user.starts_with('-') || !user.bytes().all(fits) {
        return Err(RemoteUrlError::InvalidUser);
    }
    Ok(())
}

fn check_host(host: &str) -> Result<(), RemoteUrlError> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let fits = match bracketed(host) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.starts_with('-') && host.bytes().all(is_name),
    };
    if fits { Ok(()) } else { Err(RemoteUrlError::InvalidHost) }
}

fn bracketed(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

fn is_loopback(host: &str) -> bool {
    match bracketed(host) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()),
        None => host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
    }
}
