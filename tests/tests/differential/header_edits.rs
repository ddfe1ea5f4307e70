//! Changes to the header: algorithm, key, type, members that a verifier must refuse or may ignore. Never to the claims.

use serde_json::{Value, json};

use crate::draft::Draft;
use crate::keys::Keys;
use crate::random::Random;

const ALGORITHMS: [&str; 31] = [
    "none",
    "None",
    "NONE",
    "nOnE",
    " none",
    "none\u{0}",
    "",
    "HS256",
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "ES256K",
    "EdDSA",
    "Ed25519",
    "Ed448",
    "eddsa",
    "rs256",
    "Es256",
    "RS256 ",
    "RSA-OAEP",
    "dir",
    "ML-DSA-44",
    "RS1",
];

const KEY_IDS: [&str; 12] = [
    "unknown",
    "../../../../dev/null",
    "key-RS256' OR '1'='1",
    "KEY-ES256",
    "key-ES256 ",
    " key-ES256",
    "key-ES256\u{0}",
    "0",
    "__proto__",
    "constructor",
    "key-\u{200b}ES256",
    "\u{43a}ey-ES256",
];

const TYPES: [&str; 16] = [
    "JWT",
    "jwt",
    "AT+JWT",
    "at+JWT",
    "application/at+jwt",
    "Application/AT+JWT",
    "application/jwt",
    "at+jwt ",
    "id+jwt",
    "logout+jwt",
    "dpop+jwt",
    "text/at+jwt",
    "application/application/at+jwt",
    "at jwt",
    "",
    "JOSE",
];

/// One change; gives its name.
pub fn apply(draft: &mut Draft, random: &mut Random, keys: &Keys) -> &'static str {
    match random.within(0..12) {
        0 => set(draft, "alg", "another alg", json!(random.pick(&ALGORITHMS))),
        1 => set(draft, "kid", "odd kid", json!(random.pick(&KEY_IDS))),
        2 => {
            let other = random.within(0..keys.signers.len());
            set(draft, "kid", "kid of another key", json!(keys.signers[other].kid))
        }
        3 => set(draft, "kid", "very long kid", json!("k".repeat(random.within(500..3000)))),
        4 => set(draft, "typ", "another typ", json!(random.pick(&TYPES))),
        5 => {
            let name = random.pick(&["alg", "kid", "typ"]);
            let value = odd_value(random);
            set(draft, name, "header member of another type", value)
        }
        6 => {
            draft.header.remove(random.pick(&["alg", "kid", "kid", "typ", "typ"]));
            "header member removed"
        }
        7 => critical(draft, random),
        8 => key_inside(draft, random, keys),
        9 => set(draft, random.pick(&["enc", "zip", "cty", "b64"]), "member that is refused", odd_value(random)),
        10 => other_name_of_ed25519(draft),
        _ => set(draft, random.pick(&["x5t", "nonce", "", "Alg", "iss", "exp"]), "harmless member", odd_value(random)),
    }
}

fn set(draft: &mut Draft, name: &str, edit: &'static str, value: Value) -> &'static str {
    draft.header.insert(name.to_owned(), value);
    edit
}

/// RFC 7515 section 4.1.11: what a verifier does not understand, it must refuse.
fn critical(draft: &mut Draft, random: &mut Random) -> &'static str {
    let lists =
        [json!([]), json!(["b64"]), json!(["exp"]), json!(["kid"]), json!("exp"), json!(null), json!([1]), json!({})];
    let list = lists[random.within(0..lists.len())].clone();
    if random.percent(50) {
        draft.header.insert("b64".to_owned(), json!(random.percent(50)));
        draft.header.insert("exp".to_owned(), json!(draft.now + 600));
    }
    set(draft, "crit", "crit", list)
}

/// A key, or the place of one, that a naive verifier would trust.
fn key_inside(draft: &mut Draft, random: &mut Random, keys: &Keys) -> &'static str {
    let stranger = keys.strangers[draft.signer].jwk().clone();
    match random.within(0..4) {
        0 => set(draft, "jwk", "jwk in the header", stranger),
        1 => set(draft, "jku", "jku", json!("http://127.0.0.1:9/jwks.json")),
        2 => set(draft, "x5u", "x5u", json!("http://127.0.0.1:9/cert.pem")),
        _ => set(draft, "x5c", "x5c", json!(["MIIB"])),
    }
}

fn other_name_of_ed25519(draft: &mut Draft) -> &'static str {
    match draft.header.get("alg").and_then(Value::as_str) {
        Some("EdDSA") => set(draft, "alg", "Ed25519 for EdDSA", json!("Ed25519")),
        _ => set(draft, "alg", "EdDSA for another", json!("EdDSA")),
    }
}

/// A value that is rarely meant.
pub fn odd_value(random: &mut Random) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("text"),
        json!([]),
        json!({}),
        json!([null]),
        json!([""]),
        json!(["at+jwt"]),
        json!({"a": 1}),
        json!(u64::MAX),
        json!(1e300),
    ];
    values[random.within(0..values.len())].clone()
}
