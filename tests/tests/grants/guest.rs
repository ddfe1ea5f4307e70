//! A stack with the guest that does what `x-ask` says. Never more than one route for each entry.

use witgate_tests::configs::whoami_route;
use witgate_tests::{Stack, StackBuilder};

/// What an entry grants that has everything that the component imports.
pub const STORE: &str = "store = { name = \"counters\" }";
/// The same for outbound HTTP to nobody in particular.
pub const HTTP: &str = "http = { hosts = [\"api.example.com\"] }";

/// An entry of the guest with these grants, and its route.
pub fn entry(name: &str, grants: &[&str]) -> String {
    format!(
        "[plugins.{name}]\nworld = \"authorizer\"\nfile = \"plugins/guest_granted.wasm\"\n[plugins.{name}.grants]\n{}\n{}",
        grants.join("\n"),
        whoami_route(name, &["jwt", name])
    )
}

/// A stack with these entries, and somebody's token.
pub async fn stack(entries: &[String]) -> (Stack, String) {
    let stack = StackBuilder::new().with(&entries.join("\n")).start().await;
    let token = stack.login("alice").await.access;
    (stack, token)
}

/// Status and code of the answer, and what the guest got.
pub async fn ask(stack: &Stack, token: &str, route: &str, ask: &str) -> (u16, String, String) {
    let request = stack.ask(reqwest::Method::GET, "/whoami").header("x-test-route", route).header("x-ask", ask);
    let answer = request.bearer_auth(token).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let problem: serde_json::Value = answer.json().await.unwrap_or_default();
    let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("detail"))
}

/// What the guest got, which must have been able to say so.
pub async fn got(stack: &Stack, token: &str, route: &str, question: &str) -> String {
    let (status, code, got) = ask(stack, token, route, question).await;
    assert_eq!((status, code.as_str()), (403, "granted"), "{question}: {got}");
    got
}
