//! What must not come into force: a broken file is refused with its reason and changes nothing. Never a restart.

use serde_json::Value;
use witgate_tests::component::{Delivery, deliver};
use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::{Stack, programs};

/// Waits for another refusal than the one before, with all these words in its reason.
async fn refused(stack: &Stack, words: &[&str], before: &Value) -> String {
    let look = || async {
        let refusal = stack.generations().await["last_refusal"].clone();
        let reason = refusal["reason"].as_str()?.to_owned();
        let is_new = refusal["at"] != before["at"];
        (is_new && words.iter().all(|word| reason.contains(word))).then_some(reason)
    };
    deadline::until(PATIENCE, &format!("a refusal that names {words:?}"), look).await.0
}

/// Breaks one thing; it must be refused with these words, and the old generation must go on serving.
async fn check(stack: &Stack, token: &str, words: &[&str], breaking: impl FnOnce()) {
    let before = stack.generations().await;
    breaking();
    let reason = refused(stack, words, &before["last_refusal"]).await;
    let after: Value = stack.generations().await;
    assert_eq!(after["current"], before["current"], "{reason}");
    assert_eq!(stack.get("/whoami", Some(token)).await.status(), 200, "{reason}");
    assert_eq!(stack.get("/whoami", None).await.status(), 401, "{reason}");
}

#[tokio::test]
async fn a_broken_gateway_toml_changes_nothing() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let good = stack.gateway_toml();
    let cases: [(&str, String); 3] = [
        ("gateway.toml", good.replace("[[routes]]", "[[routes")),
        ("no-such-upstream", good.replace("upstream = \"portal\"", "upstream = \"no-such-upstream\"")),
        ("surprise", format!("{good}\nsurprise = true\n")),
    ];
    for (word, text) in cases {
        check(&stack, &token, &[word], || stack.write_gateway_toml(&text)).await;
    }
    stack.write_gateway_toml(&good);
}

#[tokio::test]
async fn a_truncated_component_changes_nothing() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let path = stack.plugin_path("claims_authz");
    let good = std::fs::read(&path).expect("the component");
    for delivery in [Delivery::InPlace, Delivery::Rename] {
        let cut = good.len() / 2 - usize::from(delivery == Delivery::Rename);
        check(&stack, &token, &["plugin `authz`", "not a WebAssembly component"], || {
            deliver(&path, &good[..cut], delivery)
        })
        .await;
    }
    check(&stack, &token, &["plugin `authz`", "not a WebAssembly component"], || {
        deliver(&path, b"", Delivery::InPlace)
    })
    .await;
}

#[tokio::test]
async fn a_component_of_the_wrong_world_changes_nothing() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let router = std::fs::read(programs::component("claim_router")).expect("a router");
    let path = stack.plugin_path("claims_authz");
    check(&stack, &token, &["plugin `authz`", "is no authorizer"], || deliver(&path, &router, Delivery::Rename)).await;
}

#[tokio::test]
async fn a_plugin_that_refuses_its_config_changes_nothing_and_the_next_good_file_counts() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let good = stack.gateway_toml();
    let unknown_key = good.replace("profiles = [\"main\"]", "profils = [\"main\"]");
    check(&stack, &token, &["profils"], || stack.write_gateway_toml(&unknown_key)).await;
    let number = stack.generation().await;
    let whoami_gone = good.replace("path = \"/whoami\"", "path = \"/whoami-moved\"");
    stack.write_gateway_toml(&whoami_gone);
    let look = || async { (stack.generation().await > number).then_some(()) };
    deadline::until(PATIENCE, "the good file in force", look).await;
    assert_eq!(stack.get("/whoami-moved", None).await.status(), 401);
    assert_eq!(stack.generations().await["last_refusal"], Value::Null, "what was refused before is history");
}
