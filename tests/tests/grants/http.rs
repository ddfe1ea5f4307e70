//! Outbound HTTP of a policy: what is listed is reached, within its deadline and bounds, and nothing else is. Never the
//! caller's token on the way.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use witgate_tests::{Recorder, Stack};

use crate::guest::{STORE, ask, entry, got, stack};

/// Far more than the entry's deadline, far less than any other that could end the call.
const PATIENCE: Duration = Duration::from_secs(5);

fn granted(address: &str, more: &str) -> String {
    let host = address.trim_start_matches("http://");
    format!("http = {{ hosts = [\"{host}\"]{more} }}")
}

async fn asked(stack: &Stack, token: &str, url: &str) -> String {
    got(stack, token, "out", &format!("http GET {url}")).await
}

#[tokio::test]
async fn a_listed_host_is_reached_with_what_the_policy_said_alone() {
    let (listed, other) = (Recorder::serve().await, Recorder::serve().await);
    let (stack, token) = stack(&[entry("out", &[STORE, &granted(listed.url(), "")])]).await;
    let answer = asked(&stack, &token, &format!("{}/a?b=c", listed.url())).await;
    assert!(answer.starts_with("200 GET /a?b=c HTTP/1.1|"), "{answer}");
    assert!(!answer.contains("x-from"), "a hop-by-hop header went along: {answer}");
    assert!(!answer.to_lowercase().contains("authorization") && !answer.contains(&token), "{answer}");
    assert_eq!(listed.served(), 1);
    assert_eq!(asked(&stack, &token, &format!("{}/", other.url())).await, "Denied");
    assert_eq!(asked(&stack, &token, "https://api.example.com/").await, "Denied");
    assert_eq!(asked(&stack, &token, "nonsense").await, "Invalid");
    assert_eq!(other.served(), 0);
}

#[tokio::test]
async fn bounds_and_deadline_hold_and_the_worker_serves_others_meanwhile() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = silent.local_addr().expect("an address").to_string();
    let recorder = Recorder::serve().await;
    let entries = [
        entry("out", &[STORE, &granted(&address, ", deadline-ms = 500")]),
        entry("small", &[STORE, &granted(recorder.url(), ", body-bytes = 10")]),
        entry("cut", &[STORE, &granted(&address, ", deadline-ms = 60000"), "[plugins.cut.limits]\nwall-ms = 300"]),
    ];
    let (stack, token) = stack(&entries).await;
    let url = format!("http://{address}/");
    let began = Instant::now();
    // More calls than workers, all waiting at once.
    let slow = || asked(&stack, &token, &url);
    let ((a, b, c, d), others) = tokio::join!(async { tokio::join!(slow(), slow(), slow(), slow()) }, async {
        for _ in 0..20 {
            assert_eq!(ask(&stack, &token, "out", "nothing").await.0, 200, "a bystander");
        }
        began.elapsed()
    });
    assert_eq!([a, b, c, d], ["Timeout"; 4]);
    assert!(began.elapsed() < PATIENCE, "they waited one after the other: {:?}", began.elapsed());
    assert!(others < began.elapsed(), "bystanders waited for the slow ones: {others:?}");
    let small = async |question: String| got(&stack, &token, "small", &question).await;
    assert_eq!(small(format!("http GET {}/", recorder.url())).await, "TooLarge", "the answer");
    assert_eq!(small(format!("http POST {}/ {}", recorder.url(), "b".repeat(11))).await, "TooLarge", "the request");
    let (status, code, _) = ask(&stack, &token, "cut", &format!("http GET {url}")).await;
    assert_eq!((status, code.as_str()), (500, "policy_fault"), "the plugin's wall-ms is over all");
}

#[tokio::test]
async fn nobody_there_is_told() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = gone.local_addr().expect("an address").to_string();
    drop(gone);
    let (stack, token) = stack(&[entry("out", &[STORE, &granted(&address, "")])]).await;
    assert_eq!(asked(&stack, &token, &format!("http://{address}/")).await, "Unreachable");
}
