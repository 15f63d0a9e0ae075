//! Remote repositories and what opens them.

use crate::url::RemoteUrl;
use std::path::PathBuf;

/// A repository that a project fetches from and ships to.
#[derive(Debug, Clone)]
pub struct Remote {
    pub url: RemoteUrl,
    pub credential: Credential,
}

/// What git may present to a remote.
///
/// Secrets stay in files: neither an argument nor an environment value holds one, and only the one `git fetch`,
/// `ls-remote` or `push` process learns where the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The remote is readable without one.
    None,
    /// An SSH private key without passphrase. Without `known_hosts_file` a host's key is trusted when it is seen
    /// first and pinned in the mirror from then on.
    SshKey { key_file: PathBuf, known_hosts_file: Option<PathBuf> },
    /// A user name and a file whose first line is a password or access token, for https.
    Token { username: String, token_file: PathBuf },
}
