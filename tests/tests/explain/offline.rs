//! `witgate explain` against a configuration: allowed, refused, no route, an expired token. Never with a running gateway's
//! help, and never a token in what it prints.

use serde_json::{Value, json};
use witgate_tests::command::{told, witgate};
use witgate_tests::mint::now;
use witgate_tests::{Mint, Stack, StackBuilder};

/// Runs `witgate explain` with the token on stdin.
fn explain(stack: &Stack, arguments: &[&str], token: &str) -> (String, Option<i32>) {
    let given = ["explain", "--token", "-"];
    let output = witgate(stack.folder(), &[&given, arguments].concat(), token);
    let (text, code) = told(&output);
    assert!(token.is_empty() || !text.contains(token.trim()), "the token is shown:\n{text}");
    (text, code)
}

fn check(found: &(String, Option<i32>), code: i32, lines: &[&str]) {
    assert_eq!(found.1, Some(code), "{}", found.0);
    for line in lines {
        assert!(found.0.contains(line), "`{line}` is not in\n{}", found.0);
    }
}

#[tokio::test]
async fn an_allowed_request_shows_what_each_policy_read_and_decided() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let found = explain(&stack, &["GET", "/whoami", "-H", "cookie: session=very-private"], &token);
    check(
        &found,
        0,
        &[
            "GET /whoami at localhost from 127.0.0.1",
            "  whoami: chosen",
            "  portal: would take it too, but is less specific",
            "authenticator jwt (authenticate, ",
            "  verified the token under main: verified",
            "  decided authenticated",
            "    attribute tenant = acme",
            "authorizer authz (authorize, ",
            "  read method: GET",
            "  read path: /whoami",
            "  read scope catalogue:read: true",
            "  decided allow",
            "us of CPU",
            "KiB of memory",
            "upstream orders",
            "  identity header x-identity-tenant: acme",
            "allowed: this would go to the upstream",
        ],
    );
    assert!(!found.0.contains("very-private"), "{}", found.0);
    assert!(!found.0.contains("read route"), "nobody asked for it: {}", found.0);
}

#[tokio::test]
async fn a_refusal_says_who_refused_and_why() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let denied = explain(&stack, &["PUT", "/catalogue/W-1/stock"], &token);
    check(
        &denied,
        3,
        &[
            "authorizer authz",
            "  read claim roles: customer",
            "  decided refused 403 role_missing",
            "refused 403 role_missing",
            "  cause: plugin `authz`",
        ],
    );
    let missing = explain(&stack, &["/whoami"], "");
    check(&missing, 3, &["refused 401 token_"]);
}

/// A rule that looks at a cookie: the trace shows that it was read, and how long it is.
const CURIOUS: &str = r#"
[[plugins.route.config.rules]]
when = { header = "cookie", equals = "session=other" }
upstream = "inventory"
"#;

/// A route whose path has a credential in it; the rules of `authz` ask for the path.
const RESET: &str = r#"
[[routes]]
name = "reset"
path = "/reset/{token}"
upstream = "orders"
policies = ["jwt", "authz"]
"#;

#[tokio::test]
async fn a_credential_in_the_path_that_a_policy_reads_is_left_out() {
    let stack = StackBuilder::new().with(RESET).start().await;
    let token = stack.login("alice").await.access;
    let found = explain(&stack, &["/reset/very-private"], &token);
    check(&found, 3, &["authorizer authz", "  read path: /reset/(secret)", "refused 403 no_rule_matched"]);
    assert!(!found.0.contains("very-private"), "{}", found.0);
}

#[tokio::test]
async fn a_credential_that_a_policy_reads_is_shown_by_its_length() {
    let stack = StackBuilder::new().with(CURIOUS).start().await;
    let token = stack.login("alice").await.access;
    let found = explain(&stack, &["/orders", "-H", "cookie: session=very-private"], &token);
    check(&found, 0, &["router route (select, ", "  read header cookie: (secret, 20 bytes)", "  decided default"]);
    assert!(!found.0.contains("very-private"), "{}", found.0);
}

#[tokio::test]
async fn no_route_and_another_method_are_told_apart() {
    let stack = StackBuilder::new().replacing("prefix = \"/\"", "path = \"/portal\"").start().await;
    let nowhere = explain(&stack, &["GET", "/nowhere"], "");
    check(&nowhere, 3, &["route (none)", "refused 404 route_not_found"]);
    let method = explain(&stack, &["DELETE", "/whoami"], "");
    check(&method, 3, &["  whoami: takes other methods", "refused 405 method_not_allowed"]);
    let ambiguous = explain(&stack, &["GET", "/orders/%2e%2e/whoami"], "");
    check(&ambiguous, 3, &["the request was not admitted", "refused 400 path_"]);
}

// The mint answers while the command runs.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_refused_with_the_precise_reason() {
    let mint = Mint::serve().await;
    let stack = StackBuilder::new().trusting(&mint).start().await;
    let mut claims = mint.claims_with("iat", json!(now() - 1000));
    claims["exp"] = json!(now() - 400);
    let found = explain(&stack, &["GET", "/whoami"], &mint.sign(&claims));
    check(&found, 3, &["  verified the token under main: token_expired", "refused 401 ", "  token: token_expired"]);
    // The same at a time when it was good.
    let mut claims = mint.claims_with("iat", json!(1_000_000_000));
    claims["exp"] = json!(1_000_000_600);
    let found = explain(&stack, &["--at", "2001-09-09T01:50:00Z", "GET", "/whoami"], &mint.sign(&claims));
    check(&found, 0, &["  verified the token under main: verified", "allowed: this would go to the upstream"]);
    check(&explain(&stack, &["--at", "yesterday", "GET", "/whoami"], ""), 2, &["write it like 2026-"]);
}

/// A guest that tells the time.
const CLOCK: &str = r#"
[plugins.clock]
world = "authorizer"
file = "plugins/guest_granted.wasm"
[plugins.clock.grants]
clock = true
store = { name = "counters" }
http = { hosts = ["api.example.com"] }
[[routes]]
name = "clock"
path = "/clock"
public = true
policies = ["clock"]
upstream = "orders"
"#;

#[tokio::test]
async fn a_granted_clock_shows_the_time_that_is_asked_about() {
    let stack = StackBuilder::new().with(CLOCK).start().await;
    let arguments = ["--at", "2001-09-09T01:46:40Z", "-H", "x-ask: clock", "/clock"];
    check(
        &explain(&stack, &arguments, ""),
        3,
        &["read clock now: 1000000000", "refused 403 granted", "message: 1000000000"],
    );
}

/// A filter that stamps answers.
const STAMP: &str = r#"
[plugins.stamp]
world = "filter"
file = "plugins/header_stamp.wasm"
config = { response = { set = { x-stamped = { value = "yes" } } } }
[[routes]]
name = "stamped"
path = "/stamped"
public = true
policies = ["stamp"]
upstream = "orders"
"#;

#[tokio::test]
async fn response_filters_run_where_the_upstreams_answer_is_given() {
    let stack = StackBuilder::new().with(STAMP).start().await;
    let found = explain(&stack, &["--status", "404", "/stamped"], "");
    check(
        &found,
        0,
        &["filter stamp (on-request, ", "filter stamp (on-response, ", "set x-stamped: yes", "answered 404"],
    );
    let without = explain(&stack, &["/stamped"], "");
    check(&without, 0, &["allowed: this would go to the upstream"]);
    assert!(!without.0.contains("on-response"), "{}", without.0);
    check(&explain(&stack, &["--status", "99", "/stamped"], ""), 2, &["--status"]);
}

#[tokio::test]
async fn the_document_has_the_same_facts() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let (text, code) = explain(&stack, &["--json", "GET", "/whoami?access_token=very-private"], &token);
    assert_eq!(code, Some(0), "{text}");
    let found: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
    assert_eq!(found["route"], "whoami");
    assert_eq!(found["generation"], 0);
    assert_eq!(found["asked"]["path"], "/whoami");
    assert_eq!(found["candidates"][0], json!({"route": "whoami", "verdict": "chosen"}));
    let [jwt, authz] = found["steps"].as_array().expect("steps").as_slice() else { panic!("two steps in {text}") };
    assert_eq!(
        (&jwt["plugin"], &jwt["role"], &jwt["call"]),
        (&json!("jwt"), &json!("authenticator"), &json!("authenticate"))
    );
    assert_eq!(jwt["digest"].as_str().map(str::len), Some(64));
    assert_eq!(jwt["verifications"][0]["outcome"], "verified");
    assert_eq!(authz["decision"], json!({"outcome": "allow"}));
    assert!(authz["cpu_micros"].is_u64() && authz["memory_bytes"].as_u64() > Some(65_536), "{text}");
    assert_eq!(found["answer"], json!({"status": null}));
    assert!(!text.contains("very-private"), "{text}");
}

#[tokio::test]
async fn a_route_can_be_asserted_and_a_broken_configuration_is_told() {
    let stack = Stack::start().await;
    let found = explain(&stack, &["--route", "orders", "GET", "/whoami"], "");
    check(&found, 1, &["the request takes the route whoami, not orders"]);
    let good = stack.gateway_toml();
    stack.write_gateway_toml(&good.replace("[[routes]]", "[[routes"));
    let broken = explain(&stack, &["GET", "/whoami"], "");
    check(&broken, 2, &["gateway.toml"]);
    check(&explain(&stack, &[], ""), 2, &["what is the request?"]);
}
