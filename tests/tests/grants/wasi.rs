//! Clock, randomness and environment: real where they are granted, a trap that says what to grant where they are not.
//! Never a value that was not named.

use std::time::{SystemTime, UNIX_EPOCH};

use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::{Stack, StackBuilder};

use crate::guest::{HTTP, STORE, ask, entry, got, stack};

#[tokio::test]
async fn what_is_granted_is_real() {
    let granted = entry("full", &[STORE, HTTP, "clock = true", "random = true", "environment = [\"PATH\"]"]);
    let (stack, token) = stack(&[granted]).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let clock: u64 = got(&stack, &token, "full", "clock").await.parse().expect("seconds");
    assert!(clock.abs_diff(now) <= 60, "{clock} is not about {now}");
    assert_eq!(got(&stack, &token, "full", "elapsed").await, "0");
    let (one, other) = (got(&stack, &token, "full", "random").await, got(&stack, &token, "full", "random").await);
    assert!(one != other && one.len() == 16, "{one} {other}");
    assert_eq!(got(&stack, &token, "full", "env PATH").await, std::env::var("PATH").expect("a PATH"));
    assert_eq!(got(&stack, &token, "full", "env HOME").await, "absent", "it was not named");
}

#[tokio::test]
async fn what_is_not_granted_traps_and_names_the_line() {
    let (stack, token) = stack(&[entry("bare", &[STORE, HTTP])]).await;
    for (question, line) in [("clock", "clock = true"), ("elapsed", "clock = true"), ("random", "random = true")] {
        let (status, code, _) = ask(&stack, &token, "bare", question).await;
        assert_eq!((status, code.as_str()), (500, "policy_fault"), "{question}");
        let logged = || async { stack.gateway_log().contains(&format!("not granted: add {line}")).then_some(()) };
        deadline::until(PATIENCE, "the line to add, in the log", logged).await;
    }
    assert_eq!(got(&stack, &token, "bare", "env PATH").await, "absent");
    assert_eq!(ask(&stack, &token, "bare", "nothing").await.0, 200, "the guest lives on");
}

async fn refusal(stack: &Stack, text: &str, words: &[&str]) {
    stack.write_gateway_toml(text);
    let look = || async {
        let reason = stack.generations().await["last_refusal"]["reason"].as_str()?.to_owned();
        words.iter().all(|word| reason.contains(word)).then_some(())
    };
    deadline::until(PATIENCE, &format!("a refusal with {words:?}"), look).await;
}

#[tokio::test]
async fn an_import_that_is_not_granted_refuses_the_reload_and_a_grant_that_changed_is_told() {
    let stack = StackBuilder::new().start().await;
    let before = stack.gateway_toml();
    let with = |grants: &[&str]| format!("{before}\n{}", entry("some", grants));
    refusal(&stack, &with(&[STORE]), &["witgate:policy/outbound@0.2.0", "plugin `some`"]).await;
    refusal(&stack, &with(&[HTTP]), &["witgate:policy/store@0.2.0", "plugin `some`"]).await;
    refusal(&stack, &with(&["environment = [\"NO_SUCH_VARIABLE\"]"]), &["NO_SUCH_VARIABLE"]).await;
    assert_eq!(stack.generation().await, 1);

    for (number, grants) in [(2, vec![STORE, HTTP, "clock = true"]), (3, vec![STORE, HTTP, "random = true"])] {
        stack.write_gateway_toml(&with(&grants));
        let in_force = || async { (stack.generation().await == number).then_some(()) };
        deadline::until(PATIENCE, "the generation in force", in_force).await;
    }
    let plugins = stack.generations().await["current"]["plugins"].clone();
    let some = plugins.as_array().and_then(|all| all.iter().find(|one| one["name"] == "some")).expect("it is shown");
    assert_eq!(some["grants"], serde_json::json!(["random", "store counters", "http api.example.com:443"]));
    let told = || async { stack.gateway_log().contains("plugin `some`: gained random; lost clock").then_some(()) };
    deadline::until(PATIENCE, "what changed, in the log", told).await;
}
