//! Many tokens of one issuer, each with a key id that nobody has. Never more requests at once than said.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use witgate_tests::Stack;
use witgate_tests::mint::now;
use witgate_tests::session::problem_code;

use crate::{hostile, upstream};

/// How many answers there were, by status and code.
pub type Answers = BTreeMap<(u16, String), usize>;

/// Asks `count` times, `at_once` at a time; the ways take turns.
pub async fn flood(
    stack: Arc<Stack>,
    ways: &'static [&'static str],
    count: usize,
    at_once: usize,
) -> BTreeMap<&'static str, Answers> {
    let (next, mut clients) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for _ in 0..at_once {
        clients.spawn(ask_on(Arc::clone(&stack), ways, count, Arc::clone(&next)));
    }
    let mut answers: BTreeMap<&'static str, Answers> = BTreeMap::new();
    for (way, status, code) in clients.join_all().await.into_iter().flatten() {
        *answers.entry(way).or_default().entry((status, code)).or_default() += 1;
    }
    answers
}

async fn ask_on(
    stack: Arc<Stack>,
    ways: &'static [&'static str],
    count: usize,
    next: Arc<AtomicUsize>,
) -> Vec<(&'static str, u16, String)> {
    let mut seen = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return seen;
        }
        let way = ways[number % ways.len()];
        let answer = stack.get(upstream::PATH, Some(&token(way, number))).await;
        let status = answer.status().as_u16();
        // a token that passed has no problem document: the test then shows the status
        let code = if status == 200 { String::new() } else { problem_code(answer).await };
        seen.push((way, status, code));
    }
}

/// Good in all but its key and its signature.
fn token(way: &str, number: usize) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let kid = format!("{way}-{number}-{:x}", number.wrapping_mul(0x9e37_79b9));
    let header = part(json!({"alg": "ES256", "typ": "at+jwt", "kid": kid}));
    let claims = part(json!({
        "iss": hostile::issuer(way), "aud": "witgate", "sub": "nobody", "iat": now(), "exp": now() + 600, "scope": "any",
    }));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([7; 64]))
}
