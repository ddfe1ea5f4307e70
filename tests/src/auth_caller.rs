//! Asks an auth node as an API client does, and tells what became of it. Never takes an answer that did not come for a
//! refusal: what was asked may have happened.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::clients::Client;
use crate::users;

/// Longer than the auth service takes for any answer.
const ANSWER_DEADLINE: Duration = Duration::from_secs(20);

/// What a login or a refresh gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The JWT.
    pub access: String,
    /// The opaque refresh token.
    pub refresh: String,
}

/// What became of a login or a refresh.
#[derive(Debug)]
pub enum Reply {
    /// New tokens.
    Granted(Tokens),
    /// A status other than 200, and what `Retry-After` says, in seconds.
    Refused(u16, Option<u64>),
    /// No whole answer came.
    Lost,
}

impl Reply {
    /// The tokens, where nothing else may come.
    #[track_caller]
    pub fn granted(self) -> Tokens {
        match self {
            Reply::Granted(tokens) => tokens,
            other => panic!("no tokens but {other:?}"),
        }
    }
}

/// A client of one node. Clones share their connections.
#[derive(Clone)]
pub struct AuthCaller {
    http: reqwest::Client,
    url: String,
}

impl AuthCaller {
    /// A client with connections of its own.
    pub fn new(url: &str) -> AuthCaller {
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_DEADLINE).build().expect("an HTTP client");
        AuthCaller { http, url: url.to_owned() }
    }

    /// `POST /login` as one of [`users::USERS`].
    pub async fn login(&self, name: &str) -> Reply {
        let body = json!({ "username": name, "password": users::named(name).password });
        reply(self.post("/login").json(&body)).await
    }

    /// `POST /refresh`.
    pub async fn refresh(&self, token: &str) -> Reply {
        reply(self.post("/refresh").json(&json!({ "refresh_token": token }))).await
    }

    /// `POST /logout`; whether it was acknowledged.
    pub async fn logout(&self, token: &str) -> bool {
        let answer = self.post("/logout").json(&json!({ "refresh_token": token })).send().await;
        answer.is_ok_and(|answer| answer.status() == 204)
    }

    /// What `POST /oauth/introspect` says of an access token.
    pub async fn is_active(&self, client: &Client, token: &str) -> bool {
        let form = self.post("/oauth/introspect").header("content-type", "application/x-www-form-urlencoded");
        // A JWT needs no escapes in a form.
        let asked = form.basic_auth(&client.id, Some(client.secret())).body(format!("token={token}"));
        let answer = asked.send().await.expect("an answer of the introspection");
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.expect("JSON of the introspection");
        answer["active"].as_bool().expect("a verdict")
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }
}

async fn reply(request: RequestBuilder) -> Reply {
    let Ok(answer) = request.send().await else { return Reply::Lost };
    let status = answer.status().as_u16();
    let pause = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let Ok(body) = answer.bytes().await else { return Reply::Lost };
    if status != 200 {
        return Reply::Refused(status, pause);
    }
    let body: Value = serde_json::from_slice(&body).expect("JSON with the tokens");
    let member = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name} in the answer")).to_owned();
    Reply::Granted(Tokens { access: member("access_token"), refresh: member("refresh_token") })
}
