//! A store: shared by workers and plugins, kept over a reload, forgotten when nobody names it any more. Never of another
//! name.

use witgate_tests::deadline::{self, PATIENCE};

use crate::guest::{HTTP, STORE, entry, got, stack};

#[tokio::test]
async fn a_store_is_shared_by_workers_and_by_plugins_that_name_it() {
    let other = "store = { name = \"others\", entries = 5, bytes = 4096, ttl-seconds = 5 }";
    let (stack, token) =
        stack(&[entry("one", &[STORE, HTTP]), entry("two", &[STORE, HTTP]), entry("three", &[other, HTTP])]).await;
    // New connections land on both workers.
    for count in 1..=40 {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.get(format!("{}/whoami", stack.gateway_url())).header("x-test-route", "one");
        let answer = request.header("x-ask", "count n").bearer_auth(&token).send().await.expect("an answer");
        let problem: serde_json::Value = answer.json().await.expect("a problem");
        assert_eq!(problem["detail"], format!("Ok({count})"));
    }
    assert_eq!(got(&stack, &token, "two", "get n").await, "40");
    assert_eq!(got(&stack, &token, "three", "get n").await, "absent");
    assert_eq!(got(&stack, &token, "one", "set word x").await, "Ok(())");
    assert_eq!(got(&stack, &token, "two", "count word").await, "Err(NotANumber)");
    assert_eq!(got(&stack, &token, "two", "delete word").await, "deleted");
    assert_eq!(got(&stack, &token, "one", "get word").await, "absent");
    assert_eq!(got(&stack, &token, "one", &format!("count {}", "k".repeat(257))).await, "Err(Key)");
    assert_eq!(got(&stack, &token, "three", &format!("set big {}", "v".repeat(4096))).await, "Err(ValueTooLarge)");
}

/// What a limit would count too little of is told once for each plugin, by its name, however often it asks.
#[tokio::test]
async fn a_window_that_outlasts_its_store_is_told_once() {
    let brief = "store = { name = \"brief\", ttl-seconds = 60 }";
    let (stack, token) = stack(&[entry("one", &[brief, HTTP]), entry("two", &[brief, HTTP])]).await;
    let told = || stack.gateway_log().matches("the policy's window outlasts its store and is cut").count();
    assert_eq!(got(&stack, &token, "one", "count n 60").await, "Ok(1)");
    assert_eq!(told(), 0, "as long as the store remembers");
    for count in 2..=3 {
        assert_eq!(got(&stack, &token, "one", "count n 3600").await, format!("Ok({count})"));
    }
    assert_eq!(got(&stack, &token, "two", "count n 61").await, "Ok(4)");
    let both = || async { (told() >= 2).then_some(()) };
    deadline::until(PATIENCE, "a line of each", both).await;
    let log = stack.gateway_log();
    let line = |plugin: &str| log.lines().any(|line| line.contains("outlasts its store") && line.contains(plugin));
    assert!(told() == 2 && line("\"one\"") && line("\"two\"") && log.contains("3600"), "{log}");
}

#[tokio::test]
async fn a_store_outlives_a_reload_and_no_change_of_its_bounds() {
    let (stack, token) = stack(&[entry("one", &[STORE, HTTP])]).await;
    assert_eq!(got(&stack, &token, "one", "set word kept").await, "Ok(())");
    let before = stack.gateway_toml();
    let (same, other) = ("headers = { x-test-route = \"one\", x-more = \"1\" }", "ttl-seconds = 60");
    let steps = [
        (2, before.replace("path = \"/whoami\"\nheaders", &format!("path = \"/other\"\n{same}\n#"))),
        (3, before.clone()),
        (4, before.replace("name = \"counters\"", &format!("name = \"counters\", {other}"))),
    ];
    for (number, text) in steps {
        assert_ne!(text, stack.gateway_toml());
        stack.write_gateway_toml(&text);
        deadline::until(PATIENCE, "the generation", || async { (stack.generation().await == number).then_some(()) })
            .await;
        match number {
            3 => assert_eq!(got(&stack, &token, "one", "get word").await, "kept"),
            4 => assert_eq!(got(&stack, &token, "one", "get word").await, "absent", "another store"),
            _ => {}
        }
    }
}
