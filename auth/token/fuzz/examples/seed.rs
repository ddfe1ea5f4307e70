//! Writes the seeds of every target from the vectors: `cargo +nightly run --example seed` in this folder.
//!
//! Never writes more than 500 KB: of vectors that differ only in the signature's value it takes every eighth.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use witgate_token_fuzz::{GOOD, SECRET, claims, document};

const FILES: [&str; 3] = ["json_web_signature_test.json", "json_web_key_test.json", "json_web_crypto_test.json"];
/// Of so many vectors of one group, one is taken.
const EVERY: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut tokens, mut documents) = (BTreeSet::new(), BTreeSet::new());
    for name in FILES {
        let file: Value = serde_json::from_slice(&fs::read(here.join("../vectors/wycheproof").join(name))?)?;
        for group in file["testGroups"].as_array().into_iter().flatten() {
            let key = group.get("public").unwrap_or(&group["private"]);
            let listed = if key.get("keys").is_some() { key.clone() } else { json!({"keys": [key]}) };
            documents.insert(listed.to_string().into_bytes());
            let of_group = group["tests"].as_array().into_iter().flatten().filter_map(|test| test["jws"].as_str());
            tokens.extend(of_group.step_by(EVERY).map(|token| [b"\0", token.as_bytes()].concat()));
        }
    }
    tokens.extend(GOOD.iter().map(|token| [b"\0", token.as_bytes()].concat()));
    tokens.extend(signed());
    documents.extend([document().into_bytes(), SECRET.to_vec(), PEM.as_bytes().to_vec()]);
    write(&here.join("corpus/token"), &tokens)?;
    write(&here.join("corpus/jwks"), &documents)?;
    write(&here.join("corpus/claims_pointer"), &pointers())
}

/// Headers and payloads that the target signs itself.
fn signed() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for header in [
        json!({"alg": "HS256", "typ": "at+jwt"}),
        json!({"alg": "HS256", "typ": "JWT", "kid": "k1"}),
        json!({"alg": "HS256", "crit": ["exp"], "b64": false}),
        json!({"alg": "none"}),
    ] {
        for change in [json!({}), json!({"aud": ["x", "api"], "nbf": 1_800_000_000}), json!({"nonce": "n", "scp": []})]
        {
            let mut all = claims();
            all.as_object_mut().into_iter().for_each(|all| all.extend(change.as_object().cloned().unwrap_or_default()));
            seeds.push([b"\x01", header.to_string().as_bytes(), b"\0", all.to_string().as_bytes()].concat());
        }
    }
    seeds
}

fn pointers() -> BTreeSet<Vec<u8>> {
    let payloads = [
        r#"{"realm_access":{"roles":["a","b",{"c":null}]},"a/b":1,"m~n":[[2]],"":{"":3},"~1":4}"#,
        r#"{"n":[1,-2,1.5e300,18446744073709551615],"é":"\u00e9","deep":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
    ];
    let names = [
        "sub",
        "/sub",
        "/realm_access/roles/0",
        "/realm_access/roles/2/c",
        "/a~1b",
        "/m~0n/0/0",
        "//",
        "/~01",
        "/n/3",
        "",
    ];
    let with = |payload: &str| names.map(|name| [payload.as_bytes(), b"\0", name.as_bytes()].concat());
    payloads.into_iter().flat_map(with).collect()
}

/// The key of RFC 8410 section 10.1.
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

fn write(folder: &Path, seeds: &BTreeSet<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:03}")), seed)?;
    }
    Ok(())
}
