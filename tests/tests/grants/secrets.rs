//! Secrets by reference: the plugin has the value, and nobody who looks at log, pages or faults does. Never the value in
//! gateway.toml.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::{Stack, StackBuilder};

use crate::guest::{HTTP, STORE, entry, got};

const SECRET: &str = "S3CRET-of-the-plugin\"quoted\"";

fn put(folder: &Path, value: &str) {
    let file = folder.join("key.secret");
    fs::write(&file, format!("{value}\n")).expect("written");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
}

fn with_secret(config: &str) -> String {
    let grants = format!("{STORE}\n{HTTP}\n[plugins.keeper.config]\n{config}");
    format!("[secrets.key]\nfile = \"key.secret\"\n{}", entry("keeper", &[&grants]))
}

async fn pages(stack: &Stack) -> String {
    let page = |path: &str| stack.http().get(format!("{}{path}", stack.admin_url())).send();
    let mut all = String::new();
    for path in ["/generations", "/metrics"] {
        all.push_str(&page(path).await.expect("a page").text().await.expect("text"));
    }
    all
}

#[tokio::test]
async fn a_secret_reaches_the_plugin_and_no_eye() {
    let stack = StackBuilder::new().start().await;
    let token = stack.login("alice").await.access;
    let before = stack.gateway_toml();
    put(stack.folder(), SECRET);
    stack.write_gateway_toml(&format!("{before}\n{}", with_secret("secret = \"secret:key\"")));
    deadline::until(PATIENCE, "the plugin", || async { (stack.generation().await == 2).then_some(()) }).await;
    assert_eq!(got(&stack, &token, "keeper", "secret").await, SECRET.len().to_string());

    // It tells it to the caller, who reads its name.
    assert_eq!(got(&stack, &token, "keeper", "tell").await, "secret:key");

    // It says it, and the host does not repeat it.
    assert_eq!(got(&stack, &token, "keeper", "say").await, "said");
    let said = || async { stack.gateway_log().contains("the secret is secret:key").then_some(()) };
    deadline::until(PATIENCE, "the plugin's line", said).await;

    // It quotes it in a fault of its config.
    let wrong = with_secret("secret = \"secret:key\"\nexpected = \"another\"");
    stack.write_gateway_toml(&format!("{before}\n{wrong}"));
    let refused = || async { pages(&stack).await.contains("is wrong").then_some(()) };
    deadline::until(PATIENCE, "the refusal", refused).await;
    let shown = pages(&stack).await + &stack.gateway_log();
    assert!(!shown.contains("S3CRET"), "{shown}");
}

#[tokio::test]
async fn a_new_secret_makes_a_new_generation() {
    let stack = StackBuilder::new().start().await;
    let token = stack.login("alice").await.access;
    put(stack.folder(), "short");
    stack.write_gateway_toml(&format!("{}\n{}", stack.gateway_toml(), with_secret("secret = \"secret:key\"")));
    deadline::until(PATIENCE, "the plugin", || async { (stack.generation().await >= 2).then_some(()) }).await;
    assert_eq!(got(&stack, &token, "keeper", "secret").await, "5");
    put(stack.folder(), "rather longer");
    let longer = || async { (got(&stack, &token, "keeper", "secret").await == "13").then_some(()) };
    deadline::until(PATIENCE, "the new secret", longer).await;
}
