//! Tokens that differ from a good one in one thing each. Never signed by the auth service: the mint's key is ours.

use serde_json::{Value, json};
use witgate_tests::mint::now;
use witgate_tests::session::{header, problem_code};
use witgate_tests::{Mint, Stack, StackBuilder, raw};

/// Asks with the token; gives the code of the 401, whose challenge must say `invalid_token`.
async fn refusal(stack: &Stack, token: &str) -> String {
    let answer = stack.get("/whoami", Some(token)).await;
    assert_eq!(answer.status(), 401);
    let challenge = header(&answer, "www-authenticate").expect("a challenge").to_owned();
    assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
    problem_code(answer).await
}

#[tokio::test]
async fn only_a_good_token_passes() {
    let mint = Mint::serve().await;
    let stack = StackBuilder::new().trusting(&mint).start().await;
    let good = stack.get("/whoami", Some(&mint.sign(&mint.claims()))).await;
    assert_eq!(good.status(), 200, "the token that all others differ from in one thing");
    let past = json!(now() - 120);
    let (forged, unsigned) = (mint.forge(&mint.claims()), mint.unsigned(&mint.claims()));
    let with = |name: &str, value: Value| mint.sign(&mint.claims_with(name, value));
    let cases = [
        ("wrong audience", with("aud", json!("someone-else")), "token_audience"),
        ("no audience", with("aud", Value::Null), "token_"),
        ("expired", with("exp", past), "token_expired"),
        ("no expiry", with("exp", Value::Null), "token_"),
        ("no subject", with("sub", Value::Null), "token_"),
        ("not yet valid", with("nbf", json!(now() + 300)), "token_not_yet_valid"),
        ("another issuer", with("iss", json!("https://stranger.test")), "token_unknown_issuer"),
        ("wrong key", forged, "token_signature"),
        ("alg none", unsigned, "token_"),
        ("a claim the policy demands is missing", with("scope", Value::Null), "token_claim"),
        ("no token at all", "nonsense".to_owned(), "token_malformed"),
    ];
    for (name, token, expected) in cases {
        let code = refusal(&stack, &token).await;
        assert!(code.starts_with(expected), "{name}: {code}");
    }
}

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
async fn two_credentials_are_none() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let twice = format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n");
    let (status, answer) = raw::get(stack.gateway_url(), "/whoami", &twice).await;
    assert_eq!(status, 401, "{answer}");
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
