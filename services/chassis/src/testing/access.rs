//! Who gets into every service: nobody without a good token, but to `/healthz`.
//! Never asserts on the wording of a refusal, only on status, code and challenge.

use reqwest::Method;
use serde_json::{Value, json};

use super::issuer::{CUSTOMER_SCOPE, Issuer, claims};
use super::running::Running;

/// A path that is not public, with the method and the body of a good request.
pub type Path = (Method, &'static str, Option<Value>);

/// Every path refuses a token that is missing, or bad in any way.
pub async fn demands_a_good_token(server: &Running, paths: &[Path]) {
    let bad = bad_tokens(&server.issuer);
    for (method, path, body) in paths {
        let answer = server.call(method.clone(), path, None, body.clone()).await;
        assert_eq!((answer.status, answer.challenge.as_str()), (401, "Bearer"), "{method} {path} without a token");
        for (fault, token) in &bad {
            let answer = server.call(method.clone(), path, Some(token), body.clone()).await;
            assert_eq!(answer.status, 401, "{method} {path} with {fault}: {answer:?}");
            assert_eq!(answer.content_type, "application/problem+json");
            assert!(answer.challenge.starts_with("Bearer error=\"invalid_token\""), "{answer:?}");
        }
    }
}

fn bad_tokens(issuer: &Issuer) -> [(&'static str, String); 6] {
    let spoiled = |name: &str, value: Value| {
        let mut claims = claims("alice", CUSTOMER_SCOPE, &["staff"]);
        claims[name] = value;
        issuer.sign(&claims)
    };
    [
        ("audience", spoiled("aud", json!("another"))),
        ("issuer", spoiled("iss", json!("http://127.0.0.1:9999"))),
        ("no subject", spoiled("sub", Value::Null)),
        ("expired", spoiled("exp", json!(1_700_000_000))),
        ("another key", Issuer::new().staff("alice")),
        ("garbage", "a.b.c".to_owned()),
    ]
}

/// `/healthz` needs no token; what is not there is a problem document. `path` takes no PATCH.
pub async fn opens_health_alone(server: &Running, path: &str) {
    assert_eq!(server.call(Method::GET, "/healthz", None, None).await.status, 200);
    server.call(Method::GET, "/nothing", None, None).await.is_problem(404, "not_found");
    server.call(Method::PATCH, path, None, None).await.is_problem(405, "method_not_allowed");
}
