//! The public documents and the health pages. Never expects more of them than a client may rely on.

use serde_json::json;

use super::service::{Folder, Service};

#[tokio::test]
async fn both_metadata_documents_name_the_issuer_and_its_keys() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    let mut documents = Vec::new();
    for name in ["openid-configuration", "oauth-authorization-server"] {
        let answer = service.get(&format!("/.well-known/{name}")).await;
        assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"application/json".parse().unwrap()));
        documents.push(answer.json());
    }
    assert_eq!(documents[0], documents[1]);
    let document = &documents[0];
    for (name, path) in [
        ("jwks_uri", "/.well-known/jwks.json"),
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("introspection_endpoint", "/oauth/introspect"),
        ("revocation_endpoint", "/oauth/revoke"),
        ("end_session_endpoint", "/oauth/logout"),
    ] {
        assert_eq!(document[name], format!("http://127.0.0.1:9000{path}"), "{name}");
        // Somebody answers there, and not with "there is nothing".
        assert_ne!(service.get(path).await.status, 404, "{name}");
    }
    let scopes = ["openid", "profile", "email", "auth:admin", "catalogue:read", "orders:read", "orders:read:all"];
    for (name, expected) in [
        ("issuer", json!("http://127.0.0.1:9000")),
        ("response_types_supported", json!(["code"])),
        ("response_modes_supported", json!(["query"])),
        ("grant_types_supported", json!(["authorization_code", "refresh_token", "client_credentials"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("prompt_values_supported", json!(["none", "login", "consent", "select_account"])),
        ("subject_types_supported", json!(["public"])),
        ("id_token_signing_alg_values_supported", json!(["ES256"])),
        ("access_token_signing_alg_values_supported", json!(["ES256"])),
        ("scopes_supported", json!([&scopes[..], &["orders:write", "stock:write"]].concat())),
        (
            "token_endpoint_auth_methods_supported",
            json!(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]),
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            json!(["client_secret_basic", "client_secret_post", "private_key_jwt"]),
        ),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
    ] {
        assert_eq!(document[name], expected, "{name}");
    }
    let signed = document["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap();
    assert!(signed.contains(&json!("ES256")) && !signed.iter().any(|name| name.as_str().unwrap().starts_with("HS")));
}

#[tokio::test]
async fn the_key_set_has_one_public_key() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    let answer = service.get("/.well-known/jwks.json").await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    let set = answer.json();
    let key = set["keys"][0].as_object().unwrap();
    let mut members: Vec<&str> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        (set["keys"].as_array().unwrap().len(), members),
        (1, vec!["alg", "crv", "kid", "kty", "use", "x", "y"])
    );
}

#[tokio::test]
async fn health_and_readiness() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    assert_eq!(service.get("/healthz").await.json(), json!({ "status": "ok" }));
    assert_eq!(service.get("/readyz").await.json(), json!({ "status": "ready" }));
}
