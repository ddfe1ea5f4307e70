//! Claims by name and by pointer: a payload and a pointer, with a zero byte between them.
//!
//! Never differs from serde_json: the same value for the same pointer, on any payload that the rules let pass.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use witgate_token::{Refusal, Typing, verify_profile};
use witgate_token_fuzz::{NOW, SHARED, claims, hmac_token, profile};

/// Deepest nesting that is read, the object itself counted.
const MAX_DEPTH: usize = 32;

fuzz_target!(|data: &[u8]| {
    let Some(at) = data.iter().position(|byte| *byte == 0) else { return };
    let Ok(mut payload) = serde_json::from_slice::<Map<String, Value>>(&data[..at]) else { return };
    let Ok(name) = str::from_utf8(&data[at + 1..]) else { return };
    let Value::Object(good) = claims() else { return };
    payload.remove("nbf");
    payload.remove("sid");
    payload.extend(good);
    let text = Value::Object(payload).to_string();
    let token = hmac_token(br#"{"alg":"HS256","typ":"at+jwt"}"#, text.as_bytes());
    // Read again from the text: a number may change when it is written.
    let expected: Value = serde_json::from_str(&text).expect("what was written");
    match verify_profile(&token, &profile(Typing::AccessToken), &SHARED, NOW) {
        Ok(verified) => {
            assert_eq!(verified.claims().to_json(), expected);
            let found = if name.starts_with('/') { expected.pointer(name) } else { expected.get(name) };
            assert_eq!(verified.claims().get(name), found, "{name}");
            assert!(verified.bytes() > 0);
        }
        Err(Refusal::TooLarge) => assert!(token.len() > witgate_token::MAX_TOKEN_BYTES),
        Err(refusal) => assert!(refusal == Refusal::PayloadJson && depth(&expected) > MAX_DEPTH, "{refusal}"),
    }
});

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
