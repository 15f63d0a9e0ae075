//! What a git process printed.

use crate::error::{Error, Result};
use crate::oid::Oid;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Errors keep this much of the end of standard error.
const MAX_STDERR_BYTES: usize = 8 * 1024;

/// A finished call, successful or not.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) operation: &'static str,
    /// `None` after a signal.
    pub(crate) exit_code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    /// Bounded and masked.
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn succeeded(&self) -> bool {
        self.exit_code == Some(0)
    }

    pub(crate) fn into_error(self) -> Error {
        Error::CommandFailed { operation: self.operation, exit_code: self.exit_code, stderr: self.stderr }
    }

    /// The one object id that was printed.
    pub(crate) fn oid(&self) -> Result<Oid> {
        let text = String::from_utf8_lossy(&self.stdout);
        Oid::parse(text.trim_end()).map_err(|error| Error::output(self.operation, error.to_string()))
    }
}

/// Reads to the end, or fails with [`io::ErrorKind::FileTooLarge`] after `limit_bytes`.
pub(crate) async fn read_bounded<R: AsyncRead + Unpin>(source: R, limit_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = source.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).await?;
    if read as u64 > limit_bytes { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Reads to the end and keeps the last bytes only: git's reason stands in its last lines.
pub(crate) async fn read_tail<R: AsyncRead + Unpin>(mut source: R) -> io::Result<Vec<u8>> {
    let mut tail = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let read = source.read(&mut chunk).await?;
        if read == 0 {
            return Ok(tail);
        }
        tail.extend_from_slice(&chunk[..read]);
        let surplus = tail.len().saturating_sub(MAX_STDERR_BYTES);
        tail.drain(..surplus);
    }
}

/// Makes text from standard error, without the given secrets and without passwords in addresses.
pub(crate) fn mask(stderr: &[u8], secrets: &[String]) -> String {
    let mut text = String::from_utf8_lossy(stderr).trim_end().to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "***");
    }
    mask_userinfo(&text)
}

/// Replaces `user:password` before the `@` of an address.
fn mask_userinfo(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        masked.push_str(before);
        let end = after.find(['/', ' ', '\'', '"', '\n']).unwrap_or(after.len());
        rest = match after[..end].rsplit_once('@') {
            Some((userinfo, _)) if userinfo.contains(':') => {
                masked.push_str("***");
                &after[userinfo.len()..]
            }
            Some(_) | None => after,
        };
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn secrets_and_passwords_in_addresses_are_masked() {
        let stderr = b"fatal: https://bob:hunter2@host/x and s3cret at ssh://git@host/y\n";
        assert_eq!(
            mask(stderr, &["s3cret".to_owned(), String::new()]),
            "fatal: https://***@host/x and *** at ssh://git@host/y"
        );
    }

    #[tokio::test]
    async fn the_end_of_a_long_standard_error_is_kept() {
        let long = [vec![b'x'; 100_000], b"fatal: reason".to_vec()].concat();
        let tail = super::read_tail(long.as_slice()).await.expect("a slice can be read");
        assert_eq!(tail.len(), super::MAX_STDERR_BYTES);
        assert!(tail.ends_with(b"fatal: reason"));
    }

    #[tokio::test]
    async fn output_beyond_its_bound_is_refused() {
        assert_eq!(super::read_bounded(b"1234".as_slice(), 4).await.expect("it fits"), b"1234");
        let refused = super::read_bounded(b"12345".as_slice(), 4).await.expect_err("one byte too many");
        assert_eq!(refused.kind(), std::io::ErrorKind::FileTooLarge);
    }
}
