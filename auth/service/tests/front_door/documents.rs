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
    let expected = json!({
        "issuer": "http://127.0.0.1:9000",
        "jwks_uri": "http://127.0.0.1:9000/.well-known/jwks.json",
        "response_types_supported": [],
        "grant_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "access_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["auth:admin", "catalogue:read", "orders:read", "orders:read:all", "orders:write", "stock:write"],
    });
    assert_eq!(documents[0], expected);
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
