//! The dates of a token: wrong types, impossible values, past and future. What is refused here stays refused for as long
//! as a slow machine may need; the seconds around the leeway are in `edges`, and with a fixed clock in `auth/token`.

use serde_json::json;
use witgate_tests::Mint;
use witgate_tests::mint::now;

use super::claims::{raw, without};
use crate::case::{Case, bearer};
use crate::door::Mints;

pub fn cases(mints: &Mints) -> Vec<Case> {
    let mut cases = types(&mints.main);
    cases.push(bearer(
        "no iat of a lenient issuer, where an age is demanded",
        without(&mints.rsa, "iat"),
        "token_claim_missing",
    ));
    cases.extend(values(mints));
    cases
}

fn types(main: &Mint) -> Vec<Case> {
    let mut cases = Vec::new();
    let soon = now() + 60;
    for name in ["exp", "nbf", "iat"] {
        let wrong = [
            "null".to_owned(),
            "true".to_owned(),
            format!("\"{soon}\""),
            "\"\"".to_owned(),
            format!("[{soon}]"),
            "{}".to_owned(),
            "-1".to_owned(),
            "0.5".to_owned(),
            format!("{soon}.5"),
            format!("{soon}.0"),
            "2e9".to_owned(),
            u64::MAX.to_string(),
            "18446744073709551616".to_owned(),
            i64::MIN.to_string(),
            "253402300800".to_owned(),
        ];
        for text in wrong {
            let shown = text.replace(&soon.to_string(), "SOON");
            cases.push(bearer(format!("{name} as {shown}"), raw(main, name, &text), "token_claim_invalid"));
        }
        cases.push(bearer(format!("{name} without bounds"), raw(main, name, "1e999"), "token_payload_json"));
    }
    cases.push(bearer("no exp", without(main, "exp"), "token_claim_missing"));
    cases.push(bearer("no iat", without(main, "iat"), "token_claim_missing"));
    cases
}

fn values(mints: &Mints) -> Vec<Case> {
    let (main, rsa) = (&mints.main, &mints.rsa);
    let now = now();
    let at = |name: &str, seconds: u64| main.sign(&main.claims_with(name, json!(seconds)));
    let with = |mint: &Mint, iat: u64, exp: u64| {
        let mut claims = mint.claims_with("iat", json!(iat));
        claims["exp"] = json!(exp);
        mint.sign(&claims)
    };
    vec![
        bearer("expired 45 seconds ago", with(main, now - 600, now - 45), "token_expired"),
        bearer("expired 31 seconds ago", with(main, now - 600, now - 31), "token_expired"),
        bearer("expired an hour ago", with(main, now - 7200, now - 3600), "token_expired"),
        bearer("expired in 1970", at("exp", 0), "token_expired"),
        bearer("valid in five minutes", at("nbf", now + 300), "token_not_yet_valid"),
        bearer("valid in the year 9999", at("nbf", 253_402_300_799), "token_not_yet_valid"),
        bearer("issued in five minutes", at("iat", now + 300), "token_issued_in_future"),
        bearer("issued in a year", with(main, now + 31_536_000, now + 31_540_000), "token_issued_in_future"),
        bearer("issued when it expires", with(rsa, now + 200, now + 200), "token_claim_invalid"),
        bearer("issued after it expires", with(rsa, now + 250, now + 200), "token_claim_invalid"),
        bearer("valid until the year 9999", at("exp", 253_402_300_799), "token_lifetime"),
        bearer("valid for 25 hours", with(main, now, now + 90_000), "token_lifetime"),
        bearer("issued in 1970", at("iat", 0), "token_lifetime"),
        bearer("older than the policy allows", with(main, now - 10_000, now + 600), "token_too_old"),
    ]
}
