//! The auth service's tokens, and none at all. Never a forged one: those are in `tests/tests/forgery`.

use serde_json::json;
use witgate_tests::Stack;
use witgate_tests::session::{header, problem_code};

#[tokio::test]
async fn without_a_token_the_challenge_is_bare() {
    let stack = Stack::start().await;
    let answer = stack.get("/whoami", None).await;
    assert_eq!(answer.status(), 401);
    let challenge = header(&answer, "www-authenticate").expect("a challenge").to_owned();
    assert!(challenge.starts_with("Bearer") && !challenge.contains("error="), "RFC 6750 section 3.1: {challenge}");
    assert_eq!(problem_code(answer).await, "token_missing");
}

#[tokio::test]
async fn tokens_of_the_auth_service_outlive_its_restart() {
    let mut stack = Stack::start().await;
    let before = stack.login("alice").await;
    stack.restart_auth().await;
    assert_eq!(stack.get("/whoami", Some(&before.access)).await.status(), 200);
    let body = json!({"refresh_token": before.refresh});
    let refreshed = stack.http().post(format!("{}/refresh", stack.auth_url())).json(&body).send().await;
    assert_eq!(refreshed.expect("an answer").status(), 200, "the session is still there");
    let after = stack.login("alice").await;
    assert_eq!(stack.get("/whoami", Some(&after.access)).await.status(), 200, "signed with the same key");
}
