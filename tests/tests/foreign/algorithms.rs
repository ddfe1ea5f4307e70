//! Tokens of each algorithm of the foreign issuer, found by discovery. Never a key given by hand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use witgate_tests::{Recorder, Stack, StackBuilder};

use crate::provider::{Provider, SUBJECT};
use crate::upstream;

/// What the provider is asked to sign with. The last two are one algorithm under the names of RFC 8037 and RFC 9864.
pub const ALGORITHMS: [&str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

#[tokio::test]
async fn tokens_of_a_foreign_issuer_pass_in_each_algorithm() {
    let Some(provider) = Provider::start("the tokens of a foreign issuer").await else { return };
    let recorder = Recorder::serve().await;
    let stack = start(&provider, &recorder).await;
    let client = provider.client();
    for algorithm in ALGORITHMS {
        let token = client.token(algorithm).await;
        let header = part(&token, 0);
        assert_eq!((&header["alg"], &header["typ"]), (&algorithm.into(), &"at+jwt".into()), "what the provider signs");
        let answer = stack.get(upstream::PATH, Some(&token)).await;
        assert_eq!(answer.status(), 200, "{algorithm}");
        let seen = answer.text().await.expect("the head that the upstream got");
        assert!(seen.to_lowercase().contains(&format!("x-identity-subject: {SUBJECT}")), "{seen}");
        let refused = stack.get(upstream::PATH, Some(&promoted(&token))).await;
        assert_eq!(refused.status(), 401, "{algorithm}: a changed payload under the old signature");
    }
}

/// The stack whose gateway knows the provider.
pub async fn start(provider: &Provider, recorder: &Recorder) -> Stack {
    let builder = StackBuilder::new().replacing(upstream::PROFILES, &upstream::profiles(&["foreign"]));
    builder.with(&upstream::route(recorder)).with(&provider.section()).start().await
}

/// A part of a token as JSON.
pub fn part(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("JSON")
}

/// The token with another subject and the same signature.
fn promoted(token: &str) -> String {
    let mut claims = part(token, 1);
    claims["sub"] = "admin".into();
    let parts: Vec<&str> = token.split('.').collect();
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}
