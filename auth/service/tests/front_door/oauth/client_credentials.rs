//! The grant `client_credentials`: a token that no user is behind. Never takes it for a user's.

use reqwest::Method;
use serde_json::json;

use super::app::{App, is_error};
use super::signed::read;
use crate::both::on_both;
use crate::login::{profile, verified};
use crate::registered::Registered;
use crate::service::{Folder, Service};

on_both!(
    the_token_is_the_clients_own,
    scopes_are_those_of_the_registration,
    it_counts_while_its_client_is_enabled,
    it_is_no_users_token,
);

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn machine(folder: &Folder) -> App {
    let scopes = ["--scope", "orders:read", "--scope", "stock:write", "--scope", "openid", "--scope", "tokens:revoke"];
    App::add(folder, &[&["--grant", "client_credentials"][..], &scopes[..]].concat()).await
}

async fn the_token_is_the_clients_own(folder: Folder) {
    let app = machine(&folder).await;
    let service = Service::start(&folder).await;
    let answer = app.token(&service, &[GRANT]).await;
    let body = answer.json();
    assert_eq!((answer.status, &answer.headers["cache-control"]), (200, &"no-store".parse().unwrap()), "{answer:?}");
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none(), "{body}");
    let (typ, claims) = read(&service, &answer.string("access_token"), "witgate").await;
    assert_eq!((typ.as_str(), &claims["sub"], &claims["client_id"]), ("at+jwt", &json!(app.id), &json!(app.id)));
    for absent in ["sid", "roles", "tenant", "auth_time", "amr"] {
        assert!(claims.get(absent).is_none(), "{absent}: {claims}");
    }
    verified(&service, &answer.string("access_token"), &profile()).await.expect("resource servers take it");
}

async fn scopes_are_those_of_the_registration(folder: Folder) {
    let app = machine(&folder).await;
    let service = Service::start(&folder).await;
    let asked = async |scope: &str| app.token(&service, &[GRANT, ("scope", scope)]).await;
    assert_eq!(
        app.token(&service, &[GRANT]).await.string("scope"),
        "orders:read stock:write",
        "no openid: nobody signs in"
    );
    assert_eq!(asked("stock:write orders:write").await.string("scope"), "stock:write");
    for none in ["orders:write", "openid", "tokens:revoke", "x"] {
        is_error(&asked(none).await, 400, "invalid_scope");
    }
}

async fn it_counts_while_its_client_is_enabled(folder: Folder) {
    let (app, asker) = (machine(&folder).await, Registered::with(&folder, &["tokens:introspect"]).await);
    let service = Service::start(&folder).await;
    let (first, second) = (app.token(&service, &[GRANT]).await, app.token(&service, &[GRANT]).await);
    let active = async |token: &str| {
        let answer = asker.post_form(&service, "/oauth/introspect", &[("token", token)]).await.json();
        assert_eq!(answer.get("client_id").is_some(), answer["active"].as_bool().unwrap(), "{answer}");
        assert!(answer.get("username").is_none(), "{answer}");
        answer["active"] == true
    };
    let (first, second) = (first.string("access_token"), second.string("access_token"));
    assert!(active(&first).await && active(&second).await);
    assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", &first)]).await.status, 200);
    assert!(!active(&first).await && active(&second).await, "one token is revoked alone");
    assert_eq!(folder.cli(&["client", "disable", &app.id], "").await.code, 0);
    assert!(!active(&second).await);
    is_error(&app.token(&service, &[GRANT]).await, 401, "invalid_client");
}

async fn it_is_no_users_token(folder: Folder) {
    let app = machine(&folder).await;
    let service = Service::start(&folder).await;
    let bearer = format!("Bearer {}", app.token(&service, &[GRANT]).await.string("access_token"));
    for path in ["/userinfo", "/sessions"] {
        let answer = service.send(Method::GET, path, &[("authorization", &bearer)], "").await;
        answer.is_problem(401, "token_invalid");
    }
}
