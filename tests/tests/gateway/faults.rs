//! Policies that break. Never more than their own request suffers, and never does a broken policy let one through.

use witgate_tests::configs::whoami_route;
use witgate_tests::session::problem_code;
use witgate_tests::{Stack, StackBuilder};

/// A call may wait as long as a busy machine takes: none of these tests is about that time.
const PLUGINS: &str = r#"
[plugins.faulty]
world = "authorizer"
file = "plugins/guest_faulty.wasm"
limits = { wall-ms = 20000 }

[plugins.liar]
world = "authenticator"
file = "plugins/guest_liar.wasm"
limits = { wall-ms = 20000 }
"#;

async fn stack() -> Stack {
    let routes = [whoami_route("faulty", &["jwt", "faulty"]), whoami_route("liar", &["liar", "faulty"])];
    StackBuilder::new().with(PLUGINS).with(&routes.concat()).start().await
}

async fn ask(stack: &Stack, route: &str, token: Option<&str>, fault: &str) -> reqwest::Response {
    let request = stack.ask(reqwest::Method::GET, "/whoami").header("x-test-route", route).header("x-fault", fault);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn a_trap_costs_exactly_one_request() {
    let stack = stack().await;
    let token = stack.login("alice").await.access;
    for _ in 0..5 {
        let others = (0..10).map(|_| ask(&stack, "faulty", Some(&token), "none"));
        let (others, trapped) = tokio::join!(all(others), ask(&stack, "faulty", Some(&token), "trap"));
        assert_eq!(trapped.status(), 500);
        assert_eq!(problem_code(trapped).await, "policy_fault");
        assert!(others.iter().all(|answer| answer.status() == 200), "{others:?}");
        assert_eq!(ask(&stack, "faulty", Some(&token), "none").await.status(), 200, "the next one");
    }
    let denied = ask(&stack, "faulty", Some(&token), "deny").await;
    assert_eq!((denied.status().as_u16(), problem_code(denied).await.as_str()), (403, "fault_denied"));
    assert!(stack.gateway_log().contains("trap"), "the operator learns the cause");
}

#[tokio::test]
async fn a_runaway_policy_ends() {
    let stack = stack().await;
    let token = stack.login("alice").await.access;
    for fault in ["loop", "memory"] {
        let answer = ask(&stack, "faulty", Some(&token), fault).await;
        assert_eq!(answer.status(), 500, "{fault}");
        assert_eq!(problem_code(answer).await, "policy_fault", "{fault}");
        assert_eq!(ask(&stack, "faulty", Some(&token), "none").await.status(), 200, "after {fault}");
    }
}

#[tokio::test]
async fn an_authenticator_that_lies_is_refused() {
    let stack = stack().await;
    let token = stack.login("alice").await.access;
    for token in [None, Some(token.as_str())] {
        let answer = ask(&stack, "liar", token, "none").await;
        assert_eq!(answer.status(), 500, "the word without the deed");
        assert_eq!(problem_code(answer).await, "policy_fault");
    }
}

async fn all<F: Future<Output = reqwest::Response>>(futures: impl Iterator<Item = F>) -> Vec<reqwest::Response> {
    let mut answers = Vec::new();
    for future in futures {
        answers.push(future.await);
    }
    answers
}
