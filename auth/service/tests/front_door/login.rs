//! Signing in: what a good token holds, and that failures tell nothing. Never trusts the service's own word: the token
//! is verified with the verifier that the gateway and the services use.

use reqwest::Method;
use serde_json::{Value, json};
use witgate_token::{Algorithm, Demands, KeySet, Profile, Refusal, Typing, verify};

use super::both::on_both;
use super::service::{Answer, Folder, Service};

on_both!(
    a_good_login_gives_a_token_that_verifies,
    each_login_is_a_session_of_its_own_and_the_case_of_the_name_does_not_matter,
    wrong_unknown_and_disabled_look_the_same,
    a_role_outside_the_table_is_not_in_the_token,
);

pub fn profile() -> Profile {
    Profile {
        name: "main".into(),
        issuer: "http://127.0.0.1:9000".into(),
        audiences: vec!["witgate".into()],
        algorithms: vec![Algorithm::Es256],
        typ: Typing::AccessToken,
        leeway_seconds: 0,
        max_lifetime_seconds: 600,
    }
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Verifies against the published keys; the claims.
pub async fn verified(service: &Service, token: &str, profile: &Profile) -> Result<Value, Refusal> {
    let jwks = service.get("/.well-known/jwks.json").await;
    let (keys, dropped) = KeySet::from_jwks(jwks.text.as_bytes()).unwrap();
    assert!(dropped.is_empty(), "{dropped:?}");
    verify(token, profile, &Demands::default(), &keys, now()).map(|claims| claims.to_json())
}

async fn a_good_login_gives_a_token_that_verifies(folder: Folder) {
    let service = Service::start(&folder).await;
    let answer = service.login("alice", "correct horse").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(600)));
    assert!(answer.string("refresh_token").starts_with("wgr_"));

    let token = answer.string("access_token");
    let claims = verified(&service, &token, &profile()).await.expect("a good token");
    let scope = "catalogue:read orders:read orders:write";
    assert_eq!((&claims["scope"], &body["scope"]), (&json!(scope), &json!(scope)));
    assert_eq!(claims["roles"], json!(["customer"]));
    let expected = [("preferred_username", "alice"), ("tenant", "acme"), ("client_id", "witgate-portal")];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{claims}");
    }
    let number = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!(
        (number("exp") - number("iat"), number("auth_time"), number("nbf")),
        (600, number("iat"), number("iat"))
    );
    for id in ["sub", "sid", "jti"] {
        assert_eq!(claims[id].as_str().map(str::len), Some(36), "{id}: {claims}");
    }
    let header = witgate_token::peek(&token).unwrap();
    assert_eq!((header.typ.as_deref(), header.kid), (Some("at+jwt"), Some(service.kid().await)));
}

/// A role that the operator took out of the configuration must not live on in the tokens of who has it.
async fn a_role_outside_the_table_is_not_in_the_token(folder: Folder) {
    let service = Service::start(&folder).await;
    assert_eq!(folder.sql("UPDATE users SET roles = '[\"gone\", \"customer\"]'"), 1);
    let token = service.login("alice", "correct horse").await.string("access_token");
    let claims = verified(&service, &token, &profile()).await.expect("a good token");
    assert_eq!(claims["roles"], json!(["customer"]));
}

#[tokio::test]
async fn the_token_fails_where_it_must() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let token = service.login("alice", "correct horse").await.string("access_token");
    let elsewhere = Profile { audiences: vec!["other".into()], ..profile() };
    assert!(verified(&service, &token, &elsewhere).await.is_err(), "another audience");
    let (head, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", "A".repeat(86));
    assert!(verified(&service, &forged, &profile()).await.is_err(), "another signature");
    let other_folder = Folder::with_alice().await;
    let other = Service::start(&other_folder).await;
    assert!(verified(&other, &token, &profile()).await.is_err(), "another service's key");
}

async fn each_login_is_a_session_of_its_own_and_the_case_of_the_name_does_not_matter(folder: Folder) {
    let service = Service::start(&folder).await;
    let mut ids = Vec::new();
    for name in ["alice", "Alice"] {
        let token = service.login(name, "correct horse").await.string("access_token");
        let claims = verified(&service, &token, &profile()).await.unwrap();
        ids.push((claims["sub"].clone(), claims["sid"].clone(), claims["jti"].clone()));
    }
    assert_eq!(ids[0].0, ids[1].0);
    assert!(ids[0].1 != ids[1].1 && ids[0].2 != ids[1].2, "{ids:?}");
}

/// All that a client can see, without the date.
fn seen(mut answer: Answer) -> (u16, String, Vec<(String, String)>) {
    answer.headers.remove("date");
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, answer.text.clone(), headers.collect())
}

async fn wrong_unknown_and_disabled_look_the_same(folder: Folder) {
    folder.add("dora", "staff", "correct horse").await;
    assert_eq!(folder.cli(&["user", "disable", "dora"], "").await.code, 0);
    let service = Service::start(&folder).await;
    let headers = [("content-type", "application/json"), ("x-request-id", "r-1")];
    let mut answers = Vec::new();
    for (name, password) in [("alice", "wrong horse"), ("nobody", "correct horse"), ("dora", "correct horse"), ("", "")]
    {
        let body = json!({ "username": name, "password": password }).to_string();
        let answer = service.send(Method::POST, "/login", &headers, body).await;
        answer.is_problem(401, "invalid_credentials");
        answers.push(seen(answer));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(folder.number("SELECT count(*) FROM sessions"), 0);
}

#[tokio::test]
async fn logs_and_files_hold_no_secret_and_the_audit_events() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let answer = service.login("alice", "correct horse").await;
    let (access, refresh) = (answer.string("access_token"), answer.string("refresh_token"));
    let rotated = service.refresh(&refresh).await.string("refresh_token");
    let repeated = service.refresh(&refresh).await.string("refresh_token");
    assert_eq!(repeated, rotated, "the same successor");
    let current = service.refresh(&rotated).await.string("refresh_token");
    service.refresh(&refresh).await.is_problem(401, "invalid_grant");
    service.login("alice", "my-other-password").await;
    service.login("typed-password-as-name", "x").await;
    let last = service.alice().await;
    service.logout(&last).await;
    assert!(service.stop().await.success());

    let log = folder.log();
    let refreshes = ["refresh_rotated", "refresh_repeated", "refresh_reused"];
    for event in ["login_succeeded", "login_failed", "logout"].into_iter().chain(refreshes) {
        assert!(log.contains(&format!("\"event\":\"{event}\"")), "{event} is missing in {log}");
    }
    let state = String::from_utf8_lossy(&folder.state_bytes()).into_owned();
    assert!(state.contains("$argon2id$"), "the search looks at the right bytes");
    let typed = ["correct horse", "my-other-password", "typed-password-as-name"];
    for secret in [&access, &refresh, &rotated, &current, &last].into_iter().map(String::as_str).chain(typed) {
        assert!(!log.contains(secret), "the log holds {secret}");
        assert!(!state.contains(secret), "the database holds {secret}");
    }
}

#[tokio::test]
async fn roles_of_the_configuration_decide_the_scope() {
    let folder = Folder::with_config(
        "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:9000\"\naudience = \"api\"\naccess-token-seconds = 30\n\
         [roles]\nreader = [\"books:read\"]\n",
    );
    folder.add("eve", "reader", "correct horse").await;
    let service = Service::start(&folder).await;
    let answer = service.login("eve", "correct horse").await;
    assert_eq!((answer.json()["expires_in"].clone(), answer.string("scope")), (json!(30), "books:read".into()));
    let elsewhere = Profile { audiences: vec!["api".into()], ..profile() };
    verified(&service, &answer.string("access_token"), &elsewhere).await.expect("the configured audience");
}
