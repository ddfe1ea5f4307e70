//! Where the keys come from: an address that serves them, and one that does not.
//! Never takes "the keys cannot be had" for a reason to let somebody in.

use axum::Router;
use axum::routing::get;
use chassis::testing::Issuer;
use reqwest::Method;
use tokio::net::TcpListener;

use crate::server::INVENTORY;

#[tokio::test]
async fn keys_come_from_an_address() {
    let issuer = Issuer::new();
    let document = issuer.jwks().to_string();
    let router = Router::new().route("/jwks", get(async move || ([("content-type", "application/json")], document)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let server = INVENTORY.start_with_keys_at(issuer, &url).await;
    assert_eq!(server.get("/catalogue", &server.issuer.customer("alice")).await.status, 200);
    assert_eq!(server.get("/catalogue", &Issuer::new().customer("alice")).await.status, 401);
}

#[tokio::test]
async fn without_keys_nobody_gets_in_and_everybody_may_try_again() {
    // Nothing in a test listens on port 1: that needs root.
    let server = INVENTORY.start_with_keys_at(Issuer::new(), "http://127.0.0.1:1/jwks").await;
    let answer = server.get("/catalogue", &server.issuer.customer("alice")).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (503, "application/problem+json"), "{answer:?}");
    assert!(answer.retry_after.parse::<u32>().is_ok(), "{answer:?}");
    assert_eq!(server.call(Method::GET, "/catalogue", None, None).await.status, 401);
    assert_eq!(server.call(Method::GET, "/healthz", None, None).await.status, 200);
}
