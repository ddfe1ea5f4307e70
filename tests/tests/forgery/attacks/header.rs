//! The protected header (RFC 7515 section 4.1, RFC 8725): every token here is signed by the issuer's own key.

use serde_json::{Value, json};
use witgate_tests::Mint;
use witgate_tests::mint::{SigningKey, part};

use super::form::parts;
use crate::case::{Case, bearer};
use crate::door::{Mints, prefixed};

pub fn cases(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let mut cases = unsigned(main);
    cases.extend(algorithms(main));
    cases.extend(keys_brought_along(main));
    cases.extend(extensions(main));
    cases.extend(types(mints));
    cases.extend(json_texts(main));
    cases
}

/// A token with this member in its header, signed.
fn with(main: &Mint, name: &str, value: Value) -> String {
    main.issue(main.header_with(name, value).to_string(), main.claims().to_string())
}

/// A token with this text as its header, signed.
fn headed(main: &Mint, header: impl AsRef<[u8]>) -> String {
    main.issue(header, main.claims().to_string())
}

fn unsigned(main: &Mint) -> Vec<Case> {
    let casings = ["none", "None", "NONE", "nOnE", "noNe", "NonE", " none", "none ", "none\t", "\u{a0}none"];
    let signed = casings.map(|alg| {
        bearer(format!("alg {alg:?}, signed all the same"), with(main, "alg", json!(alg)), "token_algorithm_none")
    });
    let bare = ["none", "None", "NONE", "nOnE"].map(|alg| {
        let header = main.header_with("alg", json!(alg)).to_string();
        let token = format!("{}.{}.", part(header), part(main.claims().to_string()));
        bearer(format!("alg {alg:?}, without a signature"), token, "token_malformed")
    });
    signed.into_iter().chain(bare).collect()
}

fn algorithms(main: &Mint) -> Vec<Case> {
    let unknown =
        ["", "es256", "ES256 ", "ES256\0", "ES256K", "ES384", "ES512", "EdDSA", "PS256", "RS1", "nil", "nonesuch"];
    let mut cases: Vec<Case> =
        unknown.map(|alg| bearer(format!("alg {alg:?}"), with(main, "alg", json!(alg)), "token_algorithm")).into();
    for value in [json!(256), json!(true), json!(["ES256"]), json!({"ES256": 1})] {
        cases.push(bearer(format!("alg as {value}"), with(main, "alg", value), "token_header_member"));
    }
    cases.push(bearer("no alg", with(main, "alg", Value::Null), "token_header_member"));
    let null = prefixed(&main.header_with("alg", Value::Null), r#""alg":null"#);
    cases.push(bearer("alg null", headed(main, null), "token_header_member"));
    cases
}

/// Headers that say where the key is, or bring it: the attacker's own key signs.
fn keys_brought_along(main: &Mint) -> Vec<Case> {
    let own = SigningKey::es256();
    let by_own = |header: Value| {
        let signed = format!("{}.{}", part(header.to_string()), part(main.claims().to_string()));
        format!("{signed}.{}", part(own.sign(signed.as_bytes())))
    };
    let x5c = json!(["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"]);
    let brought = [
        ("jwk", own.jwk("mint-key-1")),
        ("jwk", Value::String(String::new())),
        ("jku", json!("https://attacker.test/jwks.json")),
        ("jku", json!(main.jwks_url())),
        ("jku", json!(format!("{}@attacker.test/jwks.json", main.issuer()))),
        ("x5u", json!("https://attacker.test/chain.pem")),
        ("x5u", json!("file:///etc/ssl/certs/ca-certificates.crt")),
        ("x5c", x5c),
        ("x5c", json!([])),
    ];
    brought
        .map(|(name, value)| {
            let shown = value.to_string();
            let shown = shown.get(..40).unwrap_or(&shown).replace(main.jwks_url(), "the issuer's own");
            bearer(format!("{name}: {shown}"), by_own(main.header_with(name, value)), "token_header_member")
        })
        .into()
}

/// Members that change what is signed or how it is read.
fn extensions(main: &Mint) -> Vec<Case> {
    let claims = main.claims().to_string();
    let members = [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", json!(["b64"])),
        ("crit", json!("b64")),
        ("crit", json!(["http://example.com/UNDEFINED"])),
        ("b64", json!(true)),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("cty", json!("")),
    ];
    let mut cases: Vec<Case> = members
        .map(|(name, value)| bearer(format!("{name}: {value}"), with(main, name, value.clone()), "token_header_member"))
        .into();
    // RFC 7797: the payload as it is. Its dots and quotes cannot stand in the compact form.
    let mut header = main.header_with("b64", json!(false));
    header["crit"] = json!(["b64"]);
    let detached = format!("{}.", part(header.to_string()));
    cases.push(bearer("b64 false, detached payload", main.seal(&detached), "token_header_member"));
    let plain = format!("{}.{claims}", part(header.to_string()));
    cases.push(bearer("b64 false, the payload in plain", main.seal(&plain), "token_credential_syntax"));
    cases
}

fn types(mints: &Mints) -> Vec<Case> {
    let (main, rsa) = (&mints.main, &mints.rsa);
    let others = [
        "JWT",
        "id+jwt",
        "ID",
        "rt+jwt",
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "at+jwt ",
        "at jwt",
        "text/at+jwt",
        "",
    ];
    let mut cases: Vec<Case> =
        others.map(|typ| bearer(format!("typ {typ:?}"), with(main, "typ", json!(typ)), "token_type")).into();
    cases.push(bearer("no typ", with(main, "typ", Value::Null), "token_type"));
    for value in [json!(1), json!(["at+jwt"]), json!(false)] {
        cases.push(bearer(format!("typ as {value}"), with(main, "typ", value), "token_header_member"));
    }
    let lenient = ["logout+jwt", "dpop+jwt", "secevent+jwt", "JWE"];
    cases.extend(
        lenient.map(|typ| bearer(format!("lenient issuer: typ {typ}"), with(rsa, "typ", json!(typ)), "token_type")),
    );
    cases
}

fn json_texts(main: &Mint) -> Vec<Case> {
    let good = main.header().to_string();
    let mut cases: Vec<Case> = [
        ("alg twice, none first", prefixed(&main.header(), r#""alg":"none""#)),
        ("alg twice, equal", prefixed(&main.header(), r#""alg":"ES256""#)),
        ("alg twice, escaped", prefixed(&main.header(), r#""\u0061lg":"none""#)),
        ("kid twice, escaped", prefixed(&main.header(), r#""k\u0069d":"mint-key-2""#)),
        ("jwk twice", prefixed(&main.header(), r#""jwk":{},"jwk":{}"#)),
        ("a duplicate deep inside", prefixed(&main.header(), r#""x":[{"a":{"b":1,"b":2}}]"#)),
        ("an array", format!("[{good}]")),
        ("null", "null".to_owned()),
        ("a text", json!(good).to_string()),
        ("a number", "256".to_owned()),
        ("something after it", format!("{good}{{}}")),
        ("two objects", format!("{good} {good}")),
        ("a trailing comma", good.replace('}', ",}")),
        ("single quotes", good.replace('"', "'")),
        ("a comment", good.replace('{', "{/* */")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("a null at the end", format!("{good}\0")),
        ("cut off", good[..good.len() - 1].to_owned()),
        ("nested 40 deep", prefixed(&main.header(), &format!(r#""x":{}{}"#, "[".repeat(40), "]".repeat(40)))),
        ("nested 2000 deep", prefixed(&main.header(), &format!(r#""x":{}{}"#, "[".repeat(2000), "]".repeat(2000)))),
    ]
    .map(|(name, text)| bearer(format!("header: {name}"), headed(main, text), "token_header_json"))
    .into();
    let not_utf8 = [good.replace("ES256", "ES").as_bytes(), b"\xff"].concat();
    cases.push(bearer("header: no UTF-8", headed(main, not_utf8), "token_header_json"));
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.push(bearer("header: UTF-16", headed(main, wide), "token_header_json"));
    let token = main.sign(&main.claims());
    let [_, payload, _] = parts(&token);
    cases.push(bearer(
        "header: the payload once more",
        main.seal(&format!("{payload}.{payload}")),
        "token_header_member",
    ));
    cases
}
