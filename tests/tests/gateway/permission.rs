//! Who may do what, and what needs no token. Never decided by a service alone: the refusals here are the gateway's.

use reqwest::Method;
use serde_json::json;
use witgate_tests::Stack;
use witgate_tests::session::{header, problem_code};

#[tokio::test]
async fn a_missing_role_is_403_and_the_right_one_passes() {
    let stack = Stack::start().await;
    let (alice, bob) = (stack.login("alice").await.access, stack.login("bob").await.access);
    let ask = |token: String| {
        let request = stack.ask(Method::PUT, "/catalogue/CUP-SET-4/stock");
        request.bearer_auth(token).json(&json!({"stock": 7})).send()
    };
    let refused = ask(alice).await.expect("an answer");
    assert_eq!(refused.status(), 403);
    let challenge = header(&refused, "www-authenticate").expect("a challenge").to_owned();
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    assert_eq!(problem_code(refused).await, "role_missing");
    assert!(ask(bob).await.expect("an answer").status().is_success());
}

#[tokio::test]
async fn what_no_rule_allows_is_refused() {
    let stack = Stack::start().await;
    let bob = stack.login("bob").await.access;
    let request = stack.ask(Method::DELETE, "/orders/some-order").bearer_auth(bob);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 403);
    assert_eq!(problem_code(answer).await, "no_rule_matched");
}

#[tokio::test]
async fn a_public_route_needs_no_token() {
    let stack = Stack::start().await;
    let answer = stack.get("/", None).await;
    assert_eq!(answer.status(), 200);
    assert!(header(&answer, "content-type").is_some_and(|kind| kind.starts_with("text/html")));
}

#[tokio::test]
async fn a_router_cannot_leave_the_upstreams_of_the_route() {
    let stack = Stack::start().await;
    let alice = stack.login("alice").await.access;
    let request = stack.ask(Method::GET, "/orders").bearer_auth(&alice).header("x-wanted-upstream", "inventory");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 500, "the policy chose an upstream that the route does not allow");
    assert_eq!(problem_code(answer).await, "policy_fault");
    assert_eq!(stack.get("/orders", Some(&alice)).await.status(), 200);
}
