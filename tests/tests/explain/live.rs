//! The debug header: only the operator's signature makes a trace, nothing else changes, and no secret is ever shown.

use std::time::Duration;

use serde_json::{Value, json};
use witgate_tests::command::{told, witgate};
use witgate_tests::mint::{SigningKey, now, part};
use witgate_tests::session::header;
use witgate_tests::{Stack, deadline};

/// How long a reload may take on a busy machine.
const RELOAD_DEADLINE: Duration = Duration::from_secs(20);

/// A stack whose gateway knows this operator.
async fn stack_of(operator: &SigningKey) -> Stack {
    let stack = Stack::start().await;
    std::fs::write(stack.folder().join("operator.pem"), operator.public_pem()).expect("a written key");
    let text = stack.gateway_toml().replace("threads = 2", "threads = 2\ndebug-key-file = \"operator.pem\"");
    let before = stack.generation().await;
    stack.write_gateway_toml(&text);
    let look = || async { (stack.generation().await > before).then_some(()) };
    deadline::until(RELOAD_DEADLINE, "the operator's key in force", look).await;
    stack
}

fn claims() -> Value {
    json!({"iss": "witgate-operator", "aud": "witgate-debug", "sub": "operator", "iat": now(), "exp": now() + 60})
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    let text = format!("{}.{}", part(json!({"alg": "ES256", "typ": "JWT"}).to_string()), part(claims.to_string()));
    format!("{text}.{}", part(key.sign(text.as_bytes())))
}

async fn ask(stack: &Stack, path: &str, token: Option<&str>, debug: &str) -> reqwest::Response {
    let request = stack.ask(reqwest::Method::GET, path).header("x-witgate-debug", debug);
    let request = request.header("cookie", "session=very-private");
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.expect("an answer")
}

async fn page(stack: &Stack, path: &str) -> (u16, String) {
    let answer = stack.http().get(format!("{}{path}", stack.admin_url())).send().await.expect("an admin answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn a_signed_header_traces_one_request_and_shows_no_secret() {
    let operator = SigningKey::es256();
    let stack = stack_of(&operator).await;
    let token = stack.login("alice").await.access;
    let debug = signed(&operator, &claims());
    let answer = ask(&stack, "/whoami", Some(&token), &debug).await;
    assert_eq!(answer.status(), 200);
    let id = header(&answer, "x-witgate-trace").expect("a trace").to_owned();
    assert_eq!(header(&answer, "x-request-id"), Some(id.as_str()));

    let (status, text) = page(&stack, &format!("/traces/{id}")).await;
    assert_eq!(status, 200);
    let found: Value = serde_json::from_str(&text).expect("a document");
    assert_eq!((&found["route"], &found["upstream"]), (&json!("whoami"), &json!("orders")));
    assert_eq!(found["answer"]["status"], 200);
    assert_eq!(found["steps"].as_array().map(Vec::len), Some(2), "{text}");
    let (_, list) = page(&stack, "/traces").await;
    assert!(list.contains(&id), "{list}");
    let bare = stack.admin_url().trim_start_matches("http://");
    let live = |admin: &str| told(&witgate(stack.folder(), &["explain", "--live", admin, "--id", &id], ""));
    let (shown, code) = live(stack.admin_url());
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(live(bare), (shown.clone(), code));
    assert!(shown.contains("authorizer authz") && shown.contains("answered 200"), "{shown}");
    for secret in [token.as_str(), &debug, "very-private"] {
        for text in [&text, &list, &shown, &stack.gateway_log()] {
            assert!(!text.contains(secret), "{secret} is shown in\n{text}");
        }
    }
}

#[tokio::test]
async fn a_refused_request_is_traced_as_well() {
    let operator = SigningKey::es256();
    let stack = stack_of(&operator).await;
    let answer = ask(&stack, "/whoami", None, &signed(&operator, &claims())).await;
    assert_eq!(answer.status(), 401);
    let id = header(&answer, "x-witgate-trace").expect("a trace").to_owned();
    let (_, text) = page(&stack, &format!("/traces/{id}")).await;
    let found: Value = serde_json::from_str(&text).expect("a document");
    assert_eq!(found["answer"]["token_refusal"], "token_missing", "{text}");
}

#[tokio::test]
async fn a_header_that_the_operator_did_not_sign_changes_nothing() {
    let operator = SigningKey::es256();
    let stack = stack_of(&operator).await;
    let token = stack.login("alice").await.access;
    let changed = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        signed(&operator, &claims)
    };
    let bad = [
        signed(&operator.another(), &claims()),
        changed("exp", json!(now() - 60)),
        changed("exp", json!(now() + 3600)),
        changed("aud", json!("witgate")),
        changed("iss", json!("somebody")),
        changed("iat", Value::Null),
        changed("route", json!("orders")),
        changed("route", json!(7)),
        "not.a.token".to_owned(),
        token.clone(),
    ];
    for debug in &bad {
        let answer = ask(&stack, "/whoami", Some(&token), debug).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "x-witgate-trace")), (200, None), "{debug}");
    }
    let (_, list) = page(&stack, "/traces").await;
    assert_eq!(list, "[]");
    let (_, metrics) = page(&stack, "/metrics").await;
    assert!(metrics.contains("witgate_debug_headers_total{outcome=\"refused\"} 9"), "{metrics}");
    assert!(metrics.contains("witgate_debug_headers_total{outcome=\"elsewhere\"} 1"), "{metrics}");
    assert_eq!(page(&stack, "/traces/019e0000-0000-7000-8000-000000000000").await.0, 404);
}

#[tokio::test]
async fn without_a_key_no_header_counts() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let answer = ask(&stack, "/whoami", Some(&token), &signed(&SigningKey::es256(), &claims())).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-witgate-trace")), (200, None));
}

#[tokio::test]
async fn the_command_makes_a_header_that_counts() {
    let operator = SigningKey::es256();
    let stack = stack_of(&operator).await;
    std::fs::write(stack.folder().join("private.pem"), operator.private_pem()).expect("a written key");
    let made = witgate(stack.folder(), &["debug-token", "--key", "private.pem", "--route", "whoami"], "");
    let (debug, code) = told(&made);
    assert_eq!(code, Some(0), "{debug}");
    let answer = ask(&stack, "/whoami", None, debug.trim()).await;
    assert!(header(&answer, "x-witgate-trace").is_some());
    let answer = ask(&stack, "/orders", None, debug.trim()).await;
    assert!(header(&answer, "x-witgate-trace").is_none(), "another route");
    let (said, code) = told(&witgate(stack.folder(), &["debug-token", "--key", "operator.pem"], ""));
    assert!(code == Some(2) && said.contains("not a private key") && !said.contains("BEGIN"), "{said}");
}
