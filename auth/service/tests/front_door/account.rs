//! What signed-in users do with their own account. Never waits for time to pass.

use reqwest::Method;
use serde_json::json;

use super::both::on_both;
use super::service::{Answer, Folder, Service};

on_both!(a_new_cost_reaches_each_hash_at_the_next_sign_in);

async fn ask(service: &Service, method: Method, path: &str, token: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    service.send(method, path, &headers, body.to_owned()).await
}

async fn signed_in(service: &Service) -> (String, String) {
    let answer = service.login("alice", "correct horse").await;
    (answer.string("access_token"), answer.string("refresh_token"))
}

#[tokio::test]
async fn a_user_sees_and_ends_only_their_own_sessions() {
    let folder = Folder::with_alice().await;
    folder.add("mallory", "customer", "mallorys own words").await;
    let service = Service::start(&folder).await;
    let (mine, _) = signed_in(&service).await;
    let (other, other_refresh) = signed_in(&service).await;
    let mallory = service.login("mallory", "mallorys own words").await.string("access_token");

    let list = ask(&service, Method::GET, "/sessions", &mine, "").await.json();
    let sessions = list["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2, "{list}");
    let elsewhere = sessions.iter().find(|session| session["current"] == false).unwrap();
    assert_eq!(elsewhere["source"], "127.0.0.1");
    let path = format!("/sessions/{}", elsewhere["sid"].as_str().unwrap());

    ask(&service, Method::DELETE, &path, &mallory, "").await.is_problem(404, "not_found");
    assert_eq!(ask(&service, Method::DELETE, &path, &mine, "").await.status, 204);
    ask(&service, Method::DELETE, &path, &mine, "").await.is_problem(404, "not_found");
    service.refresh(&other_refresh).await.is_problem(401, "invalid_grant");
    ask(&service, Method::GET, "/sessions", &other, "").await.is_problem(401, "token_invalid");
    let revoked = "SELECT count(*) FROM revocations r JOIN sessions s ON s.sid = r.name WHERE r.kind = 'session'";
    assert_eq!(folder.number(revoked), 1);
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'session_ended' AND actor = user_id"), 1);
}

#[tokio::test]
async fn signing_out_everywhere_ends_this_session_too() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let (mine, refresh) = signed_in(&service).await;
    signed_in(&service).await;
    let answer = ask(&service, Method::POST, "/logout/all", &mine, "").await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "ended": 2 })));
    ask(&service, Method::POST, "/logout/all", &mine, "").await.is_problem(401, "token_invalid");
    service.refresh(&refresh).await.is_problem(401, "invalid_grant");
    assert_eq!(folder.number("SELECT seq FROM feed"), 2);
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let (mine, refresh) = signed_in(&service).await;
    let (_, other) = signed_in(&service).await;
    let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new }).to_string();
    let post = async |body: String| ask(&service, Method::POST, "/password", &mine, &body).await;

    post(change("wrong horse", "battery staple")).await.is_problem(401, "invalid_credentials");
    post(change("correct horse", "short")).await.is_problem(400, "password_refused");
    assert_eq!(service.refresh(&other).await.status, 200, "a refused change ends nothing");
    let (_, other) = signed_in(&service).await;
    assert_eq!(post(change("correct horse", "battery staple")).await.json(), json!({ "ended": 2 }));
    service.refresh(&other).await.is_problem(401, "invalid_grant");
    assert_eq!(service.refresh(&refresh).await.status, 200, "the session that asked lives on");
    service.login("alice", "correct horse").await.is_problem(401, "invalid_credentials");
    assert_eq!(service.login("alice", "battery staple").await.status, 200);
}

async fn a_new_cost_reaches_each_hash_at_the_next_sign_in(folder: Folder) {
    let config = std::fs::read_to_string(folder.config()).unwrap();
    std::fs::write(folder.config(), format!("{config}\n[passwords]\nmemory-kib = 7168\npasses = 5\n")).unwrap();
    folder.add("bob", "customer", "correct horse").await;
    let at_cost = |cost: &str| {
        folder.number(&format!("SELECT count(*) FROM users WHERE name = 'alice' AND password_hash LIKE '%${cost}$%'"))
    };
    let service = Service::start(&folder).await;
    service.login("alice", "wrong horse").await.is_problem(401, "invalid_credentials");
    assert_eq!(at_cost("m=19456,t=2,p=1"), 1, "a wrong password changes nothing");
    assert_eq!(service.login("alice", "correct horse").await.status, 200);
    assert_eq!(at_cost("m=7168,t=5,p=1"), 1);
    assert_eq!(service.login("alice", "correct horse").await.status, 200, "and the new hash is of the same password");
    assert_eq!(folder.log().matches("password_rehashed").count(), 1, "once");
}

#[tokio::test]
async fn without_a_token_of_this_service_nothing_is_done() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let missing = service.get("/sessions").await;
    assert_eq!(missing.headers["www-authenticate"], "Bearer");
    missing.is_problem(401, "token_missing");
    let (mine, refresh) = signed_in(&service).await;
    let tampered = mine.replacen('.', ".e", 1);
    for wrong in [refresh.as_str(), "x.y.z", &tampered] {
        ask(&service, Method::GET, "/sessions", wrong, "").await.is_problem(401, "token_invalid");
    }
}

#[tokio::test]
async fn many_wrong_passwords_lock_for_a_moment_known_or_not() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    for name in ["alice", "nobody"] {
        for _ in 0..6 {
            service.login(name, "wrong horse").await.is_problem(401, "invalid_credentials");
        }
        let locked = service.login(name, "correct horse").await;
        // A second may have passed already on a slow machine; the count is certain.
        if locked.status == 429 {
            locked.is_problem(429, "too_many_attempts");
            assert!(locked.headers.contains_key("retry-after"));
        }
    }
    assert!(folder.number("SELECT count(*) FROM throttles WHERE failures >= 6 AND key LIKE 'account:%'") >= 1);
    assert!(folder.number("SELECT count(*) FROM audit WHERE event = 'login_failed'") >= 12);
}
