//! People with accounts of their own, made as people are: by an invitation.

use super::{Api, Reply, Run, Scene, unique};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A user, who has a token and a browser.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub id: String,
    /// Signs in by an unlimited token of theirs.
    pub api: Api,
    /// Of the session that the invitation opened.
    pub cookie: String,
}

impl Scene {
    /// Invites somebody with these memberships, who accepts under a name of their own.
    pub async fn person(&self, memberships: Value) -> Person {
        let name = unique("user");
        let secret = self.invite(memberships).await;
        let accepted = self.accept(&secret, &name).await;
        let session = accepted.expect(201);
        let cookie = cookie_of(&accepted);
        let mut person = Person {
            name,
            id: session["user_id"].as_str().expect("a user has an id").to_owned(),
            api: self.api.anonymous(),
            cookie,
        };
        person.api = self.api.with_token(&person.token(&json!({ "name": "mine" })).await);
        person
    }

    /// A person with this role on one project.
    pub async fn member(&self, project: &str, role: &str) -> Person {
        self.person(json!([{ "project_id": project, "role": role }])).await
    }

    /// Makes an invitation; returns the secret of its link.
    pub async fn invite(&self, memberships: Value) -> String {
        let body = json!({ "name": "somebody", "memberships": memberships });
        let made = self.api.post("/invitations", &body).await;
        assert_eq!(made.header("cache-control"), "no-store", "{}", made.describe());
        secret_of(&made.expect(201)["url"])
    }

    pub async fn accept(&self, secret: &str, name: &str) -> Reply {
        let body = json!({ "token": secret, "name": name });
        self.api.anonymous().post("/session/invitation", &body).await
    }

    /// A run of a workflow whose gate has this policy, at that gate, on a project without a repository.
    pub async fn at_gate(&self, project: &str, policy: &str) -> Run {
        let workflow = self.publish(&super::workflows::gated(policy)).await;
        let mut run = self.start(project, &workflow, json!({})).await;
        run.wait_for("approval_requested").await;
        run
    }
}

impl Person {
    /// A new token of theirs, made in their browser.
    pub async fn token(&self, body: &Value) -> String {
        let made = self.api.anonymous().send(self.browsing(Method::POST, "/tokens").json(body)).await;
        made.expect(201)["secret"].as_str().expect("a new token has a secret").to_owned()
    }

    /// A request from a page of ours in their browser.
    pub fn browsing(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.api.anonymous().request(method, path);
        request.header("Cookie", &self.cookie).header("Sec-Fetch-Site", "same-origin")
    }

    /// The run as this person sees it.
    pub fn seeing(&self, run: &Run) -> Run {
        Run::new(self.api.clone(), run.project.clone(), run.id.clone())
    }
}

/// The secret behind a link.
pub fn secret_of(url: &Value) -> String {
    let url = url.as_str().expect("a link is text");
    let (page, secret) = url.split_once("#token=").unwrap_or_else(|| panic!("no secret in {url}"));
    assert!(page.starts_with("http://127.0.0.1:") && page.contains("/sign-in"), "{page}");
    secret.to_owned()
}

/// The cookie that the answer sets, as a browser sends it back.
pub fn cookie_of(reply: &Reply) -> String {
    let set = reply.header("set-cookie");
    let (cookie, attributes) = set.split_once(';').unwrap_or_else(|| panic!("{}", reply.describe()));
    assert!(attributes.contains("HttpOnly"), "{set}");
    cookie.to_owned()
}
