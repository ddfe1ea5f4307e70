//! How clients prove themselves, and how they do not. Never lets an assertion count twice.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use witgate_auth::signing::{SigningAlgorithm, SigningKey};

use super::app::{App, is_error, post_form};
use crate::both::on_both;
use crate::service::{Answer, Folder, Service};

on_both!(
    a_secret_comes_by_header_or_form_and_not_by_both,
    a_wrong_proof_looks_the_same_whatever_is_wrong,
    an_assertion_counts_once,
    an_assertion_must_be_for_this_service_and_of_this_client,
    nobody_is_a_client_that_it_has_no_key_of,
);

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const TYPE: (&str, &str) = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

async fn machine(folder: &Folder) -> App {
    App::add(folder, &["--grant", "client_credentials", "--scope", "orders:read"]).await
}

fn key() -> SigningKey {
    let (kid, der) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    SigningKey::from_pkcs8(SigningAlgorithm::Es256, &kid, &der).unwrap()
}

/// A client that signs with this key.
async fn signer(folder: &Folder, id: &str, key: &SigningKey) -> App {
    let file = folder.config().with_file_name(format!("{id}.json"));
    std::fs::write(&file, json!({ "keys": [key.public_jwk()] }).to_string()).unwrap();
    let args = ["--id", id, "--jwks-file", file.to_str().unwrap(), "--grant", "client_credentials"];
    App::add(folder, &[&args[..], &["--scope", "orders:read"]].concat()).await
}

/// What an assertion of this client says.
fn claims(id: &str, jti: &str) -> Value {
    let now = witgate_auth::clock::now();
    json!({ "iss": id, "sub": id, "aud": "http://127.0.0.1:9000", "jti": jti, "iat": now, "exp": now + 60 })
}

async fn assert_it(service: &Service, assertion: &str) -> Answer {
    post_form(service, "/oauth/token", &[], &[GRANT, TYPE, ("client_assertion", assertion)]).await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn a_secret_comes_by_header_or_form_and_not_by_both(folder: Folder) {
    let app = machine(&folder).await;
    let service = Service::start(&folder).await;
    let (id, secret) = (app.id.as_str(), app.secret.as_deref().unwrap());
    let header = basic(id, secret);
    let by_header = [("authorization", header.as_str())];
    let ask = async |headers: &[(&str, &str)], pairs: &[(&str, &str)]| {
        post_form(&service, "/oauth/token", headers, &[&[GRANT][..], pairs].concat()).await
    };
    assert_eq!(ask(&by_header, &[]).await.status, 200);
    assert_eq!(ask(&by_header, &[("client_id", id)]).await.status, 200, "no second proof");
    assert_eq!(ask(&[], &[("client_id", id), ("client_secret", secret)]).await.status, 200);
    is_error(&ask(&by_header, &[("client_id", "other")]).await, 400, "invalid_request");
    is_error(&ask(&by_header, &[("client_secret", secret)]).await, 400, "invalid_request");
    is_error(&ask(&by_header, &[TYPE, ("client_assertion", "x")]).await, 400, "invalid_request");
    is_error(&ask(&[], &[("client_secret", secret), TYPE, ("client_assertion", "x")]).await, 400, "invalid_request");
    is_error(&ask(&[], &[("client_assertion", "x")]).await, 400, "invalid_request");
    is_error(&ask(&[], &[TYPE]).await, 400, "invalid_request");
    is_error(&ask(&[], &[("client_id", id), ("client_id", id)]).await, 400, "invalid_request");
}

async fn a_wrong_proof_looks_the_same_whatever_is_wrong(folder: Folder) {
    let (app, other, public) = (machine(&folder).await, machine(&folder).await, App::public(&folder).await);
    let service = Service::start(&folder).await;
    let secret = other.secret.as_deref().unwrap();
    let mut texts = Vec::new();
    for id in [app.id.as_str(), public.id.as_str(), "nobody", "a\0b", ""] {
        for header in ["", "Basic !", "Bearer x", &basic(id, secret), &basic(id, "x")] {
            let headers = [("authorization", header)];
            let headers = if header.is_empty() { &[] } else { &headers[..] };
            let form = [GRANT, ("client_id", id), ("client_secret", secret)];
            let form = if header.is_empty() { &form[..] } else { &form[..2] };
            let answer = post_form(&service, "/oauth/token", headers, form).await;
            is_error(&answer, 401, "invalid_client");
            texts.push(answer.text);
        }
    }
    is_error(&post_form(&service, "/oauth/token", &[], &[GRANT]).await, 401, "invalid_client");
    is_error(&post_form(&service, "/oauth/token", &[], &[GRANT, ("client_id", &app.id)]).await, 401, "invalid_client");
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    assert!(!folder.log().contains(secret));
}

async fn an_assertion_counts_once(folder: Folder) {
    let key = key();
    signer(&folder, "signer", &key).await;
    let service = Service::start(&folder).await;
    let assertion = key.sign("JWT", &claims("signer", "j-1")).unwrap();
    assert_eq!(assert_it(&service, &assertion).await.status, 200);
    is_error(&assert_it(&service, &assertion).await, 401, "invalid_client");
    let same_id = key.sign("JWT", &claims("signer", "j-1")).unwrap();
    is_error(&assert_it(&service, &same_id).await, 401, "invalid_client");
    assert_eq!(assert_it(&service, &key.sign("JWT", &claims("signer", "j-2")).unwrap()).await.status, 200);

    let third = key.sign("JWT", &claims("signer", "j-3")).unwrap();
    let pairs = [TYPE, ("client_assertion", third.as_str()), ("token", "x")];
    assert_eq!(post_form(&service, "/oauth/revoke", &[], &pairs).await.status, 200);
    is_error(&post_form(&service, "/oauth/revoke", &[], &pairs).await, 401, "invalid_client");
}

async fn an_assertion_must_be_for_this_service_and_of_this_client(folder: Folder) {
    let (key, other) = (key(), key());
    signer(&folder, "signer", &key).await;
    signer(&folder, "other", &other).await;
    let service = Service::start(&folder).await;
    let now = witgate_auth::clock::now();
    let changed = |name: &str, value: Value| {
        let mut claims = claims("signer", &format!("{name}-{value}"));
        claims[name] = value;
        key.sign("JWT", &claims).unwrap()
    };
    let good = changed("aud", "http://127.0.0.1:9000/oauth/token".into());
    assert_eq!(assert_it(&service, &good).await.status, 200);
    let [header, payload, _] = good.split('.').collect::<Vec<_>>()[..] else { panic!("a JWT") };
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let hmac = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "typ": "JWT", "kid": key.kid() }).to_string());
    for bad in [
        changed("aud", "https://other.example.com".into()),
        changed("aud", json!(["http://127.0.0.1:9000", "https://other.example.com"])),
        changed("sub", "other".into()),
        changed("iss", "other".into()),
        changed("exp", (now - 31).into()),
        changed("exp", (now + 400).into()),
        changed("jti", Value::Null),
        other.sign("JWT", &claims("signer", "j-1")).unwrap(),
        format!("{none}.{payload}."),
        format!("{hmac}.{payload}.{}", "A".repeat(43)),
        format!("{header}.{payload}.{}", "A".repeat(86)),
        "x".to_owned(),
    ] {
        is_error(&assert_it(&service, &bad).await, 401, "invalid_client");
    }
    let assertion = key.sign("JWT", &claims("signer", "j-2")).unwrap();
    let named = |id| [GRANT, TYPE, ("client_assertion", assertion.as_str()), ("client_id", id)];
    is_error(&post_form(&service, "/oauth/token", &[], &named("other")).await, 401, "invalid_client");
    assert_eq!(post_form(&service, "/oauth/token", &[], &named("signer")).await.status, 200);
}

async fn nobody_is_a_client_that_it_has_no_key_of(folder: Folder) {
    let key = key();
    let (with_secret, public) = (machine(&folder).await, App::public(&folder).await);
    signer(&folder, "signer", &key).await;
    let service = Service::start(&folder).await;
    for id in [&with_secret.id, &public.id, "nobody"] {
        let assertion = key.sign("JWT", &claims(id, "j-1")).unwrap();
        is_error(&assert_it(&service, &assertion).await, 401, "invalid_client");
    }
    is_error(&post_form(&service, "/oauth/token", &[], &[GRANT, ("client_id", "signer")]).await, 401, "invalid_client");
    assert_eq!(folder.cli(&["client", "disable", "signer"], "").await.code, 0);
    let assertion = key.sign("JWT", &claims("signer", "j-2")).unwrap();
    is_error(&assert_it(&service, &assertion).await, 401, "invalid_client");
}
