//! Payloads that two readers would understand differently, or not at all (RFC 7519 section 4, RFC 8259). Each is signed
//! by the issuer's own key.

use serde_json::json;

use crate::case::{Case, bearer};
use crate::door::{Mints, prefixed};

pub fn cases(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let good = main.claims().to_string();
    let iss = json!(main.issuer());
    let twin = json!(mints.twin.issuer());
    let front = |members: &str| prefixed(&main.claims(), members);
    let arrays = |depth: usize| format!(r#""x":{}{}"#, "[".repeat(depth), "]".repeat(depth));
    let texts = [
        ("sub twice", front(r#""sub":"admin""#)),
        ("sub twice, escaped", front(r#""s\u0075b":"admin""#)),
        ("sub twice, all escaped", front(r#""\u0073\u0075\u0062":"admin""#)),
        ("sub twice, equal", front(r#""sub":"user-of-the-mint""#)),
        ("exp twice", front(r#""exp":9999999999"#)),
        ("aud twice", front(r#""aud":"someone-else""#)),
        ("roles twice, escaped", front(r#""role\u0073":["staff"]"#)),
        ("iss twice, another issuer first", front(&format!(r#""iss":{twin}"#))),
        ("iss twice, equal and escaped", front(&format!(r#""i\u0073s":{iss}"#))),
        ("an unknown claim twice", front(r#""x":1,"x":1"#)),
        ("a duplicate inside a claim", front(r#""x":{"a":1,"a":2}"#)),
        ("a duplicate deep inside", front(r#""x":[[{"a":[{"b":1,"\u0062":2}]}]]"#)),
        ("nested 33 deep", front(&arrays(33))),
        ("nested 2500 deep", front(&arrays(2500))),
        ("objects nested 500 deep", front(&format!(r#""x":{}1{}"#, r#"{"a":"#.repeat(500), "}".repeat(500)))),
        ("an array", format!("[{good}]")),
        ("an empty array", "[]".to_owned()),
        ("null", "null".to_owned()),
        ("true", "true".to_owned()),
        ("a number", "1".to_owned()),
        ("a text", json!(good).to_string()),
        ("white space", " ".to_owned()),
        ("something after it", format!("{good}x")),
        ("two objects", format!("{good}{good}")),
        ("a null after it", format!("{good}\0")),
        ("a trailing comma", good.replace('}', ",}")),
        ("single quotes", good.replace('"', "'")),
        ("a comment", good.replacen('{', "{// x\n", 1)),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("cut off", good[..good.len() - 1].to_owned()),
        ("NaN", front(r#""x":NaN"#)),
        ("infinity", front(r#""x":Infinity"#)),
        ("a number without bounds", front(r#""x":1e999"#)),
        ("a number with a leading zero", front(r#""x":01"#)),
        ("half of a surrogate pair", front(r#""x":"\ud800""#)),
        ("a raw line end in a text", front("\"x\":\"a\nb\"")),
        ("a name that is no text", front("1:1")),
    ];
    let issued = |payload: &[u8]| main.issue(main.header().to_string(), payload);
    let mut cases: Vec<Case> = texts
        .map(|(name, text)| bearer(format!("payload: {name}"), issued(text.as_bytes()), "token_payload_json"))
        .into();
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_be_bytes).collect();
    cases.push(bearer("payload: UTF-16", issued(&wide), "token_payload_json"));
    let bytes = [b"{\"x\":\"\xc0\xae\",", &good.as_bytes()[1..]].concat();
    cases.push(bearer("payload: overlong UTF-8", issued(&bytes), "token_payload_json"));
    cases.push(bearer("payload: an empty object", issued(b"{}"), "token_claim_missing"));
    cases
}
