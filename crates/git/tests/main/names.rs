//! What is accepted as an address, a reference and an object id.

use crate::fixture::Fixture;
use git::{Error, Oid, RemoteUrl, RemoteUrlError};
use test_case::test_case;

#[test_case("/srv/repo.git")]
#[test_case("/srv/with space/repo")]
#[test_case("file:///srv/repo.git")]
#[test_case("ssh://git@host.example:2222/team/repo.git")]
#[test_case("ssh://host.example/repo")]
#[test_case("git@host.example:team/repo.git")]
#[test_case("https://host.example/team/repo.git")]
#[test_case("https://robot@host.example:8443/repo")]
#[test_case("http://127.0.0.1:8080/repo")]
#[test_case("http://localhost/repo")]
#[test_case("http://[::1]:80/repo")]
fn address_is_accepted(text: &str) {
    assert_eq!(RemoteUrl::parse(text).unwrap().to_string(), text);
}

#[test_case("", RemoteUrlError::Empty)]
#[test_case("-u", RemoteUrlError::LeadingDash)]
#[test_case("--upload-pack=touch x", RemoteUrlError::LeadingDash)]
#[test_case("/srv/a\nb", RemoteUrlError::ForbiddenCharacter; "newline")]
#[test_case("/srv/a\0b", RemoteUrlError::ForbiddenCharacter; "nul")]
#[test_case("https://host/a b", RemoteUrlError::ForbiddenCharacter)]
#[test_case("ext::sh -c touch% x", RemoteUrlError::UnknownProtocol)]
#[test_case("fd::17", RemoteUrlError::UnknownProtocol)]
#[test_case("ext::ssh://git@host/repo", RemoteUrlError::UnknownProtocol)]
#[test_case("git://host/repo", RemoteUrlError::UnknownProtocol)]
#[test_case("ftp://host/repo", RemoteUrlError::UnknownProtocol)]
#[test_case("relative/path", RemoteUrlError::UnknownProtocol)]
#[test_case("host:path", RemoteUrlError::UnknownProtocol)]
#[test_case("HTTPS://host/repo", RemoteUrlError::UnknownProtocol)]
#[test_case("file://host/repo", RemoteUrlError::InvalidHost)]
#[test_case("https://bob:pw@host/repo", RemoteUrlError::EmbeddedPassword)]
#[test_case("ssh://bob:pw@host/repo", RemoteUrlError::EmbeddedPassword)]
#[test_case("https://bob:@host/repo", RemoteUrlError::EmbeddedPassword)]
#[test_case("ssh://-oProxyCommand=x/repo", RemoteUrlError::InvalidHost)]
#[test_case("ssh://git@-oProxyCommand=x/repo", RemoteUrlError::InvalidHost)]
#[test_case("git@-oProxyCommand=x:repo", RemoteUrlError::InvalidHost)]
#[test_case("ssh://-l@host/repo", RemoteUrlError::InvalidUser)]
#[test_case("git@host:-x", RemoteUrlError::InvalidPath)]
#[test_case("git@host::x", RemoteUrlError::InvalidPath)]
#[test_case("ssh://host/-x", RemoteUrlError::InvalidPath)]
#[test_case("https://host", RemoteUrlError::InvalidPath)]
#[test_case("https:///repo", RemoteUrlError::InvalidHost)]
#[test_case("https://host:99999/repo", RemoteUrlError::InvalidHost)]
#[test_case("https://ho$(x)st/repo", RemoteUrlError::InvalidHost)]
#[test_case("https://[::1/repo", RemoteUrlError::InvalidHost)]
#[test_case("http://host.example/repo", RemoteUrlError::PlainHttp)]
#[test_case("http://localhost.evil.example/repo", RemoteUrlError::PlainHttp)]
#[test_case("http://127.0.0.1@evil.example/repo", RemoteUrlError::PlainHttp)]
#[test_case("http://127.0.0.1.evil.example/repo", RemoteUrlError::PlainHttp)]
#[test_case("http://evil.example\\@127.0.0.1/repo", RemoteUrlError::InvalidUser)]
fn address_is_refused(text: &str, expected: RemoteUrlError) {
    assert_eq!(RemoteUrl::parse(text), Err(expected));
}

#[tokio::test]
async fn hostile_reference_names_are_refused_wherever_one_is_taken() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    let names = [
        "",
        "-",
        "--upload-pack=x",
        "a..b",
        "a b",
        "a~1",
        "a^",
        "a:b",
        "a?b",
        "a*",
        "a[b",
        "a\\b",
        "a@{1}",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "/a",
        "a/",
        "a//b",
        "a.",
        "a\nb",
        "a\0b",
        "a\x7fb",
    ];
    for name in names {
        let invalid = |error: Error| matches!(error, Error::InvalidRef { name: told } if told.contains(name));
        let own = format!("refs/jido/{name}");
        let branch = format!("refs/heads/{name}");
        let remote = fixture.remote();
        assert!(invalid(fixture.mirror.resolve(name).await.unwrap_err()), "resolve {name:?}");
        assert!(invalid(fixture.mirror.update_ref(&own, &fixture.base).await.unwrap_err()), "own {name:?}");
        let pushed = fixture.mirror.push(&remote, &fixture.base, &branch).await;
        assert!(invalid(pushed.unwrap_err()), "push {name:?}");
        // Behind `refs/heads/` a dash is harmless to a reader; only what is made must not begin with one.
        if !name.starts_with('-') {
            let asked = fixture.mirror.remote_ref(&remote, &branch).await;
            assert!(invalid(asked.unwrap_err()), "remote {name:?}");
        }
    }
    for name in ["@", "--upload-pack=x"] {
        let refused = fixture.mirror.remote_ref(&fixture.remote(), name).await.unwrap_err();
        assert!(matches!(refused, Error::InvalidRef { .. }), "remote {name:?}");
        let refused = fixture.mirror.resolve(name).await.unwrap_err();
        assert!(matches!(refused, Error::InvalidRef { .. }), "resolve {name:?}");
    }
}

#[tokio::test]
async fn only_the_own_namespace_can_be_written() {
    let fixture = Fixture::with(&[("a", "a\n")]).await;
    for reference in
        ["refs/upstream/main", "refs/heads/x", "refs/jido/", "refs/jido", "HEAD", "refs/jidocode/x"]
    {
        let refused = fixture.mirror.update_ref(reference, &fixture.base).await.unwrap_err();
        assert!(matches!(refused, Error::InvalidRef { .. }), "{reference}");
    }
    fixture.mirror.update_ref("refs/jido/runs/x", &fixture.base).await.unwrap();
    let refused = fixture.mirror.push(&fixture.remote(), &fixture.base, "refs/tags/x").await.unwrap_err();
    assert!(matches!(refused, Error::InvalidRef { .. }));
}

#[test]
fn only_full_lowercase_object_ids_are_read() {
    let sha1 = "0123456789abcdef0123456789abcdef01234567";
    let sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for text in [sha1, sha256] {
        let oid = Oid::parse(text).unwrap();
        assert_eq!(oid.to_string(), text);
        let json = serde_json::to_string(&oid).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Oid>(&json).unwrap(), oid);
    }
    for text in
        ["", "01234567", &sha1.to_uppercase(), &sha1[1..], &format!("{sha1} "), &sha1.replace('0', "g")]
    {
        assert!(Oid::parse(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Oid>(&format!("\"{text}\"")).is_err(), "{text}");
    }
}
