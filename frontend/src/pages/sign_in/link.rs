//! One-time links: what they are for, and their secrets.

use leptos::prelude::*;

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Signs an existing user in.
    SignIn(String),
    /// Makes a new user.
    Invitation(String),
}

impl Link {
    /// What a text such as `http://host/sign-in#token=abc` holds; a text without a mark is taken for a token.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.split_once("#token=") {
            Some((before, token)) => Self::of_parts(before, token),
            None if text.is_empty() || text.contains('#') => None,
            None => Some(Self::SignIn(text.to_owned())),
        }
    }

    fn of_parts(before: &str, token: &str) -> Option<Self> {
        let token = token.trim();
        if token.is_empty() {
            return None;
        }
        let token = token.to_owned();
        Some(if before.contains("invitation=1") { Self::Invitation(token) } else { Self::SignIn(token) })
    }
}

/// The link that this page's address is.
pub fn of_address() -> Option<Link> {
    let location = window().location();
    let (query, hash) = (location.search().ok()?, location.hash().ok()?);
    Link::of_parts(&query, hash.strip_prefix("#token=")?)
}

/// Takes the secret out of the address: it must not stay in the history.
pub fn forget() {
    if let Ok(history) = window().history() {
        // The address keeps a spent token at worst.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some("/sign-in"));
    }
}

#[cfg(test)]
mod tests {
    use super::Link;
    use test_case::test_case;

    fn sign_in(token: &str) -> Option<Link> {
        Some(Link::SignIn(token.to_owned()))
    }

    #[test_case("http://127.0.0.1:8700/sign-in#token=abc \n", sign_in("abc"))]
    #[test_case("#token=abc", sign_in("abc"))]
    #[test_case(" abc ", sign_in("abc"); "a bare token")]
    #[test_case("http://h/sign-in?invitation=1#token=abc", Some(Link::Invitation("abc".to_owned())))]
    #[test_case("#token=", None)]
    #[test_case("http://h/sign-in#", None)]
    #[test_case("", None)]
    fn a_link_is_read_from_a_text(text: &str, expected: Option<Link>) {
        assert_eq!(Link::of_text(text), expected);
    }
}
