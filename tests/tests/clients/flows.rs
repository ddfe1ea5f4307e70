//! What a client does: it finds the issuer, signs a user in, asks about them, renews, asks about the token, gives it back. Each for
//! both libraries. Never with a skip that is not told.

use reqwest::Url;
use serde_json::{Value, json};
use witgate_tests::plain_browser::PlainBrowser;
use witgate_tests::users;

use crate::library::{Library, RelyingParty};
use crate::provider::{Provider, Registered};

/// A client for users that may also ask about tokens and give back those of others.
const WITH_SERVICES: [&str; 6] =
    ["--grant", "client_credentials", "--scope", "tokens:introspect", "--scope", "tokens:revoke"];

/// Begins a sign-in and plays the browser until the library's address.
async fn come_back(party: &mut RelyingParty, client: &Registered, extra: &Value) -> Url {
    let url = party.succeed(&json!({"do": "begin", "extra": extra})).await["url"].as_str().expect("a URL").to_owned();
    PlainBrowser::default().sign_in(&url, users::named("alice"), client.redirect_uri).await
}

async fn sign_in(party: &mut RelyingParty, client: &Registered) -> Value {
    let callback = come_back(party, client, &json!({})).await;
    party.succeed(&json!({"do": "finish", "callback": callback.as_str()})).await
}

/// The whole life of a sign-in with a client that says who it is by `method`.
async fn a_life(library: Library, method: &'static str, extra: &[&str]) {
    let Some(script) = library.script() else { return };
    let provider = Provider::start().await;
    let client = provider.register("their-client", method, extra);
    let mut party = RelyingParty::start(script, &provider.issuer, &client).await;

    let signed_in = sign_in(&mut party, &client).await;
    let (tokens, claims) = (&signed_in["tokens"], &signed_in["claims"]);
    assert_eq!(claims["aud"], "their-client", "{claims}");
    let user = party.succeed(&userinfo(&tokens["access_token"], &claims["sub"])).await;
    assert_eq!(user["sub"], claims["sub"], "{user}");

    let renewed = party.succeed(&json!({"do": "refresh", "refresh_token": tokens["refresh_token"]})).await;
    let renewed = &renewed["tokens"];
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"], "a refresh token is good for one use");
    party.succeed(&userinfo(&renewed["access_token"], &claims["sub"])).await;

    party.succeed(&json!({"do": "revoke", "token": renewed["refresh_token"]})).await;
    let over = party.ask(&json!({"do": "refresh", "refresh_token": renewed["refresh_token"]})).await;
    assert_eq!(over["error"], "invalid_grant", "{over}");
    let over = party.ask(&userinfo(&renewed["access_token"], &claims["sub"])).await;
    assert!(over.get("error").is_some(), "the access token ended with its session: {over}");
}

fn userinfo(access_token: &Value, subject: &Value) -> Value {
    json!({"do": "userinfo", "access_token": access_token, "subject": subject})
}

#[tokio::test]
async fn openid_client_as_a_public_client() {
    a_life(Library::OpenidClient, "none", &[]).await;
}

#[tokio::test]
async fn openid_client_with_a_secret_in_the_header() {
    a_life(Library::OpenidClient, "client_secret_basic", &["--first-party"]).await;
}

#[tokio::test]
async fn openid_client_with_a_secret_in_the_form() {
    a_life(Library::OpenidClient, "client_secret_post", &[]).await;
}

#[tokio::test]
async fn openid_client_with_signed_assertions() {
    a_life(Library::OpenidClient, "private_key_jwt", &[]).await;
}

#[tokio::test]
async fn authlib_with_signed_assertions() {
    a_life(Library::Authlib, "private_key_jwt", &[]).await;
}

#[tokio::test]
async fn authlib_as_a_public_client() {
    a_life(Library::Authlib, "none", &[]).await;
}

#[tokio::test]
async fn authlib_with_a_secret_in_the_header() {
    a_life(Library::Authlib, "client_secret_basic", &[]).await;
}

#[tokio::test]
async fn authlib_with_a_secret_in_the_form() {
    a_life(Library::Authlib, "client_secret_post", &["--first-party"]).await;
}

/// A token of the client's own, and what the issuer says of it before and after it is given back.
async fn a_service(library: Library) {
    let Some(script) = library.script() else { return };
    let provider = Provider::start().await;
    let client = provider.register("their-service", "client_secret_basic", &WITH_SERVICES);
    let mut party = RelyingParty::start(script, &provider.issuer, &client).await;
    let got = party.succeed(&json!({"do": "client_credentials", "scope": "orders:read"})).await;
    let (token, ask) = (&got["tokens"]["access_token"], |token: &Value| json!({"do": "introspect", "token": token}));
    assert!(got["tokens"].get("refresh_token").is_none_or(Value::is_null), "{got}");
    let said = party.succeed(&ask(token)).await;
    assert_eq!((&said["active"], &said["client_id"]), (&json!(true), &json!("their-service")), "{said}");
    assert_eq!(said["sub"], "their-service", "{said}");
    party.succeed(&json!({"do": "revoke", "token": token})).await;
    assert_eq!(party.succeed(&ask(token)).await, json!({"active": false}));
    assert_eq!(party.succeed(&ask(&json!("no token at all"))).await, json!({"active": false}));
}

#[tokio::test]
async fn openid_client_as_a_service() {
    a_service(Library::OpenidClient).await;
}

#[tokio::test]
async fn authlib_as_a_service() {
    a_service(Library::Authlib).await;
}

/// What a library must notice, or the issuer must refuse.
async fn what_is_wrong_stays_wrong(library: Library) {
    let Some(script) = library.script() else { return };
    let provider = Provider::start().await;
    let client = provider.register("their-client", "client_secret_basic", &[]);
    let mut party = RelyingParty::start(script, &provider.issuer, &client).await;

    let callback = come_back(&mut party, &client, &json!({})).await;
    let finish = |callback: &Url| json!({"do": "finish", "callback": callback.as_str()});
    let first = party.succeed(&finish(&callback)).await;
    let twice = party.ask(&finish(&callback)).await;
    assert_eq!(twice["error"], "invalid_grant", "a code counts once: {twice}");
    let refresh = json!({"do": "refresh", "refresh_token": first["tokens"]["refresh_token"]});
    assert_eq!(party.ask(&refresh).await["error"], "invalid_grant", "and its session is over");

    // A code that was made for one verifier does not fit another.
    let stolen = come_back(&mut party, &client, &json!({})).await;
    let own = come_back(&mut party, &client, &json!({})).await;
    let code = |url: &Url| url.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let mixed = own.as_str().replace(&code(&own), &code(&stolen));
    assert_ne!(mixed, own.as_str());
    let mixed = party.ask(&json!({"do": "finish", "callback": mixed})).await;
    assert_eq!(mixed["error"], "invalid_grant", "{mixed}");

    let wrong = Registered { secret: Some("wgs_wrong".into()), ..client };
    let mut stranger = RelyingParty::start(library.script().expect("as above"), &provider.issuer, &wrong).await;
    let refused = stranger.ask(&json!({"do": "client_credentials", "scope": "orders:read"})).await;
    assert_eq!(refused["error"], "invalid_client", "{refused}");
}

#[tokio::test]
async fn openid_client_notices_what_is_wrong() {
    what_is_wrong_stays_wrong(Library::OpenidClient).await;
}

#[tokio::test]
async fn authlib_notices_what_is_wrong() {
    what_is_wrong_stays_wrong(Library::Authlib).await;
}

#[tokio::test]
async fn the_two_documents_about_the_issuer_name_the_same_places() {
    let provider = Provider::start().await;
    let openid = provider.document("/.well-known/openid-configuration").await;
    let oauth = provider.document("/.well-known/oauth-authorization-server").await;
    let places =
        ["authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint", "introspection_endpoint"];
    for place in places {
        let url = openid[place].as_str().unwrap_or_else(|| panic!("no {place} in {openid}"));
        assert!(url.starts_with(&provider.issuer), "{place}: {url}");
        assert_eq!(oauth[place], openid[place]);
    }
}
