//! An issuer whose keys cannot be had: nobody can tell whether its token is good, so the answer is 503 and never 401
//! (and never 200). Other issuers do not notice.

use serde_json::json;
use witgate_ground::reserved::Reserved;
use witgate_tests::mint::SigningKey;
use witgate_tests::session::{header, problem_code};
use witgate_tests::{Mint, Stack};

use crate::door::{Door, PATH};
use crate::evidence;

const DARK: &str = "https://dark.witgate.test";

/// Tokens of the dark issuer.
const ASKED: usize = 40;

#[tokio::test]
async fn keys_that_cannot_be_had_are_503_and_disturb_nobody() {
    // Nobody listens there: every connection is refused.
    let closed = Reserved::any();
    let issuer = format!(
        "[issuers.dark]\nissuer = \"{DARK}\"\naudiences = [\"witgate\"]\njwks-url = \"http://{}/jwks.json\"\n",
        closed.address()
    );
    let door = Door::with(&issuer).await;
    let dark = Mint::with_keys(DARK, vec![SigningKey::es256()]).await;
    let before = evidence::token_refusals(&door).await;
    let mut ids = Vec::new();
    for number in 0..ASKED {
        let token = dark.sign(&dark.claims_with("jti", json!(format!("dark-{number}"))));
        let (id, ()) = tokio::join!(refused_as_unavailable(&door, &token), door.refuse_no_good_token());
        ids.push(id);
    }
    let lines = evidence::access_lines(&door, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(ids.iter().all(|id| lines[id]["token_refusal"] == "keys_unavailable"), "{lines:?}");
    let grown = evidence::growth(&before, &evidence::token_refusals(&door).await);
    assert_eq!(grown, [("keys_unavailable".to_owned(), ASKED as u64)].into(), "and nobody else was refused");

    // What is wrong whatever the keys may be is still the caller's fault.
    let unsigned = door.get(PATH, Some(&dark.issue(dark.header_with("alg", json!("none")).to_string(), "{}"))).await;
    assert_eq!(unsigned.status(), 401);
    assert_eq!(problem_code(unsigned).await, "token_invalid");
}

/// Gives the id of the request.
async fn refused_as_unavailable(stack: &Stack, token: &str) -> String {
    let answer = stack.get(PATH, Some(token)).await;
    assert_eq!(answer.status(), 503);
    let seconds: u64 = header(&answer, "retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(header(&answer, "www-authenticate"), None, "no other token would help");
    let id = header(&answer, "x-request-id").expect("a request id").to_owned();
    assert_eq!(problem_code(answer).await, "keys_unavailable");
    id
}
