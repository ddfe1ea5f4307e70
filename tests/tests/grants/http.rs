//! Outbound HTTP of a policy: what is listed is reached, within its deadline and bounds, and nothing else is. Never the
//! caller's token on the way.

use std::time::Instant;

use tokio::net::TcpListener;
use witgate_ground::reserved::Reserved;
use witgate_tests::{Recorder, Stack};

use crate::guest::{STORE, ask, entry, got, stack};

/// More keys of a grant whose answer is expected: a busy machine may take long.
const ANSWERED: &str = ", deadline-ms = 20000";
/// Of one that nobody answers: far longer than all bystanders take.
const UNANSWERED: &str = ", deadline-ms = 8000";
/// More calls than workers, all waiting at once.
const WAITING: usize = 4;
/// Requests that ask for nothing outside meanwhile.
const BYSTANDERS: usize = 20;

/// An entry of this name that may ask there; `more` are further keys of that grant. Its own time is no limit here.
fn asking(name: &str, address: &str, more: &str) -> String {
    entry(name, &[STORE, &granted(address, more), &format!("[plugins.{name}.limits]\nwall-ms = 20000")])
}

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
    let (stack, token) = stack(&[asking("out", listed.url(), ANSWERED)]).await;
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
        asking("out", &address, UNANSWERED),
        asking("small", recorder.url(), &format!("{ANSWERED}, body-bytes = 10")),
        entry("cut", &[STORE, &granted(&address, ", deadline-ms = 60000"), "[plugins.cut.limits]\nwall-ms = 300"]),
    ];
    let (stack, token) = stack(&entries).await;
    let url = format!("http://{address}/");
    let slow = async || {
        assert_eq!(asked(&stack, &token, &url).await, "Timeout");
        Instant::now()
    };
    let all_slow = async { tokio::join!(slow(), slow(), slow(), slow()) };
    let bystanders = async {
        let mut held = Vec::new();
        for _ in 0..WAITING {
            held.push(silent.accept().await.expect("a call"));
        }
        let all_wait = Instant::now();
        for _ in 0..BYSTANDERS {
            assert_eq!(ask(&stack, &token, "out", "nothing").await.0, 200, "a bystander");
        }
        (all_wait, Instant::now(), held)
    };
    let ((a, b, c, d), (all_wait, others, _held)) = tokio::join!(all_slow, bystanders);
    let first = a.min(b).min(c).min(d);
    assert!(all_wait < first, "they waited one after the other");
    assert!(others < first, "bystanders waited for the slow ones");
    let small = async |question: String| got(&stack, &token, "small", &question).await;
    assert_eq!(small(format!("http GET {}/", recorder.url())).await, "TooLarge", "the answer");
    assert_eq!(small(format!("http POST {}/ {}", recorder.url(), "b".repeat(11))).await, "TooLarge", "the request");
    let (status, code, _) = ask(&stack, &token, "cut", &format!("http GET {url}")).await;
    assert_eq!((status, code.as_str()), (500, "policy_fault"), "the plugin's wall-ms is over all");
}

#[tokio::test]
async fn nobody_there_is_told() {
    let closed = Reserved::any();
    let address = closed.address().to_string();
    let (stack, token) = stack(&[asking("out", &address, ANSWERED)]).await;
    assert_eq!(asked(&stack, &token, &format!("http://{address}/")).await, "Unreachable");
}
