//! The policy against the mock: never a real token, for the gateway owns signatures.
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Authenticator, Outcome};

use super::ApiKey;
use super::keyring::{MAX_KEY_BYTES, MIN_KEY_BYTES};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn config(keys: &Value) -> String {
    json!({"keys": keys, "token": {"optional": true}}).to_string()
}

#[test]
fn a_wrong_config_names_its_key() {
    let key = |extra: Value| {
        let mut key = json!({"id": "a", "sha256": ABC});
        key.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        config(&json!([key]))
    };
    let many: Vec<Value> = (0..1001).map(|n| json!({"id": n.to_string(), "sha256": ABC})).collect();
    let attributes: Value = (0..64).map(|n| (n.to_string(), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    let header = |name: &str| json!({"header": name, "keys": [{"id": "a", "sha256": ABC}]}).to_string();
    let cases = [
        ("{}".to_owned(), "missing field `keys`"),
        (config(&json!([])), "keys: 0 of them; 1 to 1000"),
        (config(&many.into()), "keys: 1001 of them; 1 to 1000"),
        (config(&json!([{"id": "a", "sha256": "abc"}])), "keys[0] (\"a\"): sha256: must be the key's SHA-256"),
        (config(&json!([{"id": "", "sha256": ABC}])), "keys[0] (\"\"): id: must be unique and not empty"),
        (
            config(&json!([{"id": "a", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}])),
            "keys[0] (\"a\"): sha256: is the digest of nothing",
        ),
        (
            config(&json!([{"id": "a", "sha256": ABC}, {"id": "b", "sha256": ABC.to_uppercase()}])),
            "keys[1] (\"b\"): sha256: another key has it",
        ),
        (
            config(&json!([{"id": "a", "sha256": ABC}, {"id": "a", "sha256": ABC.replace('b', "c")}])),
            "keys[1] (\"a\"): id: must be unique and not empty",
        ),
        (key(json!({"key": "clear text"})), "keys[0].key: unknown field `key`"),
        (key(json!({"subjects": []})), "keys[0] (\"a\"): subjects: an empty list"),
        (key(json!({"expires": "tomorrow"})), "keys[0] (\"a\"): expires: `tomorrow` is no time"),
        (key(json!({"expires": "2027-01-31"})), "keys[0] (\"a\"): expires: `2027-01-31` is no time"),
        (key(json!({"attributes": attributes})), "keys[0] (\"a\"): attributes: with the token's"),
        (header("authorization"), "header: `authorization` is the token's"),
        (header("x-partner"), "header: `x-partner` does not say that it is a credential"),
        (header("x_api_key"), "header: `x_api_key` is taken off"),
        (
            json!({"keys": [{"id": "a", "sha256": ABC}], "token": {"algorithms": ["HS256"]}}).to_string(),
            "token.algorithms[0]: `HS256` is not allowed",
        ),
    ];
    for (config, expected) in cases {
        let why = mock::configure::<ApiKey>(&config).unwrap_err();
        assert!(why.starts_with(expected), "{config}:\n  {why}\n  {expected}");
    }
}

/// The digest of a key, as an operator would write it.
fn hex(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn outcome(config: &str, request: &Request) -> Outcome {
    let policy: ApiKey = mock::configure(config).unwrap();
    request.run(|| policy.authenticate())
}

/// Short keys can be searched for: even a digest that the operator wrote does not make one good.
#[test]
fn only_keys_of_a_sane_length_count() {
    for (length, good) in
        [(MIN_KEY_BYTES - 1, false), (MIN_KEY_BYTES, true), (MAX_KEY_BYTES, true), (MAX_KEY_BYTES + 1, false)]
    {
        let key = "k".repeat(length);
        let config = config(&json!([{"id": "a", "sha256": hex(&key)}]));
        let outcome = outcome(&config, &mock::request("GET", "/").header("x-api-key", &key));
        assert_eq!(outcome == Outcome::Anonymous, good, "{length} bytes");
    }
}

#[test]
fn every_key_that_is_not_good_looks_the_same_and_is_never_logged() {
    let (known, end) = ("k".repeat(40), "2026-01-01T00:00:00Z");
    let bound = json!([{"id": "a", "sha256": hex(&known), "subjects": ["alice"], "expires": end}]);
    let config = config(&bound);
    let with = |key: &str| mock::request("GET", "/").header("x-api-key", key);
    let requests = [
        with("short"),
        with(&"x".repeat(40)),
        with(&known),
        with(&known).clock(1_800_000_000),
        with(&known).header("x-api-key", "b"),
    ];
    let refusals: Vec<Outcome> = requests
        .iter()
        .map(|request| {
            let refusal = outcome(&config, request);
            assert_eq!(mock::logs().len(), 1);
            assert!(!format!("{:?}", mock::logs()).contains("kkkk"));
            refusal
        })
        .collect();
    assert!(
        matches!(&refusals[0], Outcome::Refused(refusal) if refusal.code == "api_key_invalid" && refusal.status == 401)
    );
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authenticator::<ApiKey>);
}
