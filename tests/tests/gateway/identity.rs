//! Identity headers come from the gateway alone. Never trusted from a client, in whatever spelling.

use serde_json::{Value, json};
use witgate_tests::{Recorder, Stack, StackBuilder, raw};

const FORGED: &str = "x-identity-subject: admin\r\nX_Identity_Subject: admin\r\nX-IDENTITY-roles: staff\r\n\
    x_identity-tenant: other\r\nx-identity-invented: yes\r\n";

#[tokio::test]
async fn the_service_sees_the_identity_of_the_token_and_not_the_forged_one() {
    let stack = Stack::start().await;
    let alice = stack.login("alice").await.access;
    let request = stack.ask(reqwest::Method::GET, "/whoami").bearer_auth(&alice);
    let request = request.header("x-identity-subject", "admin").header("x-identity-invented", "yes");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.expect("JSON");
    let subject = body["subject"].as_str().expect("a subject");
    assert_ne!(subject, "admin");
    let expected = json!({
        "x-identity-subject": subject, "x-identity-roles": body["identity_headers"]["x-identity-roles"],
        "x-identity-tenant": "acme",
    });
    assert_eq!(body["identity_headers"], expected);
    let roles = body["identity_headers"]["x-identity-roles"].as_str().expect("roles");
    assert!(roles.contains("customer") && !roles.contains("staff"), "{roles}");
}

#[tokio::test]
async fn no_spelling_of_a_forged_identity_header_reaches_an_upstream() {
    let recorder = Recorder::serve().await;
    let stack = StackBuilder::new().with(&recorded_routes(&recorder)).start().await;
    let (status, answer) = raw::get(stack.gateway_url(), "/recorded/public", FORGED).await;
    assert_eq!(status, 200, "{answer}");
    let seen = upstream_head(&answer);
    assert!(!seen.contains("identity"), "{seen}");
    let token = stack.login("alice").await.access;
    let headers = format!("Authorization: Bearer {token}\r\n{FORGED}");
    let (_, answer) = raw::get(stack.gateway_url(), "/recorded/private", &headers).await;
    let seen = upstream_head(&answer);
    let lines: Vec<&str> = seen.lines().filter(|line| line.contains("identity")).collect();
    assert_eq!(lines, ["x-identity-tenant: acme"], "{seen}");
}

#[tokio::test]
async fn headers_of_one_hop_stay_there() {
    let recorder = Recorder::serve().await;
    let stack = StackBuilder::new().with(&recorded_routes(&recorder)).start().await;
    let hop = "Connection: x-secret-of-this-hop\r\nx-secret-of-this-hop: 1\r\nKeep-Alive: timeout=5\r\n\
        Proxy-Authorization: Basic abc\r\nTE: trailers\r\n";
    let (status, answer) = raw::get(stack.gateway_url(), "/recorded/public", hop).await;
    assert_eq!(status, 200, "{answer}");
    let seen = upstream_head(&answer);
    for name in ["x-secret-of-this-hop", "keep-alive", "proxy-authorization"] {
        assert!(!seen.contains(name), "{name} reached the upstream:\n{seen}");
    }
}

fn recorded_routes(recorder: &Recorder) -> String {
    format!(
        "[upstreams.recorder]\nurl = \"{}\"\n\
         [plugins.allow]\nworld = \"authorizer\"\nfile = \"plugins/guest_faulty.wasm\"\n\
         [[routes]]\nname = \"recorded-public\"\npath = \"/recorded/public\"\npublic = true\nupstream = \"recorder\"\n\
         [[routes]]\nname = \"recorded-private\"\npath = \"/recorded/private\"\npolicies = [\"jwt\", \"allow\"]\n\
         upstream = \"recorder\"\nidentity-headers = {{ x-identity-tenant = \"tenant\" }}\n",
        recorder.url()
    )
}

/// The head that the upstream received, in lower case: the body of its answer.
fn upstream_head(answer: &str) -> String {
    answer.split_once("\r\n\r\n").expect("a head and a body").1.to_lowercase()
}
