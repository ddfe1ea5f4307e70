//! What a reload touches beside routes and components: key sets in files, and what an operator may read of a refusal.
//! Never a secret.

use witgate_tests::Stack;
use witgate_tests::deadline::{self, PATIENCE};

const SECOND_ISSUER: &str = r#"
[issuers.second]
issuer = "https://second.example"
audiences = ["witgate"]
jwks-file = "second.json"
"#;

const SECRET_IN_CONFIG: &str = r#"
[plugins.stamp]
world = "filter"
file = "plugins/header_stamp.wasm"
[plugins.stamp.config]
request = { set = { x-api-key = { value = "S3CRET-KEY" }, x-broken = { value = "S3CRET\u0001TOO" } } }
"#;

async fn last_refusal(stack: &Stack) -> Option<String> {
    stack.generations().await["last_refusal"]["reason"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_key_set_that_comes_late_is_noticed() {
    let stack = Stack::start().await;
    let keys = stack.http().get(format!("{}/.well-known/jwks.json", stack.auth_url())).send().await;
    let keys = keys.expect("an answer").text().await.expect("a key set");
    stack.write_gateway_toml(&format!("{}{SECOND_ISSUER}", stack.gateway_toml()));
    deadline::until(PATIENCE, "a refusal for the missing file", || async {
        last_refusal(&stack).await.filter(|reason| reason.contains("second.json"))
    })
    .await;
    let file = stack.folder().join("second.json");
    std::fs::write(&file, "{ not keys").expect("a written file");
    deadline::until(PATIENCE, "a refusal for what is no key set", || async {
        last_refusal(&stack).await.filter(|reason| !reason.contains("no file"))
    })
    .await;
    assert_eq!(stack.generation().await, 1);
    std::fs::write(&file, keys).expect("a written file");
    deadline::until(PATIENCE, "the generation with the second issuer", || async {
        (stack.generation().await == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_refused_plugin_configuration_is_not_shown() {
    let stack = Stack::start().await;
    stack.write_gateway_toml(&format!("{}{SECRET_IN_CONFIG}", stack.gateway_toml()));
    // A look at a half-written file may be refused before, for another reason.
    let refused = || async { last_refusal(&stack).await.filter(|reason| reason.contains("x-broken")) };
    let (reason, _) = deadline::until(PATIENCE, "the refusal", refused).await;
    assert!(reason.contains("gateway.toml:"), "{reason}");
    let logged = || async { stack.gateway_log().contains("x-broken").then_some(()) };
    deadline::until(PATIENCE, "the refusal in the log", logged).await;
    assert!(!reason.contains("S3CRET") && !stack.gateway_log().contains("S3CRET"), "{reason}");
}
