//! A service behind the extractor, on a real socket: who gets in, and what the others are told.
//!
//! Never calls a handler directly: every assertion is on an HTTP answer.

use axum::extract::FromRef;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use witgate_keyring::Keyring;
use witgate_keyring::resource_server::{Authenticated, Problem, require_role, require_scope, stamp_request_id};

use crate::issuer::{Server, Signer, keyring, now, quick};

#[derive(Clone)]
struct App {
    keyring: Keyring,
}

impl FromRef<App> for Keyring {
    fn from_ref(app: &App) -> Self {
        app.keyring.clone()
    }
}

async fn whoami(Authenticated { claims, token }: Authenticated) -> Json<Value> {
    Json(json!({"sub": claims.subject(), "token_bytes": token.as_str().len()}))
}

async fn read(Authenticated { claims, .. }: Authenticated) -> Result<(), Problem> {
    require_scope(&claims, "orders:read")
}

async fn manage(Authenticated { claims, .. }: Authenticated) -> Result<(), Problem> {
    require_role(&claims, "staff")
}

/// A running service, and the key of the issuer that it trusts.
struct Running {
    signer: Signer,
    base: String,
    client: reqwest::Client,
    issuer: Server,
}

async fn running() -> Running {
    let signer = Signer::new("k1");
    let issuer = Server::publishing(signer.jwks()).await;
    let app = App { keyring: keyring(&issuer, &quick()) };
    let routes = Router::new().route("/whoami", get(whoami)).route("/read", get(read)).route("/manage", get(manage));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        axum::serve(listener, routes.with_state(app).layer(axum::middleware::from_fn(stamp_request_id))).await
    });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    Running { signer, base, client, issuer }
}

/// What the caller sees.
struct Seen {
    status: StatusCode,
    challenge: Option<String>,
    retry_after: Option<String>,
    kind: String,
    body: Value,
}

impl Running {
    async fn get(&self, path: &str, credentials: &[String]) -> Seen {
        let mut request = self.client.get(format!("{}{path}", self.base)).header("x-request-id", "r-1");
        for credential in credentials {
            request = request.header("authorization", credential);
        }
        let answer = request.send().await.expect("an answer");
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        let (challenge, retry_after) = (header("www-authenticate"), header("retry-after"));
        let (status, kind) = (answer.status(), header("content-type").unwrap_or_default());
        let body = answer.bytes().await.expect("a body");
        Seen { status, challenge, retry_after, kind, body: serde_json::from_slice(&body).unwrap_or_default() }
    }

    async fn get_as(&self, path: &str, token: &str) -> Seen {
        self.get(path, &[format!("Bearer {token}")]).await
    }
}

fn assert_problem(seen: &Seen, status: u16, code: &str) {
    assert_eq!((seen.status.as_u16(), seen.body["code"].as_str()), (status, Some(code)), "{}", seen.body);
    assert_eq!(seen.kind, "application/problem+json");
    assert_eq!((&seen.body["status"], &seen.body["request_id"]), (&json!(status), &json!("r-1")));
    assert!(seen.body["title"].is_string() && seen.body["detail"].is_string() && seen.body["type"] == "about:blank");
}

#[tokio::test]
async fn a_good_token_gets_in() {
    let service = running().await;
    let token = service.signer.token();
    let seen = service.get_as("/whoami", &token).await;
    assert_eq!((seen.status, seen.body), (StatusCode::OK, json!({"sub": "u1", "token_bytes": token.len()})));
}

#[tokio::test]
async fn no_credential_gets_a_bare_challenge() {
    let service = running().await;
    let seen = service.get("/whoami", &[]).await;
    assert_problem(&seen, 401, "token_missing");
    assert_eq!(seen.challenge.as_deref(), Some("Bearer"));
}

#[tokio::test]
async fn bad_credentials_are_told_apart_by_code() {
    let service = running().await;
    let good = service.signer.token();
    let expired = service.signer.token_with(&json!({"iat": now() - 900, "exp": now() - 60}));
    let elsewhere = service.signer.token_with(&json!({"aud": "other"}));
    let bearer = |token: &str| vec![format!("Bearer {token}")];
    for (credentials, code) in [
        (bearer(&expired), "token_expired"),
        (bearer(&elsewhere), "token_audience"),
        (bearer(&Signer::new("k1").token()), "token_signature"),
        (bearer(&Signer::new("k2").token()), "token_unknown_key"),
        (bearer("eyJhbGciOiJub25lIn0.e30.AA"), "token_algorithm_none"),
        (bearer("garbage"), "token_malformed"),
        (vec!["Basic YTpi".to_owned()], "token_credential_syntax"),
        (vec![format!("Bearer {good}"), format!("Bearer {good}")], "token_several_credentials"),
    ] {
        let seen = service.get("/whoami", &credentials).await;
        assert_problem(&seen, 401, code);
        let challenge = seen.challenge.expect("a challenge");
        assert!(challenge.starts_with(r#"Bearer error="invalid_token""#), "{challenge}");
    }
}

#[tokio::test]
async fn unobtainable_keys_are_503() {
    let service = running().await;
    service.issuer.now_answers(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    let seen = service.get_as("/whoami", &service.signer.token()).await;
    assert_problem(&seen, 503, "keys_unavailable");
    assert_eq!((seen.retry_after.as_deref(), seen.challenge), (Some("5"), None));
}

#[tokio::test]
async fn scopes_and_roles_are_required() {
    let service = running().await;
    let token = |more: Value| service.signer.token_with(&more);
    let without = service.get_as("/read", &token(json!({"scope": "orders:write"}))).await;
    assert_problem(&without, 403, "insufficient_scope");
    let challenge = r#"Bearer error="insufficient_scope", scope="orders:read""#;
    assert_eq!(without.challenge.as_deref(), Some(challenge));
    assert_eq!(service.get_as("/read", &token(json!({"scope": "a orders:read"}))).await.status, StatusCode::OK);
    let customer = service.get_as("/manage", &token(json!({"roles": ["customer"]}))).await;
    assert_problem(&customer, 403, "insufficient_role");
    assert_problem(&service.get_as("/manage", &token(json!({"roles": "staff"}))).await, 403, "insufficient_role");
    assert_eq!(service.get_as("/manage", &token(json!({"roles": ["staff"]}))).await.status, StatusCode::OK);
}
