//! Equipping a call that talks to a remote, and reading its failure.

use crate::error::{Error, Result};
use crate::invocation::Invocation;
use crate::output::Finished;
use crate::remote::{Credential, Remote};
use crate::url::Protocol;
use std::path::Path;

/// The script git asks for user name and password.
///
/// It is fixed text: the values reach it through the two variables that [`equip`] sets.
pub(crate) const ASKPASS_SCRIPT: &str = "#!/bin/sh\n\
case \"$1\" in\n\
Username*) printf '%s\\n' \"$JIDO_GIT_USERNAME\" ;;\n\
*) cat -- \"$JIDO_GIT_TOKEN_FILE\" ;;\n\
esac\n";

/// Private files of the mirror that a call to a remote uses.
pub(crate) struct PrivateFiles<'a> {
    pub(crate) askpass: &'a Path,
    pub(crate) known_hosts: &'a Path,
}

/// Adds protocol permission and credential to a call, as far as the remote's protocol has a use for them.
pub(crate) async fn equip(call: Invocation, remote: &Remote, files: &PrivateFiles<'_>) -> Result<Invocation> {
    match remote.url.protocol() {
        Protocol::File => Ok(call),
        Protocol::Ssh => {
            let command = ssh_command(&remote.credential, files.known_hosts)?;
            Ok(call.env("GIT_SSH_COMMAND", command).env("GIT_SSH_VARIANT", "ssh"))
        }
        Protocol::Https => with_token(call, &remote.credential, files).await,
        Protocol::LoopbackHttp => {
            let call = call.config("protocol.http.allow", "always");
            with_token(call, &remote.credential, files).await
        }
    }
}

async fn with_token(
    mut call: Invocation,
    credential: &Credential,
    files: &PrivateFiles<'_>,
) -> Result<Invocation> {
    let (username, token_file) = match credential {
        Credential::Token { username, token_file } => (username, token_file),
        Credential::None | Credential::SshKey { .. } => return Ok(call),
    };
    let unusable = |detail: String| Error::CredentialUnusable { path: token_file.clone(), detail };
    if !token_file.is_absolute() {
        return Err(unusable("the path is not absolute".to_owned()));
    }
    let text = tokio::fs::read_to_string(token_file).await.map_err(|error| unusable(error.to_string()))?;
    let token = text.lines().next().unwrap_or_default().to_owned();
    if token.is_empty() {
        return Err(unusable("its first line is empty".to_owned()));
    }
    call.secrets.push(token);
    Ok(call
        .env("GIT_ASKPASS", files.askpass)
        .env("JIDO_GIT_USERNAME", username)
        .env("JIDO_GIT_TOKEN_FILE", token_file))
}

/// The value of `GIT_SSH_COMMAND`: no user configuration, no agent, no prompt, no forwarding.
fn ssh_command(credential: &Credential, own_known_hosts: &Path) -> Result<String> {
    let mut options = vec![
        "BatchMode=yes".to_owned(),
        "ClearAllForwardings=yes".to_owned(),
        "IdentitiesOnly=yes".to_owned(),
        "IdentityAgent=none".to_owned(),
        "GlobalKnownHostsFile=/dev/null".to_owned(),
        "ConnectTimeout=30".to_owned(),
    ];
    let (key_file, known_hosts_file) = match credential {
        Credential::SshKey { key_file, known_hosts_file } => (Some(key_file), known_hosts_file.as_deref()),
        Credential::None | Credential::Token { .. } => (None, None),
    };
    let identity = key_file.map_or_else(|| Ok("none".to_owned()), |file| ssh_path(file))?;
    options.push(format!("IdentityFile={identity}"));
    let checking = if known_hosts_file.is_some() { "yes" } else { "accept-new" };
    options.push(format!("StrictHostKeyChecking={checking}"));
    options.push(format!("UserKnownHostsFile={}", ssh_path(known_hosts_file.unwrap_or(own_known_hosts))?));
    let mut command = "ssh -F /dev/null".to_owned();
    for option in options {
        command.push_str(" -o ");
        command.push_str(&shell_quoted(&option));
    }
    Ok(command)
}

/// A path as a value in ssh's own syntax: quoted, percent signs doubled.
fn ssh_path(path: &Path) -> Result<String> {
    let unusable =
        |detail: &str| Error::CredentialUnusable { path: path.to_owned(), detail: detail.to_owned() };
    let text = path.to_str().ok_or_else(|| unusable("the path is not UTF-8"))?;
    if !path.is_absolute() {
        return Err(unusable("the path is not absolute"));
    }
    if text.contains(['"', '\\', '$']) || text.chars().any(char::is_control) {
        return Err(unusable("the path contains a character that ssh would interpret"));
    }
    Ok(format!("\"{}\"", text.replace('%', "%%")))
}

/// Git hands `GIT_SSH_COMMAND` to a shell; single quotes make each option one inert word.
fn shell_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

const AUTHENTICATION_SIGNS: &[&str] = &[
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "terminal prompts disabled",
    "unable to read askpass response",
    "Permission denied (",
    "Host key verification failed",
    "The requested URL returned error: 401",
    "The requested URL returned error: 403",
];

const UNREADABLE_SIGNS: &[&str] = &[
    "does not appear to be a git repository",
    "Could not read from remote repository",
    "unable to access",
    "not found",
    "Could not resolve host",
];

/// Signs that the fault is on this side: the mirror, not the remote.
const LOCAL_SIGNS: &[&str] = &["cannot lock ref", "unable to update local ref", "No space left on device"];

/// The failure of a call that reads from a remote.
pub(crate) fn read_failure(finished: Finished) -> Error {
    if has_any(&finished.stderr, AUTHENTICATION_SIGNS) {
        Error::AuthenticationFailed { detail: finished.stderr }
    } else if has_any(&finished.stderr, LOCAL_SIGNS) {
        finished.into_error()
    } else if finished.stderr.contains("mismatched algorithms") {
        Error::RepositoryUnsupported { detail: "the repository uses SHA-256 object ids".to_owned() }
    } else {
        Error::RepositoryUnreadable { detail: finished.stderr }
    }
}

/// The failure of a push that left the remote reference absent.
pub(crate) fn push_failure(finished: Finished) -> Error {
    if has_any(&finished.stderr, AUTHENTICATION_SIGNS) {
        Error::AuthenticationFailed { detail: finished.stderr }
    } else if has_any(&finished.stderr, UNREADABLE_SIGNS) {
        Error::RepositoryUnreadable { detail: finished.stderr }
    } else {
        let status = String::from_utf8_lossy(&finished.stdout);
        // The line reads `!<tab>from:to<tab>what happened`.
        let refused = status.lines().find(|line| line.starts_with('!')).unwrap_or_default();
        let reason = refused.rsplit('\t').next().unwrap_or_default();
        Error::PushRejected { detail: format!("{reason}\n{}", finished.stderr).trim().to_owned() }
    }
}

fn has_any(text: &str, signs: &[&str]) -> bool {
    signs.iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::ssh_command;
    use crate::Credential;
    use std::path::Path;

    fn command(key_file: &str) -> Result<String, crate::Error> {
        let credential = Credential::SshKey { key_file: key_file.into(), known_hosts_file: None };
        ssh_command(&credential, Path::new("/data/known_hosts"))
    }

    #[test]
    fn a_quote_in_a_key_path_stays_within_its_shell_word() {
        let text = command("/keys/it's; touch x").expect("the path is fine for ssh");
        assert!(text.contains(r#"'IdentityFile="/keys/it'\''s; touch x"'"#), "{text}");
        assert!(text.contains("StrictHostKeyChecking=accept-new"));
    }

    #[test]
    fn a_key_path_that_ssh_would_interpret_is_refused() {
        for path in ["relative", "/a\"b", "/a\\b", "/${HOME}/b", "/a\nb"] {
            assert!(command(path).is_err(), "{path}");
        }
    }
}
