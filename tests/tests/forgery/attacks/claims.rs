//! The registered claims but for the dates (RFC 7519 section 4.1): absent, of a wrong type, or for somebody else. Each
//! token is signed by the issuer's own key.

use serde_json::{Value, json};
use witgate_tests::Mint;

use crate::case::{Case, bearer};
use crate::door::{Mints, prefixed};

pub fn cases(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let mut cases = texts(main);
    cases.extend(issuers(mints));
    cases.extend(audiences(main));
    cases.extend(demanded(main));
    cases.extend(kinds(&mints.rsa));
    cases
}

/// A token whose claim is this text of JSON, signed.
pub fn raw(mint: &Mint, name: &str, text: &str) -> String {
    let payload = prefixed(&mint.claims_with(name, Value::Null), &format!("\"{name}\":{text}"));
    mint.issue(mint.header().to_string(), payload)
}

/// A token without the claim, signed.
pub fn without(mint: &Mint, name: &str) -> String {
    mint.sign(&mint.claims_with(name, Value::Null))
}

fn texts(main: &Mint) -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["iss", "sub", "jti", "sid"] {
        for text in ["null", "true", "1", "\"\"", "[\"a\"]", "{\"a\":1}"] {
            cases.push(bearer(format!("{name} as {text}"), raw(main, name, text), "token_claim_invalid"));
        }
    }
    for name in ["iss", "sub", "aud"] {
        cases.push(bearer(format!("no {name}"), without(main, name), "token_claim_missing"));
    }
    cases
}

fn issuers(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let iss = main.issuer();
    let strangers = [
        "https://stranger.test".to_owned(),
        format!("{iss}/"),
        format!("{iss} "),
        format!(" {iss}"),
        format!("{iss}\0"),
        format!("{iss}#"),
        format!("{iss}:443"),
        iss.to_uppercase(),
        iss.replace("https", "http"),
        iss.replace("mint", "mi\u{301}nt"),
        iss.replace("https://", "https://attacker.test@"),
        format!("{iss}.attacker.test"),
        "main".to_owned(),
        "*".to_owned(),
    ];
    let mut cases: Vec<Case> = strangers
        .map(|stranger| {
            let token = main.sign(&main.claims_with("iss", json!(stranger)));
            bearer(format!("iss {stranger:?}"), token, "token_unknown_issuer")
        })
        .into();
    let both = json!([iss, mints.twin.issuer()]).to_string();
    cases.push(bearer("iss as a list of two issuers", raw(main, "iss", &both), "token_claim_invalid"));
    cases
}

fn audiences(main: &Mint) -> Vec<Case> {
    let case = |text: &str, reason: &'static str| bearer(format!("aud {text}"), raw(main, "aud", text), reason);
    let others = [
        "\"someone-else\"",
        "\"\"",
        "\"Witgate\"",
        "\"witgat\"",
        "\"witgate2\"",
        "\"witgate \"",
        "\"other witgate\"",
        "\"other,witgate\"",
        "\"*\"",
        "\"witgat\\u00e9\"",
        "[]",
        "[\"\"]",
        "[\"someone-else\",\"another\"]",
        "[\"WITGATE\"]",
    ];
    let wrong = [
        "null",
        "true",
        "1",
        "{}",
        "{\"witgate\":1}",
        "[1]",
        "[\"witgate\",1]",
        "[\"witgate\",null]",
        "[[\"witgate\"]]",
    ];
    let others = others.map(|text| case(text, "token_audience"));
    others.into_iter().chain(wrong.map(|text| case(text, "token_claim_invalid"))).collect()
}

/// `required-claims = ["scope"]` in the policy's config.
fn demanded(main: &Mint) -> Vec<Case> {
    vec![
        bearer("a demanded claim is absent", without(main, "scope"), "token_claim_required"),
        bearer("a demanded claim is null", raw(main, "scope", "null"), "token_claim_required"),
        bearer(
            "a demanded claim in other letters",
            {
                let claims = main.claims_with("scope", Value::Null);
                main.issue(main.header().to_string(), prefixed(&claims, r#""Scope":"catalogue:read""#))
            },
            "token_claim_required",
        ),
    ]
}

/// Tokens that a lenient issuer signs with the same key, but that are no access tokens.
fn kinds(rsa: &Mint) -> Vec<Case> {
    let claims = [
        ("typ", "\"ID\""),
        ("typ", "\"Refresh\""),
        ("typ", "\"Offline\""),
        ("typ", "\"Logout\""),
        ("token_use", "\"id\""),
        ("token_use", "\"refresh\""),
        ("at_hash", "\"MTIzNDU2Nzg5MDEyMzQ1Ng\""),
        ("c_hash", "\"MTIzNDU2Nzg5MDEyMzQ1Ng\""),
        ("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"),
    ];
    claims.map(|(name, text)| bearer(format!("kind: {name} {text}"), raw(rsa, name, text), "token_type")).into()
}
