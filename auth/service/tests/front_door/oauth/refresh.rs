//! The grant `refresh_token` at `/oauth/token`. Never lets a token be used by another client, or for more.

use serde_json::json;

use super::app::{App, RESOURCE, SCOPE, is_error};
use super::signed::read;
use crate::both::on_both;
use crate::service::{Folder, Service};

on_both!(
    a_refresh_gives_the_next_pair_and_an_id_token_without_a_nonce,
    a_refresh_token_counts_from_its_client_alone,
    less_can_be_asked_for_and_more_cannot,
    a_spent_token_ends_the_session,
    what_the_operator_takes_back_is_gone_at_the_next_refresh,
);

async fn a_refresh_gives_the_next_pair_and_an_id_token_without_a_nonce(folder: Folder) {
    let app = App::public(&folder).await;
    let service = Service::start(&folder).await;
    let first = app.tokens(&folder, &service).await;
    let next = app.refresh(&service, &first.string("refresh_token")).await;
    assert_eq!((next.status, next.string("scope").as_str()), (200, SCOPE), "{next:?}");
    assert_ne!(next.string("refresh_token"), first.string("refresh_token"));
    let (_, before) = read(&service, &first.string("id_token"), &app.id).await;
    let (_, after) = read(&service, &next.string("id_token"), &app.id).await;
    for same in ["iss", "sub", "aud", "sid", "auth_time"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert!(after.get("nonce").is_none(), "{after}");
}

async fn a_refresh_token_counts_from_its_client_alone(folder: Folder) {
    let (app, other) = (App::web(&folder).await, App::web(&folder).await);
    let service = Service::start(&folder).await;
    let token = app.tokens(&folder, &service).await.string("refresh_token");
    is_error(&other.refresh(&service, &token).await, 400, "invalid_grant");
    service.refresh(&token).await.is_problem(401, "invalid_grant");
    is_error(&app.refresh(&service, &service.alice().await).await, 400, "invalid_grant");
    assert_eq!(app.refresh(&service, &token).await.status, 200, "nobody has spent it");
}

async fn less_can_be_asked_for_and_more_cannot(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    let token = app.tokens(&folder, &service).await.string("refresh_token");
    let asking = |name, value| [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), (name, value)];
    for scope in ["orders:write", "orders:read orders:write", "x"] {
        is_error(&app.token(&service, &asking("scope", scope)).await, 400, "invalid_scope");
    }
    is_error(&app.token(&service, &asking("resource", RESOURCE)).await, 400, "invalid_target");
    let less = app.token(&service, &asking("scope", "orders:read")).await;
    assert_eq!((less.status, less.string("scope").as_str()), (200, "orders:read"), "{less:?}");
    assert!(less.json().get("id_token").is_none(), "openid was not asked for");
    let all = app.refresh(&service, &less.string("refresh_token")).await;
    assert_eq!(all.string("scope"), SCOPE, "the session keeps its scope");
}

async fn a_spent_token_ends_the_session(folder: Folder) {
    let app = App::public(&folder).await;
    let service = Service::start(&folder).await;
    let token = app.tokens(&folder, &service).await.string("refresh_token");
    let next = app.refresh(&service, &token).await.string("refresh_token");
    let again = app.refresh(&service, &token).await;
    assert_eq!(again.string("refresh_token"), next, "a lost answer is given again");
    let current = app.refresh(&service, &next).await.string("refresh_token");
    is_error(&app.refresh(&service, &token).await, 400, "invalid_grant");
    is_error(&app.refresh(&service, &current).await, 400, "invalid_grant");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'refresh_reused'"), 1);
}

async fn what_the_operator_takes_back_is_gone_at_the_next_refresh(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    let token = app.tokens(&folder, &service).await.string("refresh_token");
    assert_eq!(folder.sql("UPDATE users SET roles = '[]'"), 1);
    let answer = app.refresh(&service, &token).await;
    assert_eq!(answer.json()["scope"], json!("openid profile email"), "no role gives orders:read");
    folder.sql(&format!("UPDATE clients SET scopes = '[\"openid\"]' WHERE client_id = '{}'", app.id));
    let answer = app.refresh(&service, &answer.string("refresh_token")).await;
    assert_eq!(answer.json()["scope"], json!("openid"));
}
