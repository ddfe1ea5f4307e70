//! What a client does all day: sign in, ask with a token, read a refusal. Never hides a status from the test.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use crate::auth_caller::{AuthCaller, Tokens};
use crate::stack::Stack;

impl Stack {
    /// Signs in one of the stack's users at the auth service.
    pub async fn login(&self, name: &str) -> Tokens {
        AuthCaller::new(self.auth_url()).login(name).await.granted()
    }

    /// A request to the gateway.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http().request(method, format!("{}{path}", self.gateway_url()))
    }

    /// `GET` through the gateway, with a token where given.
    pub async fn get(&self, path: &str, token: Option<&str>) -> Response {
        let request = self.ask(Method::GET, path);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.expect("an answer of the gateway")
    }

    /// `POST` of JSON through the gateway.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Response {
        self.ask(Method::POST, path).bearer_auth(token).json(body).send().await.expect("an answer of the gateway")
    }
}

/// Reads a problem document that came through the gateway, checks its form and its request id, and gives its `code`.
pub async fn problem_code(answer: Response) -> String {
    let id = header(&answer, "x-request-id").expect("a request id in the header").to_owned();
    let problem = problem(answer).await;
    assert_eq!(problem["request_id"], id, "{problem}");
    problem["code"].as_str().expect("a code").to_owned()
}

/// Reads a problem document and checks its form (RFC 9457, with a stable `code`).
pub async fn problem(answer: Response) -> Value {
    let status = answer.status().as_u16();
    let content_type = answer.headers().get("content-type").cloned().expect("a content type");
    assert_eq!(content_type, "application/problem+json");
    let body: Value = answer.json().await.expect("a problem document");
    assert_eq!(body["status"], status, "{body}");
    assert!(body["title"].is_string() && body["type"].is_string() && body["code"].is_string(), "{body}");
    body
}

/// The value of a response header, as text.
pub fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().expect("a header of plain text"))
}
