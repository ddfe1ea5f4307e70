//! Revoked tokens at what takes or gives stock, where only the issuer itself can tell that they are.
//! Never a feed: without one each sensitive request asks, as all do while a feed is silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use chassis::testing::{Answer, Running};
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpListener;

use crate::server::INVENTORY;

/// An issuer's word on every token: active, not active, or none at all.
#[derive(Clone)]
struct Word(Arc<AtomicU16>);

const ACTIVE: u16 = 1;
const REVOKED: u16 = 2;
const SILENT: u16 = 3;

impl Word {
    async fn answer(self) -> (StatusCode, &'static str) {
        match self.0.load(Ordering::SeqCst) {
            ACTIVE => (StatusCode::OK, r#"{"active":true}"#),
            REVOKED => (StatusCode::OK, r#"{"active":false}"#),
            _ => (StatusCode::SERVICE_UNAVAILABLE, ""),
        }
    }

    fn is(&self, word: u16) {
        self.0.store(word, Ordering::SeqCst);
    }
}

async fn start() -> (Running, Word, tempfile::TempDir) {
    let (word, folder) = (Word(Arc::new(AtomicU16::new(ACTIVE))), tempfile::tempdir().unwrap());
    let answering = word.clone();
    let router = Router::new().route("/introspect", post(move || answering.clone().answer()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let secret = secret.to_str().unwrap();
    let client = ["--introspection-url", &url, "--client-id", "inventory", "--client-secret-file", secret];
    (INVENTORY.start_with(&client).await, word, folder)
}

async fn reserves(server: &Running, order: &str) -> Answer {
    let body = json!({"order_id": order, "lines": [{"sku": "GRIND-HAND", "quantity": 1}]});
    server.post("/reservations", &server.issuer.customer("alice"), body).await
}

async fn releases(server: &Running, order: &str) -> Answer {
    let alice = server.issuer.customer("alice");
    server.call(Method::DELETE, &format!("/reservations/{order}"), Some(&alice), None).await
}

async fn stock(server: &Running) -> u64 {
    // A plain route asks nobody.
    let token = server.issuer.customer("reader");
    server.get("/catalogue/GRIND-HAND", &token).await.body["stock"].as_u64().unwrap()
}

#[tokio::test]
async fn a_revoked_token_takes_no_stock_and_gives_none_back() {
    let (server, word, _folder) = start().await;
    assert_eq!((reserves(&server, "o1").await.status, stock(&server).await), (201, 24));
    for (said, status, code) in [(REVOKED, 401, "token_invalid"), (SILENT, 503, "keys_unavailable")] {
        word.is(said);
        reserves(&server, "o2").await.is_problem(status, code);
        releases(&server, "o1").await.is_problem(status, code);
        assert_eq!(stock(&server).await, 24, "{code}");
    }
    word.is(ACTIVE);
    assert_eq!((releases(&server, "o1").await.status, stock(&server).await), (204, 25));
}
