//! Policies in other languages that break. Never more than their own request suffers, as with Rust's.

use witgate_tests::configs::whoami_route;
use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::languages::{Language, Policy};

use crate::gateway::{BOTH, Gateway, components, plugin};

/// How the policy is told to misbehave, and the word for it in the operator's log.
const FAULTS: [(&str, &str); 7] = [
    ("throw", "\"kind\":\"trap\""),
    ("loop", "\"kind\":\"cpu_ms\""),
    ("memory", "\"kind\":\"memory_bytes\""),
    ("stack", "\"kind\":"),
    ("clock", "\"kind\":\"trap\""),
    ("nonsense", "\"kind\":\"trap\""),
    ("nothing", "\"kind\":\"trap\""),
];

async fn each_fault_costs_one_request(gateway: &Gateway, policy: Policy, token: &str) {
    let name = policy.name();
    for (fault, word) in FAULTS {
        let before = gateway.stack.gateway_log().len();
        let answer = gateway.answer(name, token, &[("x-fault", fault)]).await;
        assert_eq!(answer, (500, "policy_fault".into()), "{name} {fault}");
        let told = || {
            let log = gateway.stack.gateway_log();
            let found = log[before..].lines().any(|line| line.contains(word) && line.contains(name));
            async move { found.then_some(()) }
        };
        deadline::until(PATIENCE, &format!("{word} of {name} in the log, for {fault}"), told).await;
        for _ in 0..4 {
            let (next, other) = tokio::join!(
                gateway.answer(name, token, &[("x-fault", "none")]),
                gateway.answer("bystander", token, &[]),
            );
            assert_eq!((next.0, other.0), (200, 200), "{name} after {fault}");
        }
    }
    let denied = gateway.answer(name, token, &[("x-fault", "deny")]).await;
    assert_eq!(denied, (403, "fault_denied".into()), "{name}");
}

#[tokio::test]
async fn each_fault_of_the_policy_costs_one_request() {
    let policies = BOTH.map(Language::faulty);
    let Some(built) = components(&policies) else { return };
    let plugins: String = policies.iter().map(|policy| plugin(*policy, "isolation = \"instance\"")).collect();
    let routes: String = policies.iter().map(|policy| whoami_route(policy.name(), &["jwt", policy.name()])).collect();
    let gateway = Gateway::start(&built, &(plugins + &routes + &whoami_route("bystander", &["jwt", "authz"]))).await;
    let token = gateway.token(&serde_json::json!({}));
    for policy in policies {
        each_fault_costs_one_request(&gateway, policy, &token).await;
    }
    let log = gateway.stack.gateway_log();
    assert!(
        log.contains("ValueError") && log.contains("policy.py"),
        "Python's exception has its kind and place: {log}"
    );
    assert!(log.contains("policy.js"), "JavaScript's has its place: {log}");
    assert!(!log.contains("x-fault asked"), "never its message, which may hold a claim");
}

/// JavaScript's own clock, built without the stubs: as real as the grant.
#[tokio::test]
async fn javascript_has_a_clock_where_one_is_granted() {
    let policy = Language::JavaScript.faulty().importing_wasi();
    let Some(built) = components(&[policy]) else { return };
    let again = plugin(policy, "grants = { clock = true }").replacen(policy.name(), "granted", 1);
    let routes = whoami_route("no-grant", &["jwt", "js-faulty"]) + &whoami_route("granted", &["jwt", "granted"]);
    let gateway = Gateway::start(&built, &(plugin(policy, "") + &again + &routes)).await;
    let token = gateway.token(&serde_json::json!({}));
    let clock = [("x-fault", "clock")];
    assert_eq!(gateway.answer("granted", &token, &clock).await.0, 200);
    assert_eq!(gateway.answer("no-grant", &token, &clock).await, (500, "policy_fault".into()));
    let told = || {
        let log = gateway.stack.gateway_log();
        async move { log.contains("not granted: add clock = true").then_some(()) }
    };
    deadline::until(PATIENCE, "the missing grant in the log", told).await;
}
