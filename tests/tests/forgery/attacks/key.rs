//! Which key: confusion of algorithms (RFC 8725 section 2.1), `kid` as a path or a query, and issuers whose keys are
//! called the same.

use aws_lc_rs::hmac;
use serde_json::{Value, json};
use witgate_tests::Mint;
use witgate_tests::mint::part;

use crate::case::{Case, bearer};
use crate::door::{Mints, UNLISTED};

pub fn cases(mints: &Mints) -> Vec<Case> {
    let mut cases = confusion(mints);
    cases.extend(names(&mints.main));
    cases.extend(mix_ups(mints));
    cases
}

/// The public key, which everybody has, as the secret of an HMAC.
fn confusion(mints: &Mints) -> Vec<Case> {
    let mut cases = Vec::new();
    for (who, mint) in [("RS256", &mints.rsa), ("ES256", &mints.main)] {
        let key = mint.key();
        let secrets = [
            ("the PEM", key.public_pem().into_bytes()),
            ("the PEM without its last line end", key.public_pem().trim_end().as_bytes().to_vec()),
            ("the DER", key.public_der()),
            ("the bare key", key.public_bytes()),
            ("the JWK", key.jwk("mint-key-1").to_string().into_bytes()),
            ("nothing", Vec::new()),
        ];
        for (what, secret) in secrets {
            cases.push(bearer(
                format!("HS256 with {what} of {who}"),
                hmac_token(mint, "HS256", &secret),
                "token_algorithm",
            ));
        }
        for alg in ["HS384", "HS512"] {
            let token = hmac_token(mint, alg, key.public_pem().as_bytes());
            cases.push(bearer(format!("{alg} with the PEM of {who}"), token, "token_algorithm"));
        }
        // The same under the allowed algorithm's name.
        let alg = key.algorithm();
        let token = hmac_token(mint, alg, key.public_pem().as_bytes());
        cases.push(bearer(format!("an HMAC that calls itself {alg}"), token, "token_signature"));
    }
    cases.push(bearer("PS256 by the key published for RS256", pss_token(&mints.rsa, "PS256"), "token_key_algorithm"));
    cases.push(bearer("PSS padding that calls itself RS256", pss_token(&mints.rsa, "RS256"), "token_signature"));
    cases
}

fn hmac_token(mint: &Mint, alg: &str, secret: &[u8]) -> String {
    let hash = match alg {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let signed = unsealed(mint, alg);
    let tag = hmac::sign(&hmac::Key::new(hash, secret), signed.as_bytes());
    format!("{signed}.{}", part(tag))
}

fn pss_token(mint: &Mint, alg: &str) -> String {
    let signed = unsealed(mint, alg);
    format!("{signed}.{}", part(mint.key().sign_pss(signed.as_bytes())))
}

fn unsealed(mint: &Mint, alg: &str) -> String {
    format!("{}.{}", part(mint.header_with("alg", json!(alg)).to_string()), part(mint.claims().to_string()))
}

/// Names of keys that a careless server would open, ask a database for, or fetch.
fn names(main: &Mint) -> Vec<Case> {
    let with = |kid: Value| main.issue(main.header_with("kid", kid).to_string(), main.claims().to_string());
    let unknown = [
        "../../../../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "/dev/null",
        "mint-key-1/../mint-key-1",
        "file:///dev/null",
        "http://127.0.0.1:9/key.pem",
        "' OR '1'='1",
        "mint-key-1' UNION SELECT 'secret' -- ",
        "mint-key-1; DROP TABLE keys",
        "$(touch /tmp/pwned)",
        "| id",
        "{{7*7}}",
        "MINT-KEY-1",
        "mint-key-1 ",
        "mint-key-1\0",
        "mint-key-1\r\nx-injected: 1",
        "mint-key-",
        "mint-key-11",
        "\u{6d}int\u{2010}key\u{2010}1",
        "*",
        "0",
    ];
    let mut cases: Vec<Case> =
        unknown.map(|kid| bearer(format!("kid {kid:?}"), with(json!(kid)), "token_unknown_key")).into();
    let long = json!("k".repeat(513));
    for (name, kid) in [
        ("empty", json!("")),
        ("513 bytes", long),
        ("a number", json!(1)),
        ("a list", json!(["mint-key-1"])),
        ("an object", json!({"mint-key-1": 1})),
    ] {
        cases.push(bearer(format!("kid: {name}"), with(kid), "token_header_member"));
    }
    cases
}

/// Every issuer calls its key `mint-key-1`: which key counts, only the issuer of the token may say.
fn mix_ups(mints: &Mints) -> Vec<Case> {
    let Mints { main, twin, rsa } = mints;
    let saying = |signer: &Mint, issuer: &Mint| signer.sign(&signer.claims_with("iss", json!(issuer.issuer())));
    let in_header = twin.header_with("iss", json!(twin.issuer())).to_string();
    let no_kid = twin.issue(twin.header_with("kid", Value::Null).to_string(), twin.claims().to_string());
    let second_key = twin.issue(twin.header_with("kid", json!("mint-key-2")).to_string(), twin.claims().to_string());
    vec![
        bearer("mix-up: main signs for twin", saying(main, twin), "token_signature"),
        bearer("mix-up: twin signs for main", saying(twin, main), "token_signature"),
        bearer("mix-up: rsa signs for main", saying(rsa, main), "token_algorithm"),
        bearer("mix-up: main signs for rsa", saying(main, rsa), "token_algorithm"),
        bearer(
            "mix-up: iss of twin in the header only",
            twin.issue(in_header, main.claims().to_string()),
            "token_signature",
        ),
        bearer("mix-up: the first key under the second one's name", second_key, "token_signature"),
        bearer("no kid where two keys could have signed", no_kid, "token_key_ambiguous"),
        bearer(
            "an issuer that the policy does not list",
            main.sign(&main.claims_with("iss", json!(UNLISTED))),
            "token_refused_by_policy",
        ),
    ]
}
