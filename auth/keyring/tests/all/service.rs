//! A service behind the extractor, on a real socket: who gets in, and what the others are told.
//!
//! Never calls a handler directly: every assertion is on an HTTP answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{FromRef, State};
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use witgate_keyring::Keyring;
use witgate_keyring::resource_server::{
    Authenticated, Problem, RequireToken, Typed, require_role, require_scope, stamp_request_id,
};

use crate::issuer::{Server, Signer, keyring, now, quick};

#[derive(Clone)]
struct App {
    keyring: Keyring,
    /// How many requests came to a handler behind the layer.
    handled: Arc<AtomicUsize>,
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

/// Counts; takes no extractor, so that only the layer can keep a caller out.
async fn layered(State(app): State<App>) {
    app.handled.fetch_add(1, Ordering::SeqCst);
}

#[derive(Deserialize)]
struct Tenant {
    tenant: String,
}

async fn tenant(Authenticated { claims: Typed(Tenant { tenant }), .. }: Authenticated<Typed<Tenant>>) -> String {
    format!("\"{tenant}\"")
}

/// Each path behind the layer, with what it needs.
fn behind_the_layer(keyring: &Keyring) -> Router<App> {
    let token = RequireToken::new(keyring.clone());
    let both = token.clone().scopes(["orders:read"]).scopes(["orders:write"]);
    let either = token.clone().any_scope(["orders:read", "orders:read:all"]);
    let either_and = either.clone().scopes(["orders:write"]);
    let part = |path: &str, routes, token: RequireToken| Router::new().route(path, routes).route_layer(token);
    part("/layered/any", get(layered), token.clone())
        .merge(part("/layered/read", get(layered), token.clone().scopes(["orders:read"])))
        .merge(part("/layered/both", get(layered), both))
        .merge(part("/layered/either", get(layered), either))
        .merge(part("/layered/either-and", get(layered), either_and))
        .merge(part("/layered/nobody", get(layered), token.clone().any_scope([""; 0])))
        .merge(part("/layered/audience", get(layered), token.clone().audience("orders").audience("stock")))
        .merge(part("/layered/whoami", get(whoami), token.clone()))
        .merge(part("/layered/tenant", get(tenant), token))
}

/// A running service, and the key of the issuer that it trusts.
struct Running {
    signer: Signer,
    base: String,
    client: reqwest::Client,
    issuer: Server,
    handled: Arc<AtomicUsize>,
}

async fn running() -> Running {
    let signer = Signer::new("k1");
    let issuer = Server::publishing(signer.jwks()).await;
    let app = App { keyring: keyring(&issuer, &quick()), handled: Arc::default() };
    let handled = Arc::clone(&app.handled);
    let routes = Router::new().route("/whoami", get(whoami)).route("/read", get(read)).route("/manage", get(manage));
    let routes = routes.route("/tenant", get(tenant)).merge(behind_the_layer(&app.keyring));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        axum::serve(listener, routes.with_state(app).layer(axum::middleware::from_fn(stamp_request_id))).await
    });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    Running { signer, base, client, issuer, handled }
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
    for path in ["/whoami", "/layered/any"] {
        let seen = service.get(path, &[]).await;
        assert_problem(&seen, 401, "token_missing");
        assert_eq!(seen.challenge.as_deref(), Some("Bearer"));
    }
}

#[tokio::test]
async fn every_bad_credential_gets_the_same_answer() {
    let service = running().await;
    let good = service.signer.token();
    let expired = service.signer.token_with(&json!({"iat": now() - 900, "exp": now() - 60}));
    let elsewhere = service.signer.token_with(&json!({"aud": "other"}));
    let stranger = service.signer.token_with(&json!({"iss": "https://stranger.example.com"}));
    let bearer = |token: &str| vec![format!("Bearer {token}")];
    let first = service.get("/whoami", &bearer("garbage")).await;
    assert_problem(&first, 401, "token_invalid");
    for credentials in [
        bearer(&expired),
        bearer(&elsewhere),
        bearer(&stranger),
        bearer(&Signer::new("k1").token()),
        bearer(&Signer::new("k2").token()),
        bearer("eyJhbGciOiJub25lIn0.e30.AA"),
        vec!["Basic YTpi".to_owned()],
        vec![format!("Bearer {good}"), format!("Bearer {good}")],
    ] {
        for path in ["/whoami", "/layered/read"] {
            let seen = service.get(path, &credentials).await;
            assert_eq!((seen.status, &seen.body), (first.status, &first.body), "{path} {credentials:?}");
            assert_eq!(seen.challenge.as_deref(), Some(r#"Bearer error="invalid_token""#));
        }
    }
    assert_eq!(service.handled.load(Ordering::SeqCst), 0, "no handler behind the layer ran");
}

#[tokio::test]
async fn unobtainable_keys_are_503() {
    let service = running().await;
    service.issuer.now_answers(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    for path in ["/whoami", "/layered/any"] {
        let seen = service.get_as(path, &service.signer.token()).await;
        assert_problem(&seen, 503, "keys_unavailable");
        assert_eq!((seen.retry_after.as_deref(), seen.challenge), (Some("5"), None));
    }
    assert_eq!(service.handled.load(Ordering::SeqCst), 0);
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

#[tokio::test]
async fn the_layer_asks_for_scopes_by_route() {
    let service = running().await;
    let token = |scope: &str| service.signer.token_with(&json!({"scope": scope}));
    for (path, scope, needed) in [
        ("/layered/any", "", None),
        ("/layered/read", "orders:read", None),
        ("/layered/read", "orders:write", Some("orders:read")),
        ("/layered/both", "orders:write orders:read", None),
        ("/layered/both", "orders:read", Some("orders:read orders:write")),
        ("/layered/both", "orders:write", Some("orders:read orders:write")),
        ("/layered/either", "orders:read", None),
        ("/layered/either", "orders:read:all", None),
        ("/layered/either", "orders:write", Some("orders:read")),
        ("/layered/either-and", "orders:write orders:read:all", None),
        ("/layered/either-and", "orders:read:all", Some("orders:read orders:write")),
    ] {
        let before = service.handled.load(Ordering::SeqCst);
        let seen = service.get_as(path, &token(scope)).await;
        let handled = service.handled.load(Ordering::SeqCst) - before;
        let Some(needed) = needed else {
            assert_eq!((seen.status, handled), (StatusCode::OK, 1), "{path} {scope}");
            continue;
        };
        assert_problem(&seen, 403, "insufficient_scope");
        let challenge = format!(r#"Bearer error="insufficient_scope", scope="{needed}""#);
        assert_eq!((seen.challenge, handled), (Some(challenge), 0), "{path} {scope}");
    }
    assert_problem(&service.get_as("/layered/nobody", &token("orders:read")).await, 403, "insufficient_scope");
}

#[tokio::test]
async fn the_layer_asks_for_an_audience_besides_the_profile_s() {
    let service = running().await;
    let token = |audience: Value| service.signer.token_with(&json!({"aud": audience}));
    for (audience, status) in [
        (json!(["api", "orders", "stock"]), 200),
        (json!(["api", "orders"]), 401),
        (json!(["stock", "api"]), 401),
        (json!(["orders", "stock"]), 401),
        (json!("api"), 401),
        (json!(["api", "Orders"]), 401),
        (json!("orders"), 401),
    ] {
        let seen = service.get_as("/layered/audience", &token(audience.clone())).await;
        assert_eq!(seen.status.as_u16(), status, "{audience}");
    }
    let seen = service.get_as("/layered/audience", &token(json!("api"))).await;
    assert_problem(&seen, 401, "token_invalid");
}

#[tokio::test]
async fn a_handler_gets_the_caller_from_the_layer() {
    let service = running().await;
    let token = service.signer.token();
    let seen = service.get_as("/layered/whoami", &token).await;
    assert_eq!((seen.status, seen.body), (StatusCode::OK, json!({"sub": "u1", "token_bytes": token.len()})));
}

#[tokio::test]
async fn typed_claims_are_there_or_the_answer_is_403() {
    let service = running().await;
    for path in ["/tenant", "/layered/tenant"] {
        let good = service.signer.token_with(&json!({"tenant": "acme"}));
        let seen = service.get_as(path, &good).await;
        assert_eq!((seen.status, seen.body), (StatusCode::OK, json!("acme")), "{path}");
        for bad in [json!({}), json!({"tenant": 7})] {
            let seen = service.get_as(path, &service.signer.token_with(&bad)).await;
            assert_problem(&seen, 403, "insufficient_claims");
        }
    }
}

/// A layer of another keyring stands before handlers of ours: its word does not count here.
#[tokio::test]
async fn what_another_keyring_admitted_is_verified_again() {
    let service = running().await;
    let (stranger, foreign) = (Signer::new("k1"), Server::publishing("{}".to_owned()).await);
    foreign.now_publishes(stranger.jwks());
    let theirs = RequireToken::new(keyring(&foreign, &quick()));
    let ours = App { keyring: keyring(&service.issuer, &quick()), handled: Arc::default() };
    let routes = Router::new().route("/whoami", get(whoami)).with_state(ours).layer(theirs);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let seen = Running { base, ..service }.get_as("/whoami", &stranger.token()).await;
    assert_problem(&seen, 401, "token_invalid");
}
