//! Policies in JavaScript and Python of the worlds that no shipped one has. Never judged by anything but the gateway.

use reqwest::Method;
use serde_json::json;
use witgate_tests::configs::whoami_route;
use witgate_tests::languages::{Language, Policy};

use crate::configs::check;
use crate::gateway::{Gateway, components, plugin};

/// One of each world, in both languages where they differ.
fn policies() -> [Policy; 5] {
    let (js, py) = (Language::JavaScript, Language::Python);
    [
        js.of_world("authenticator"),
        js.of_world("router"),
        js.of_world("filter"),
        py.of_world("authenticator"),
        py.of_world("filter"),
    ]
}

/// What a policy's config must have.
fn config(policy: Policy) -> &'static str {
    if policy.world() == "router" { "config = { tenant = \"globex\", upstream = \"orders\" }" } else { "" }
}

#[test]
fn each_answers_its_cases() {
    let Some(built) = components(&policies()) else { return };
    let toml: String = policies().iter().map(|policy| plugin(*policy, config(*policy))).collect();
    let (code, told) = check(&built, &toml, "");
    assert_eq!(code, Some(0), "{told}");
}

#[tokio::test]
async fn four_worlds_decide_on_one_route() {
    let chosen = [0, 1, 4].map(|index| policies()[index]);
    let Some(built) = components(&chosen) else { return };
    let plugins: String = chosen.iter().map(|policy| plugin(*policy, config(*policy))).collect();
    let chain = ["js-authenticator", "authz", "js-router", "py-filter"];
    let gateway = Gateway::start(&built, &(plugins + &whoami_route("worlds", &chain))).await;
    let token = gateway.token(&json!({"tenant": "globex"}));
    let answer = gateway.ask("worlds", Method::GET, &token, &[]).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["x-status"].to_str().ok()), (200, Some("GET 200")));
    let forged = gateway.answer("worlds", &token, &[("x-plan", "gold")]).await;
    assert_eq!(forged, (400, "plan_forged".into()));
    let expired = gateway.token(&json!({"exp": 1}));
    assert_eq!(gateway.answer("worlds", &expired, &[]).await, (401, "token_expired".into()));
    let banned = gateway.token(&json!({"tenant": "banned"}));
    assert_eq!(gateway.answer("worlds", &banned, &[]).await, (404, "tenant_banned".into()));
}
