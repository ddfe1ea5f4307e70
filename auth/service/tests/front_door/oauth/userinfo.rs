//! `/userinfo`, and what an application may not do with a user's token. Never tells more than the scope says.

use reqwest::Method;
use serde_json::json;

use super::app::App;
use crate::both::on_both;
use crate::service::{Answer, Folder, Service};

on_both!(the_scope_says_what_is_told, without_openid_or_a_token_nothing_is_told, an_app_is_not_the_user);

async fn ask(service: &Service, method: Method, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    service.send(method, path, &[("authorization", &bearer)], "").await
}

async fn the_scope_says_what_is_told(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    assert_eq!(folder.sql("UPDATE users SET email = 'alice@example.com'"), 1);
    for (scope, expected) in [
        ("openid", json!({})),
        ("openid profile", json!({ "name": "alice", "preferred_username": "alice" })),
        ("openid email orders:read", json!({ "email": "alice@example.com", "email_verified": false })),
    ] {
        let code = app.code(&folder, |code| code.scope = scope.into()).await;
        let token = app.exchange(&service, &code).await.string("access_token");
        for method in [Method::GET, Method::POST] {
            let answer = ask(&service, method, "/userinfo", &token).await;
            assert_eq!(
                (answer.status, &answer.headers["cache-control"]),
                (200, &"no-store".parse().unwrap()),
                "{answer:?}"
            );
            let mut told = answer.json();
            let subject = told.as_object_mut().unwrap().remove("sub").unwrap();
            assert_eq!((subject.as_str().unwrap().len(), &told), (36, &expected), "{scope}");
        }
    }
    assert_eq!(folder.sql("UPDATE users SET email = NULL"), 1);
    let token = app.tokens(&folder, &service).await.string("access_token");
    assert!(ask(&service, Method::GET, "/userinfo", &token).await.json().get("email").is_none());
}

async fn without_openid_or_a_token_nothing_is_told(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |code| code.scope = "profile orders:read".into()).await;
    let tokens = app.exchange(&service, &code).await;
    let answer = ask(&service, Method::GET, "/userinfo", &tokens.string("access_token")).await;
    answer.is_problem(403, "insufficient_scope");
    assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"insufficient_scope\", scope=\"openid\"");
    let answer = service.get("/userinfo").await;
    answer.is_problem(401, "token_missing");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    let id_token = app.tokens(&folder, &service).await.string("id_token");
    ask(&service, Method::GET, "/userinfo", &id_token).await.is_problem(401, "token_invalid");
}

/// Whoever lets an app read their orders does not let it sign them out everywhere.
async fn an_app_is_not_the_user(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    let token = app.tokens(&folder, &service).await.string("access_token");
    for (method, path) in [(Method::GET, "/sessions"), (Method::POST, "/logout/all"), (Method::DELETE, "/sessions/x")] {
        ask(&service, method, path, &token).await.is_problem(403, "client_not_allowed");
    }
    folder.sql(&format!("UPDATE clients SET first_party = 1 WHERE client_id = '{}'", app.id));
    assert_eq!(ask(&service, Method::GET, "/sessions", &token).await.status, 200, "the operator's own app is");
}
