//! A token that is revoked while it is good: refused soon after the issuer's feed says so, although the gateway knows it.
//! Never with the auth service: the test is the issuer, with a feed without a cursor. `signed_out.rs` has the real one.

use std::time::Duration;

use serde_json::{Value, json};
use witgate_ground::reserved::Reserved;
use witgate_tests::mint::now;
use witgate_tests::session::problem_code;
use witgate_tests::{Document, Mint, Stack, StackBuilder, deadline};

/// How long a revocation may take here: the feed is asked every two seconds.
const SOON: Duration = Duration::from_secs(20);

fn revocations(listed: &Value) -> String {
    json!({ "issued_at": now(), "revocations": listed }).to_string()
}

async fn start(mint: &Mint, feed: &str) -> Stack {
    StackBuilder::new().revoked_by(feed).trusting(mint).start().await
}

async fn status(stack: &Stack, token: &str) -> u16 {
    stack.get("/whoami", Some(token)).await.status().as_u16()
}

#[tokio::test]
async fn a_revoked_token_is_refused_although_it_was_known() {
    let (mint, feed) = (Mint::serve().await, Document::serve(revocations(&json!([]))).await);
    let stack = start(&mint, feed.url()).await;
    let token = |jti: &str, sid: &str| {
        let mut claims = mint.claims();
        (claims["jti"], claims["sid"]) = (json!(jti), json!(sid));
        mint.sign(&claims)
    };
    let (one, other, of_session) = (token("one", "s1"), token("other", "s1"), token("third", "s2"));
    for token in [&one, &other, &of_session] {
        assert_eq!(status(&stack, token).await, 200, "good until it is revoked");
    }
    feed.says(revocations(&json!([
        {"kind": "token", "jti": "one", "until": now() + 600}, {"kind": "session", "sid": "s2", "until": now() + 600}
    ])));
    let refused = || async { (status(&stack, &one).await == 401).then_some(()) };
    deadline::until(SOON, "the revocation", refused).await;
    assert_eq!(problem_code(stack.get("/whoami", Some(&of_session)).await).await, "token_invalid");
    assert_eq!(status(&stack, &other).await, 200, "the others are not concerned");
    let direct = async |token: &str| {
        let answer = stack.http().get(format!("{}/whoami", stack.orders_url())).bearer_auth(token).send().await;
        answer.expect("an answer of the service").status().as_u16()
    };
    let refused = || async { (direct(&one).await == 401).then_some(()) };
    deadline::until(SOON, "the revocation at the service itself", refused).await;
    assert_eq!(direct(&other).await, 200);
    let logged = || async { stack.gateway_log().contains("\"token_refusal\":\"token_revoked\"").then_some(()) };
    deadline::until(SOON, "the reason in the log", logged).await;
}

#[tokio::test]
async fn without_the_first_answer_of_the_feed_nobody_passes() {
    let mint = Mint::serve().await;
    // Nobody listens there.
    let closed = Reserved::any();
    let stack = start(&mint, &format!("http://{}/revocations", closed.address())).await;
    let answer = stack.get("/whoami", Some(&mint.sign(&mint.claims()))).await;
    assert_eq!(answer.status(), 503, "nobody can tell whether the token was revoked");
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(problem_code(answer).await, "keys_unavailable");
}
