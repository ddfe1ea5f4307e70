//! Introspection and revocation by registered clients. Never trusts an answer about a token that has ended.

use reqwest::Method;
use serde_json::json;

use super::registered::Registered;
use super::service::{Answer, Folder, Service};

async fn asker(folder: &Folder) -> Registered {
    Registered::with(folder, &["tokens:introspect", "tokens:revoke", "revocations:read"]).await
}

async fn introspect(client: &Registered, service: &Service, token: &str) -> Answer {
    let answer = client.post_form(service, "/oauth/introspect", &[("token", token)]).await;
    assert_eq!((answer.status, &answer.headers["cache-control"]), (200, &"no-store".parse().unwrap()), "{answer:?}");
    answer
}

#[tokio::test]
async fn the_claims_of_an_active_token_until_its_session_is_deleted() {
    let folder = Folder::with_alice().await;
    let client = asker(&folder).await;
    let service = Service::start(&folder).await;
    let token = service.login("alice", "correct horse").await.string("access_token");
    let claims = introspect(&client, &service, &token).await.json();
    let expected = [("active", json!(true)), ("token_type", json!("Bearer")), ("username", json!("alice"))];
    for (name, value) in
        expected.into_iter().chain([("iss", json!("http://127.0.0.1:9000")), ("aud", json!("witgate"))])
    {
        assert_eq!(claims[name], value, "{name}: {claims}");
    }
    let sid = claims["sid"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let path = format!("/sessions/{sid}");
    let ended = service.send(Method::DELETE, &path, &[("authorization", &bearer)], "").await;
    assert_eq!(ended.status, 204, "{ended:?}");
    assert_eq!(introspect(&client, &service, &token).await.json(), json!({ "active": false }));
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_not_active() {
    let folder = Folder::with_alice().await;
    let client = asker(&folder).await;
    let service = Service::start(&folder).await;
    let answer = service.login("alice", "correct horse").await;
    let (access, refresh) = (answer.string("access_token"), answer.string("refresh_token"));
    let (head, _) = access.rsplit_once('.').unwrap();
    for token in ["x", &refresh, &format!("{head}.{}", "A".repeat(86))] {
        assert_eq!(introspect(&client, &service, token).await.json(), json!({ "active": false }), "{token}");
    }
}

#[tokio::test]
async fn a_revoked_access_token_is_in_the_feed_and_its_session_lives_on() {
    let folder = Folder::with_alice().await;
    let client = asker(&folder).await;
    let service = Service::start(&folder).await;
    let answer = service.login("alice", "correct horse").await;
    let (access, refresh) = (answer.string("access_token"), answer.string("refresh_token"));
    let jti = introspect(&client, &service, &access).await.json()["jti"].clone();
    for _ in 0..2 {
        let done = client.post_form(&service, "/oauth/revoke", &[("token", &access), ("token_type_hint", "x")]).await;
        assert_eq!((done.status, done.text.as_str()), (200, ""));
    }
    assert_eq!(introspect(&client, &service, &access).await.json(), json!({ "active": false }));
    let feed = client.snapshot(&service).await;
    assert_eq!(feed["cursor"], 1, "once: {feed}");
    assert_eq!((&feed["revocations"][0]["kind"], &feed["revocations"][0]["jti"]), (&json!("token"), &jti));
    assert_eq!(service.refresh(&refresh).await.status, 200);
    let by = format!("SELECT count(*) FROM audit WHERE event = 'token_revoked' AND actor = '{}'", client.id);
    assert_eq!(folder.number(&by), 1);
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_its_session() {
    let folder = Folder::with_alice().await;
    let client = asker(&folder).await;
    let service = Service::start(&folder).await;
    let answer = service.login("alice", "correct horse").await;
    let (access, refresh) = (answer.string("access_token"), answer.string("refresh_token"));
    let done = client.post_form(&service, "/oauth/revoke", &[("token", &refresh)]).await;
    assert_eq!(done.status, 200);
    service.refresh(&refresh).await.is_problem(401, "invalid_grant");
    assert_eq!(introspect(&client, &service, &access).await.json(), json!({ "active": false }));
    for unknown in ["x".to_owned(), format!("wgr_{}", "A".repeat(43))] {
        assert_eq!(client.post_form(&service, "/oauth/revoke", &[("token", &unknown)]).await.status, 200);
    }
}

#[tokio::test]
async fn errors_have_the_form_of_oauth() {
    let folder = Folder::new();
    let client = asker(&folder).await;
    let service = Service::start(&folder).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let basic = client.basic();
    for path in ["/oauth/introspect", "/oauth/revoke"] {
        let refused = service.send(Method::POST, path, &[form], "token=x").await;
        assert_eq!((refused.status, refused.string("error").as_str()), (401, "invalid_client"));
        assert_eq!(refused.headers["www-authenticate"], "Basic realm=\"witgate\"");
        let long = format!("token={}", "s3cret".repeat(2000));
        for body in ["", "token=", "token=s3cret&token=s3cret", &long] {
            let headers = [form, ("authorization", basic.as_str())];
            let answer = service.send(Method::POST, path, &headers, body.to_owned()).await;
            assert_eq!((answer.status, answer.string("error").as_str()), (400, "invalid_request"), "{body}");
            assert!(!answer.text.contains("s3cret"), "{answer:?}");
        }
        let answer = service.send(Method::POST, path, &[("authorization", &basic)], "token=x").await;
        assert_eq!((answer.status, answer.string("error").as_str()), (400, "invalid_request"), "no content type");
    }
}
