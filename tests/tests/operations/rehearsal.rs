//! Components that must not serve: an authenticator that lets somebody in, a policy that does not keep its own cases.
//! Never found by a request.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use witgate_tests::component::{Delivery, deliver};

use crate::gate::{Gate, route};

const AUTHZ: &str = r#"
[plugins.authz]
world = "authorizer"
file = "plugins/claims_authz.wasm"
cases = "authz-cases.toml"
config = { rules = [] }
"#;

const LIAR: &str = r#"
[plugins.liar]
world = "authenticator"
file = "plugins/guest_liar.wasm"
config = { always = true }
"#;

fn cases(expected: &str) -> String {
    format!(
        "[config]\ndefault = \"deny\"\nrules = []\n[[case]]\nname = \"nobody may\"\n\
         request = {{ method = \"GET\", path = \"/\" }}\nexpect = {{ outcome = \"{expected}\" }}\n"
    )
}

#[tokio::test]
async fn a_case_that_does_not_hold_keeps_the_reload_out() {
    let gate = Gate::start("").await;
    let file = gate.folder.path().join("authz-cases.toml");
    deliver(&file, cases("allow").as_bytes(), Delivery::Rename);
    gate.write(AUTHZ);
    let refusal = gate.refused("nobody may").await;
    let reason = refusal["reason"].as_str().expect("a reason");
    assert!(reason.contains("plugin `authz`") && reason.contains("expected") && reason.contains("refused"), "{reason}");
    assert_eq!(gate.generation().await, 1);
    assert!(gate.serves("/always").await);
    deliver(&file, cases("refused").as_bytes(), Delivery::Rename);
    gate.settles_at(2).await;
    deliver(&file, b"[[case]]\nsurprise = 1\n", Delivery::Rename);
    gate.refused("cases").await;
    assert_eq!(gate.generation().await, 2);
}

#[tokio::test]
async fn an_authenticator_that_lets_somebody_in_is_not_loaded() {
    let gate = Gate::start("").await;
    gate.write(LIAR);
    let refusal = gate.refused("refusal corpus").await;
    let reason = refusal["reason"].as_str().expect("a reason");
    assert!(reason.contains("plugin `liar`") && reason.contains("a request without credentials"), "{reason}");
    assert_eq!(gate.generation().await, 1);
    gate.write(&(LIAR.replace("always = true", "always = false") + &route("more", "/more")));
    gate.settles_at(2).await;
    assert!(gate.serves("/more").await);
}

#[tokio::test]
async fn a_secret_that_is_rotated_is_rehearsed_with() {
    let gate = Gate::start("").await;
    let secret = gate.folder.path().join("word.secret");
    std::fs::write(&secret, "shut").expect("written");
    std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("a mode");
    let named = LIAR.replace("always = true", "word = \"secret:word\"");
    gate.write(&format!("[secrets.word]\nfile = \"word.secret\"\n{named}"));
    gate.settles_at(2).await;
    std::fs::write(&secret, "open").expect("written");
    let refusal = gate.refused("refusal corpus").await;
    assert!(!refusal.to_string().contains("\"open"), "{refusal}");
    assert_eq!(gate.generation().await, 2);
    std::fs::write(&secret, "closed").expect("written");
    gate.settles_at(3).await;
}
