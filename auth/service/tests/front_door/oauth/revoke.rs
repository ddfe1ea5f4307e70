//! Revocation by applications (RFC 7009): their own tokens, and no other client's. Never a question of the token's kind.

use reqwest::Method;

use super::app::{App, is_error};
use crate::both::on_both;
use crate::registered::Registered;
use crate::service::{Folder, Service};

on_both!(a_client_revokes_its_own_tokens, another_clients_token_needs_the_scope);

async fn userinfo(service: &Service, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    service.send(Method::GET, "/userinfo", &[("authorization", &bearer)], "").await.status
}

async fn a_client_revokes_its_own_tokens(folder: Folder) {
    for app in [App::public(&folder).await, App::web(&folder).await] {
        let service = Service::start(&folder).await;
        let tokens = app.tokens(&folder, &service).await;
        let (access, refresh) = (tokens.string("access_token"), tokens.string("refresh_token"));
        assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", &access)]).await.status, 200);
        assert_eq!(userinfo(&service, &access).await, 401);
        let next = app.refresh(&service, &refresh).await;
        assert_eq!(userinfo(&service, &next.string("access_token")).await, 200, "the session lives on");
        assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", &next.string("refresh_token"))]).await.status, 200);
        assert_eq!(userinfo(&service, &next.string("access_token")).await, 401);
        is_error(&app.refresh(&service, &next.string("refresh_token")).await, 400, "invalid_grant");
        for dead in [&access, &refresh, "x"] {
            assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", dead)]).await.status, 200, "no error");
        }
        is_error(&app.ask(&service, "/oauth/revoke", &[]).await, 400, "invalid_request");
        is_error(&app.ask(&service, "/oauth/introspect", &[("token", "x")]).await, 403, "insufficient_scope");
    }
}

async fn another_clients_token_needs_the_scope(folder: Folder) {
    let (app, other) = (App::web(&folder).await, App::web(&folder).await);
    let operator = Registered::with(&folder, &["tokens:revoke"]).await;
    let service = Service::start(&folder).await;
    let tokens = app.tokens(&folder, &service).await;
    let (access, refresh) = (tokens.string("access_token"), tokens.string("refresh_token"));
    for token in [&access, &refresh] {
        is_error(&other.ask(&service, "/oauth/revoke", &[("token", token)]).await, 403, "insufficient_scope");
    }
    assert_eq!(userinfo(&service, &access).await, 200, "nothing happened");
    for token in [&access, &refresh] {
        assert_eq!(operator.post_form(&service, "/oauth/revoke", &[("token", token)]).await.status, 200);
    }
    assert_eq!(userinfo(&service, &access).await, 401);
    is_error(&app.refresh(&service, &refresh).await, 400, "invalid_grant");
}
