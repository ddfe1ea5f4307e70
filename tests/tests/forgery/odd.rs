//! Tokens that look odd and are good: a verifier that refuses everything would pass the table of attacks, too. Never
//! one that a specification allows us to refuse silently.

use serde_json::{Value, json};
use witgate_tests::Mint;
use witgate_tests::mint::now;

use crate::ask;
use crate::attacks::TOKEN_BYTES;
use crate::door::{Door, Mints, PATH, prefixed};

#[tokio::test]
async fn an_odd_token_that_is_good_passes() {
    let door = Door::open().await;
    let refused = door.recorder.served();
    let cases = cases(&door.mints);
    for (name, lines) in &cases {
        let answer = ask::get(door.gateway_url(), PATH, lines.as_bytes()).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
    assert_eq!(door.recorder.served() - refused, cases.len());
}

fn cases(mints: &Mints) -> Vec<(String, String)> {
    let mut cases = credentials(&mints.main.sign(&mints.main.claims()));
    let mut tokens = headers(mints);
    tokens.extend(payloads(mints));
    cases.extend(
        tokens.into_iter().map(|(name, token)| (name.to_owned(), format!("Authorization: Bearer {token}\r\n"))),
    );
    cases
}

/// The scheme is case-insensitive (RFC 9110 section 11.1), as is a header's name; white space around a value is none of it.
fn credentials(good: &str) -> Vec<(String, String)> {
    let lines = [
        format!("Authorization: bearer {good}\r\n"),
        format!("Authorization: BEARER {good}\r\n"),
        format!("Authorization: bEaReR {good}\r\n"),
        format!("AUTHORIZATION: Bearer {good}\r\n"),
        format!("authorization:Bearer {good}\r\n"),
        format!("Authorization:   Bearer    {good}   \r\n"),
        format!("Authorization: Bearer {good}\r\nCookie: access_token=nonsense\r\n"),
    ];
    lines.map(|line| (line.replace(good, "TOKEN"), line)).into()
}

fn headers(mints: &Mints) -> Vec<(&'static str, String)> {
    let (main, rsa) = (&mints.main, &mints.rsa);
    let with = |mint: &Mint, name: &str, value: Value| {
        mint.issue(mint.header_with(name, value).to_string(), mint.claims().to_string())
    };
    let spaced = main.header().to_string().replace(':', " :\r\n\t").replace(',', " ,\n");
    let escaped = main.header().to_string().replace("\"alg\"", r#""\u0061lg""#);
    vec![
        ("application/at+jwt", with(main, "typ", json!("application/at+jwt"))),
        ("AT+JWT", with(main, "typ", json!("AT+JWT"))),
        ("no kid, and one key", with(main, "kid", Value::Null)),
        ("an unknown member", with(main, "x-anything", json!({"a": [1, null]}))),
        ("white space in the header", main.issue(spaced, main.claims().to_string())),
        ("an escaped name, once", main.issue(escaped, main.claims().to_string())),
        ("JWT of a lenient issuer", with(rsa, "typ", json!("JWT"))),
        ("no typ of a lenient issuer", with(rsa, "typ", Value::Null)),
        ("the longest token", token_of(main, TOKEN_BYTES)),
    ]
}

fn payloads(mints: &Mints) -> Vec<(&'static str, String)> {
    let main = &mints.main;
    let with = |name: &str, value: Value| main.sign(&main.claims_with(name, value));
    let text = |payload: String| main.issue(main.header().to_string(), payload);
    let claims = main.claims();
    let nested = format!(r#""x":{}{}"#, "[".repeat(31), "]".repeat(31));
    vec![
        ("a list of audiences", with("aud", json!(["someone-else", "witgate"]))),
        ("a list of one audience", with("aud", json!(["witgate"]))),
        ("nbf in the past", with("nbf", json!(now() - 5))),
        ("nbf of 1970", with("nbf", json!(0))),
        ("a claim of every type", text(prefixed(&claims, r#""a":null,"b":-1.5e3,"c":[[],{}],"d":"\ud83d\ude00""#))),
        ("a name that differs in case only", text(prefixed(&claims, r#""SUB":"admin","Exp":0"#))),
        ("an escaped name, once", text(claims.to_string().replace("\"sub\"", r#""\u0073ub""#))),
        ("white space in the payload", text(claims.to_string().replace(',', " ,\r\n\t "))),
        ("nested as deep as allowed", text(prefixed(&claims, &nested))),
        ("no jti", with("jti", Value::Null)),
        ("no sid", with("sid", Value::Null)),
    ]
}

/// A signed token of exactly this length.
pub fn token_of(mint: &Mint, bytes: usize) -> String {
    let mut header = mint.header().to_string();
    loop {
        for filler in (bytes * 3 / 4).saturating_sub(1000)..bytes * 3 / 4 {
            let claims = mint.claims_with("filler", json!("x".repeat(filler)));
            let length = encoded(header.len()) + encoded(claims.to_string().len()) + encoded(64) + 2;
            if length == bytes {
                return mint.issue(&header, claims.to_string());
            }
        }
        header.push(' ');
    }
}

/// Characters of base64url without padding.
fn encoded(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}
