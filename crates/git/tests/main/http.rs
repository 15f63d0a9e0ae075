//! Credentials for https, tried against a loopback server that only answers 401 and 404.

use crate::fixture::Fixture;
use git::{Credential, Error, Remote, RemoteUrl};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const TOKEN: &str = "s3cret-token";
/// `robot:s3cret-token`
const BASIC: &str = "Basic cm9ib3Q6czNjcmV0LXRva2Vu";

/// Answers 401 without an authorization and `status` with one; collects the authorizations of all requests, the
/// empty text for a request without.
async fn serve(status: &str, location: &str) -> (String, Arc<Mutex<Vec<String>>>) {
    let (status, location) = (status.to_owned(), location.to_owned());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/repo.git", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let collected = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
            let text = String::from_utf8(request).unwrap();
            let authorization = text.lines().find_map(|line| line.strip_prefix("Authorization: "));
            let status = if authorization.is_some() { status.as_str() } else { "401 Unauthorized" };
            collected.lock().unwrap().push(authorization.unwrap_or_default().to_owned());
            let answer = format!(
                "HTTP/1.1 {status}\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\
                 Location: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, seen)
}

async fn fetch(fixture: &Fixture, url: &str, token: &str) -> Error {
    let token_file = fixture.folder.path().join("the token");
    std::fs::write(&token_file, token).unwrap();
    let credential = Credential::Token { username: "robot".to_owned(), token_file };
    fetch_with(fixture, url, credential).await
}

async fn fetch_with(fixture: &Fixture, url: &str, credential: Credential) -> Error {
    let remote = Remote { url: RemoteUrl::parse(url).unwrap(), credential };
    fixture.mirror.fetch(&remote).await.unwrap_err()
}

#[tokio::test]
async fn the_token_reaches_the_server_and_no_error() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let (url, seen) = serve("404 Not Found", "").await;
    let error = fetch(&fixture, &url, &format!("{TOKEN}\n")).await;
    assert!(matches!(error, Error::RepositoryUnreadable { .. }), "{error}");
    assert_eq!(*seen.lock().unwrap(), ["", BASIC]);
    assert!(!error.to_string().contains(TOKEN), "{error}");
}

#[tokio::test]
async fn a_refused_or_missing_token_is_an_authentication_failure() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let (url, _) = serve("401 Unauthorized", "").await;
    let error = fetch(&fixture, &url, TOKEN).await;
    assert!(matches!(error, Error::AuthenticationFailed { .. }), "{error}");
    let error = fetch_with(&fixture, &url, Credential::None).await;
    assert!(matches!(error, Error::AuthenticationFailed { .. }), "{error}");
}

#[tokio::test]
async fn a_token_file_that_is_empty_or_absent_is_named() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let (url, seen) = serve("404 Not Found", "").await;
    assert!(matches!(fetch(&fixture, &url, "\n").await, Error::CredentialUnusable { .. }));
    let absent = fixture.folder.path().join("absent");
    let credential = Credential::Token { username: "robot".to_owned(), token_file: absent.clone() };
    let error = fetch_with(&fixture, &url, credential).await;
    assert!(matches!(error, Error::CredentialUnusable { path, .. } if path == absent));
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let (elsewhere, seen) = serve("404 Not Found", "").await;
    let location = format!("{elsewhere}/info/refs?service=git-upload-pack");
    let (url, _) = serve("302 Found", &location).await;
    let error = fetch(&fixture, &url, TOKEN).await;
    assert!(matches!(error, Error::RepositoryUnreadable { .. }), "{error}");
    assert!(seen.lock().unwrap().is_empty(), "the other server was asked");
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_by_ssh_is_unreadable() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let key_file = fixture.folder.path().join("no such key");
    let credential = Credential::SshKey { key_file, known_hosts_file: None };
    let error = fetch_with(&fixture, "ssh://git@127.0.0.1:1/repo.git", credential).await;
    assert!(
        matches!(&error, Error::RepositoryUnreadable { detail } if detail.contains("127.0.0.1")),
        "{error}"
    );
}
