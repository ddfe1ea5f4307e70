//! The grant `authorization_code`: what a good exchange gives, and every refusal. Never lets a wrong try cost the code.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::app::{App, REDIRECT, SCOPE, VERIFIER, good_exchange, is_error, with};
use super::signed::read;
use crate::both::on_both;
use crate::service::{Folder, Service};

on_both!(
    a_good_exchange_gives_all_tokens,
    what_is_wrong_is_refused_and_costs_nothing,
    a_code_that_comes_twice_ends_the_session_and_its_tokens,
    a_thief_without_the_verifier_ends_nothing,
    an_expired_code_is_refused,
    nobody_who_is_disabled_gets_tokens,
    a_client_gets_only_what_it_is_registered_for,
    grants_that_there_are_not,
);

async fn a_good_exchange_gives_all_tokens(folder: Folder) {
    let app = App::public(&folder).await;
    let service = Service::start(&folder).await;
    let answer = app.tokens(&folder, &service).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(600), &json!(SCOPE))
    );
    assert!(answer.string("refresh_token").starts_with("wgr_"));

    let access_token = answer.string("access_token");
    let (typ, access) = read(&service, &access_token, "witgate").await;
    assert_eq!((typ.as_str(), &access["scope"], &access["client_id"]), ("at+jwt", &json!(SCOPE), &json!(app.id)));
    assert_eq!((&access["preferred_username"], &access["amr"]), (&json!("alice"), &json!(["pwd", "otp"])));

    let (typ, id) = read(&service, &answer.string("id_token"), &app.id).await;
    assert_eq!((typ.as_str(), &id["nonce"], &id["amr"]), ("JWT", &json!("n-1"), &json!(["pwd", "otp"])));
    for same in ["iss", "sub", "sid", "auth_time"] {
        assert_eq!(id[same], access[same], "{same}");
    }
    assert!(id["iat"].as_i64().unwrap() - id["auth_time"].as_i64().unwrap() >= 30, "when the user signed in");
    let half = &Sha256::digest(&access_token)[..16];
    assert_eq!(id["at_hash"], json!(URL_SAFE_NO_PAD.encode(half)));
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'code_redeemed'"), 1);
    assert!(!folder.log().contains(&access_token) && !folder.log().contains(VERIFIER));
}

async fn what_is_wrong_is_refused_and_costs_nothing(folder: Folder) {
    let (app, other) = (App::web(&folder).await, App::web(&folder).await);
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |_| ()).await;
    let good = good_exchange(&code);
    let unknown = format!("wgc_{}", "A".repeat(43));
    let long = "x".repeat(VERIFIER.len());
    for (name, value, error) in [
        ("code_verifier", long.as_str(), "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("redirect_uri", "https://app.example.com/back/", "invalid_grant"),
        ("redirect_uri", "", "invalid_grant"),
        ("code", unknown.as_str(), "invalid_grant"),
        ("code", "x", "invalid_grant"),
        ("code", "", "invalid_request"),
    ] {
        is_error(&app.token(&service, &with(&good, name, value)).await, 400, error);
    }
    is_error(&other.exchange(&service, &code).await, 400, "invalid_grant");
    is_error(&app.token(&service, &[&good[..], &[("code", code.as_str())]].concat()).await, 400, "invalid_request");
    assert_eq!(folder.number("SELECT count(*) FROM sessions"), 0);
    assert_eq!(app.exchange(&service, &code).await.status, 200);
}

async fn a_code_that_comes_twice_ends_the_session_and_its_tokens(folder: Folder) {
    let app = App::public(&folder).await;
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |_| ()).await;
    let first = app.exchange(&service, &code).await;
    assert_eq!(first.status, 200, "{first:?}");
    is_error(&app.exchange(&service, &code).await, 400, "invalid_grant");
    is_error(&app.refresh(&service, &first.string("refresh_token")).await, 400, "invalid_grant");
    let bearer = format!("Bearer {}", first.string("access_token"));
    let userinfo = service.send(reqwest::Method::GET, "/userinfo", &[("authorization", &bearer)], "").await;
    userinfo.is_problem(401, "token_invalid");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'code_reused'"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM revocations WHERE kind = 'session'"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'code_reused'"), 1);
}

/// A code alone can be read in logs and histories: that must not be enough to sign somebody out.
async fn a_thief_without_the_verifier_ends_nothing(folder: Folder) {
    let app = App::public(&folder).await;
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |_| ()).await;
    let first = app.exchange(&service, &code).await;
    let stolen = with(&good_exchange(&code), "code_verifier", "stolen-stolen-stolen-stolen-stolen-stolen-stolen");
    is_error(&app.token(&service, &stolen).await, 400, "invalid_grant");
    assert_eq!(app.refresh(&service, &first.string("refresh_token")).await.status, 200);
}

async fn an_expired_code_is_refused(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |code| code.expires_at = witgate_auth::clock::now()).await;
    is_error(&app.exchange(&service, &code).await, 400, "invalid_grant");
}

async fn nobody_who_is_disabled_gets_tokens(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |_| ()).await;
    assert_eq!(folder.cli(&["user", "disable", "alice"], "").await.code, 0);
    is_error(&app.exchange(&service, &code).await, 400, "invalid_grant");
    assert_eq!(folder.cli(&["user", "enable", "alice"], "").await.code, 0);
    assert_eq!(folder.cli(&["client", "disable", &app.id], "").await.code, 0);
    is_error(&app.exchange(&service, &code).await, 401, "invalid_client");
}

async fn a_client_gets_only_what_it_is_registered_for(folder: Folder) {
    let args = ["--redirect-uri", REDIRECT, "--grant", "authorization_code", "--scope", "orders:read"];
    let bare = App::add(&folder, &args).await;
    let machine = App::add(&folder, &["--grant", "client_credentials", "--scope", "orders:read"]).await;
    let service = Service::start(&folder).await;
    let body = bare.tokens(&folder, &service).await.json();
    assert_eq!(body["scope"], "orders:read", "the code was given for more");
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none(), "{body}");
    is_error(&bare.refresh(&service, &format!("wgr_{}", "A".repeat(43))).await, 400, "unauthorized_client");
    is_error(&bare.token(&service, &[("grant_type", "client_credentials")]).await, 400, "unauthorized_client");
    let code = machine.code(&folder, |_| ()).await;
    is_error(&machine.exchange(&service, &code).await, 400, "unauthorized_client");
}

async fn grants_that_there_are_not(folder: Folder) {
    let app = App::web(&folder).await;
    let service = Service::start(&folder).await;
    for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "x"] {
        let pairs = [("grant_type", grant), ("username", "alice"), ("password", "correct horse")];
        is_error(&app.token(&service, &pairs).await, 400, "unsupported_grant_type");
    }
    is_error(&app.token(&service, &[]).await, 400, "invalid_request");
    service.get("/oauth/token").await.is_problem(405, "method_not_allowed");
}
