//! Every rule, broken once.

use super::*;
use crate::signing::{SigningAlgorithm, SigningKey};
use serde_json::json;

fn config() -> Config {
    let toml =
        "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\nresources = [\"https://orders.example.com\"]";
    Config::parse(std::path::Path::new("auth.toml"), toml).unwrap()
}

fn app() -> Registration {
    Registration {
        client_id: Some("app".into()),
        name: "App".into(),
        credential: Credential::Public,
        redirect_uris: vec!["https://app.example.com/back".into()],
        grants: vec![GrantType::RefreshToken, GrantType::AuthorizationCode],
        scopes: vec!["orders:read".into(), "openid".into(), "openid".into()],
        audiences: vec!["https://orders.example.com".into()],
        first_party: false,
    }
}

fn keys(document: &serde_json::Value) -> Credential {
    Credential::Keys(document.to_string())
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Registration), place: &str, needle: &str) {
    let mut asked = app();
    change(&mut asked);
    let fault = asked.check(&config(), 0).unwrap_err();
    assert_eq!(fault.place, place, "{fault}");
    assert!(fault.message.contains(needle), "{fault}");
}

#[test]
fn a_good_client_is_registered_as_asked() {
    let client = app().check(&config(), 7).unwrap();
    assert_eq!((client.client_id.as_str(), client.auth_method.as_str(), client.created_at), ("app", "none", 7));
    assert_eq!(client.scopes, ["openid", "orders:read"]);
    assert_eq!(client.grant_types, ["authorization_code", "refresh_token"]);
    assert!(!client.first_party && client.secret_hash.is_none() && client.jwks.is_none());
    let service = Registration {
        client_id: None,
        credential: Credential::Secret([1; 32]),
        redirect_uris: vec![],
        grants: vec![],
        scopes: vec!["revocations:read".into()],
        ..app()
    };
    let client = service.check(&config(), 7).unwrap();
    assert_eq!((client.client_id.len(), client.secret_hash), (36, Some([1; 32])));
}

#[test]
fn names_and_ids() {
    refused(|asked| asked.name = " ".into(), "name", "1 to 100 characters");
    refused(|asked| asked.name = "a\tb".into(), "name", "control");
    refused(|asked| asked.client_id = Some(String::new()), "id", "1 to 100");
    refused(|asked| asked.client_id = Some("a b".into()), "id", "letters");
    refused(|asked| asked.client_id = Some("7e57ab1e-0000-4000-8000-000000000001".into()), "id", "no UUID");
    refused(|asked| asked.client_id = Some("7e57ab1e000040008000000000000001".into()), "id", "no UUID");
    refused(|asked| asked.client_id = Some("witgate-portal".into()), "id", "first-party");
}

#[test]
fn grants_and_redirects() {
    refused(|asked| asked.grants.push(GrantType::ClientCredentials), "grant", "anybody could be it");
    refused(|asked| asked.grants.clear(), "public", "authorization_code");
    refused(
        |asked| (asked.credential, asked.grants) = (Credential::Secret([1; 32]), vec![GrantType::RefreshToken]),
        "grant",
        "beside it",
    );
    refused(|asked| asked.redirect_uris.clear(), "redirect-uri", "one at least");
    refused(|asked| asked.redirect_uris = vec!["https://a.example/".into(); 21], "redirect-uri", "at most 20");
    refused(|asked| asked.redirect_uris.push("http://a.example/".into()), "redirect-uri", "use https");
    refused(
        |asked| (asked.credential, asked.grants) = (Credential::Secret([1; 32]), vec![GrantType::ClientCredentials]),
        "redirect-uri",
        "has a use",
    );
}

#[test]
fn scopes_and_audiences() {
    refused(|asked| asked.scopes.push("tokens:revoke".into()), "scope", "public client");
    refused(|asked| asked.scopes.push("orders:eat".into()), "scope", "stock:write");
    refused(|asked| asked.audiences.push("https://other.example.com".into()), "audience", "`resources`");
}

#[test]
fn keys_must_all_be_usable() {
    let (kid, der) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let key = SigningKey::from_pkcs8(SigningAlgorithm::Es256, &kid, &der).unwrap();
    let good = || json!(key.public_jwk());
    let client = Registration { credential: keys(&json!({ "keys": [good()] })), ..app() }.check(&config(), 0).unwrap();
    assert_eq!(client.auth_method, "private_key_jwt");
    refused(|asked| asked.credential = keys(&json!({})), "jwks", "keys");
    refused(|asked| asked.credential = keys(&json!({ "keys": [] })), "jwks", "no key");
    let shared = json!({ "kty": "oct", "k": "AA", "kid": "s" });
    refused(|asked| asked.credential = keys(&json!({ "keys": [good(), shared] })), "jwks", "key 2");
    let mut private = good();
    private["d"] = "AA".into();
    refused(|asked| asked.credential = keys(&json!({ "keys": [private] })), "jwks", "private half");
}
