//! The compact form (RFC 7515 section 7.1): parts, dots, alphabet, padding, trailing bits, size; and what is no JWS.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Value, json};
use witgate_tests::mint::part;

use crate::case::{Case, bearer};
use crate::door::Mints;

/// Longest token that the gateway reads, in bytes. What is longer still fits into a request's head.
pub const TOKEN_BYTES: usize = 8 * 1024;

pub fn cases(mints: &Mints) -> Vec<Case> {
    let mut cases = dots(mints);
    cases.extend(alphabet(mints));
    cases.extend(sizes(mints));
    cases.extend(other_formats(mints));
    cases
}

fn dots(mints: &Mints) -> Vec<Case> {
    let good = mints.main.sign(&mints.main.claims());
    let [h, p, s] = parts(&good);
    let malformed = [
        h.to_owned(),
        format!("{h}.{p}"),
        format!("{h}.{p}."),
        format!(".{p}.{s}"),
        format!("{h}.{p}.{s}."),
        format!(".{h}.{p}.{s}"),
        format!("{h}..{p}.{s}"),
        format!("{h}.{p}.{s}.{s}"),
        format!("{h}.{p}.{s}.{p}.{s}"),
        "..".to_owned(),
        "...".to_owned(),
        ".".to_owned(),
    ];
    let shown = |token: &str| token.replace(h, "HEADER").replace(p, "PAYLOAD").replace(s, "SIGNATURE");
    let mut cases: Vec<Case> =
        malformed.iter().map(|token| bearer(format!("dots: {}", shown(token)), token, "token_malformed")).collect();
    cases.push(bearer("an empty payload, signed", mints.main.seal(&format!("{h}.")), "token_payload_json"));
    cases
}

fn alphabet(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let good = main.sign(&main.claims());
    let [h, p, s] = parts(&good);
    // Each of these has a length at which its last character holds unused bits.
    let uneven = |mut object: Value| {
        let mut filled = String::new();
        while object.to_string().len().is_multiple_of(3) {
            filled.push('x');
            object["filler"] = json!(filled);
        }
        object.to_string()
    };
    let (header, payload) = (uneven(main.header()), uneven(main.claims()));
    let padded = |text: &str| URL_SAFE.encode(text);
    vec![
        bearer("padding: signature", format!("{good}=="), "token_malformed"),
        bearer("padding: header, signed so", main.seal(&format!("{}.{p}", padded(&header))), "token_malformed"),
        bearer("padding: payload, signed so", main.seal(&format!("{h}.{}", padded(&payload))), "token_malformed"),
        bearer("trailing bits: signature", format!("{h}.{p}.{}", with_trailing_bits(s)), "token_encoding"),
        bearer(
            "trailing bits: header, signed so",
            main.seal(&format!("{}.{p}", with_trailing_bits(&part(&header)))),
            "token_encoding",
        ),
        bearer(
            "trailing bits: payload, signed so",
            main.seal(&format!("{h}.{}", with_trailing_bits(&part(&payload)))),
            "token_encoding",
        ),
        bearer("a length that no bytes have", format!("{h}.{p}.{}", &s[..s.len() - 1]), "token_encoding"),
        bearer("a plus for a minus", main.seal(&format!("{h}.{p}+")), "token_malformed"),
        bearer("a slash for an underscore", main.seal(&format!("{h}.{p}/")), "token_malformed"),
        bearer("a percent escape", main.seal(&format!("{h}%2E{p}")), "token_malformed"),
        bearer("an escaped line end", format!("{good}%0D%0A"), "token_malformed"),
        bearer("a tilde of SD-JWT", format!("{good}~"), "token_malformed"),
        bearer("a backslash", format!("{h}.{p}\\.{s}"), "token_malformed"),
        bearer("a null written out", format!("{good}\\u0000"), "token_malformed"),
    ]
}

fn sizes(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let claims = main.claims_with("filler", json!("x".repeat(9 * 1024 * 3 / 4)));
    vec![
        bearer("9 KiB, signed", main.sign(&claims), "token_too_large"),
        bearer("one byte too long, signed", crate::odd::token_of(main, TOKEN_BYTES + 1), "token_too_large"),
        bearer("9 KiB of one letter", "a".repeat(9 * 1024), "token_too_large"),
        bearer("24 KiB of dots", ".".repeat(24 * 1024), "token_too_large"),
    ]
}

/// What other formats look like, and a JWS in other clothes.
fn other_formats(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let claims = main.claims().to_string();
    let good = main.sign(&main.claims());
    let [h, p, s] = parts(&good);
    let encrypted = json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": main.header()["kid"]}).to_string();
    let direct = json!({"alg": "dir", "enc": "A128CBC-HS256"}).to_string();
    let nested = |header: Value| main.issue(header.to_string(), &good);
    vec![
        bearer("JWE of five parts", format!("{}.{p}.{s}.{p}.{s}", part(&encrypted)), "token_malformed"),
        bearer("JWE of five parts, direct", format!("{}..{s}.{p}.{s}", part(&direct)), "token_malformed"),
        bearer("JWE header on three parts, signed", main.issue(&encrypted, &claims), "token_header_member"),
        bearer("JWE header with dir, signed", main.issue(&direct, &claims), "token_header_member"),
        bearer("enc beside a good header", with(main, "enc", json!("A256GCM")), "token_header_member"),
        bearer("zip", with(main, "zip", json!("DEF")), "token_header_member"),
        bearer("nested, with cty", nested(main.header_with("cty", json!("JWT"))), "token_header_member"),
        bearer("nested, without cty", nested(main.header()), "token_payload_json"),
        bearer(
            "nested as a JSON text",
            main.issue(main.header().to_string(), json!(good).to_string()),
            "token_payload_json",
        ),
        bearer("JSON serialization", format!(r#"{{"payload":"{p}"}}"#), "token_malformed"),
        bearer(
            "flattened JSON serialization",
            format!(r#"{{"protected":"{h}","payload":"{p}","signature":"{s}"}}"#),
            "token_credential_syntax",
        ),
        bearer("an opaque token", "2YotnFZFEjr1zCsicMWpAA", "token_malformed"),
        bearer("PASETO", "v4.public.eyJzdWIiOiJhZG1pbiJ9", "token_encoding"),
        bearer("claims in plain text", "sub=admin", "token_malformed"),
    ]
}

fn with(mint: &witgate_tests::Mint, name: &str, value: Value) -> String {
    mint.issue(mint.header_with(name, value).to_string(), mint.claims().to_string())
}

/// Header, payload and signature.
pub fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

/// The same bytes to a lenient decoder: the last character's unused bits are not zero.
fn with_trailing_bits(part: &str) -> String {
    let last = part.chars().last().expect("a filled part");
    let next = char::from(u8::try_from(last).expect("ASCII") + 1);
    assert!(!part.len().is_multiple_of(4) && "AQgwEIMUYcosk048".contains(last), "{last} must have unused bits");
    format!("{}{next}", &part[..part.len() - 1])
}
