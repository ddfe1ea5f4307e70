//! The feed of revocations: snapshot, long poll, stream. Never sleeps for something to happen: it waits for the answer
//! itself.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::registered::{Registered, poll_path};
use super::service::{Folder, Service};

/// How soon a revocation must be known.
const SOON: Duration = Duration::from_secs(1);
/// So often it is tried: on a busy machine the best must hold what is promised, and each come before its poll is over.
const ROUNDS: i64 = 5;
/// What each must hold: a wake-up that was lost takes [`LONG_WAIT`].
const WOKEN: Duration = Duration::from_secs(20);
/// How long a quiet stream may say nothing.
const QUIET: Duration = Duration::from_secs(5);
/// So many beats are heard, and the shortest gap counts: a busy machine may be late with one.
const BEATS: usize = 3;
/// Far longer than any of these tests waits, and as long as a poll may.
const LONG_WAIT: u32 = 30;

fn seqs(document: &Value) -> Vec<i64> {
    document["revocations"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
}

/// What each round took keeps the promise.
fn were_soon(took: &[Duration]) {
    assert!(took.iter().all(|one| *one < WOKEN), "a wake-up was lost: {took:?}");
    assert!(took.iter().any(|one| *one < SOON), "{took:?}");
}

/// A poll whose request is with the service. Whether it waits already when the test goes on cannot be seen; if a wake-up
/// were lost, it would take as long as its wait.
struct Poll(TcpStream);

impl Poll {
    async fn send(gateway: &Registered, service: &Service, last: &Value) -> Poll {
        let mut stream = TcpStream::connect(service.url.strip_prefix("http://").unwrap()).await.unwrap();
        let (path, basic) = (poll_path(last, LONG_WAIT), gateway.basic());
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nauthorization: {basic}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        // A later request on another connection is answered.
        service.get("/readyz").await;
        Poll(stream)
    }

    /// The document.
    async fn answer(mut self) -> Value {
        let mut answer = String::new();
        let read = self.0.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(60), read).await.expect("an answer in time").unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer}"));
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        serde_json::from_str(body).unwrap()
    }
}

#[tokio::test]
async fn a_snapshot_lists_what_counts_in_the_form_of_the_first_contract() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let empty = gateway.snapshot(&service).await;
    assert_eq!((&empty["cursor"], &empty["revocations"]), (&json!(0), &json!([])));
    let token = service.alice().await;
    service.logout(&token).await;
    let full = gateway.snapshot(&service).await;
    assert_eq!((&full["cursor"], &full["epoch"]), (&json!(1), &empty["epoch"]));
    assert!(full["issued_at"].is_i64() && full.get("after").is_none(), "{full}");
    let entry = full["revocations"][0].as_object().unwrap();
    let mut members: Vec<&str> = entry.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!((members, &entry["kind"]), (vec!["kind", "sid", "until"], &json!("session")));
}

#[tokio::test]
async fn a_logout_wakes_a_waiting_poll_within_a_second() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let mut last = gateway.snapshot(&service).await;
    let mut took = Vec::new();
    for seq in 1..=ROUNDS {
        let token = service.alice().await;
        let poll = Poll::send(&gateway, &service, &last).await;
        service.logout(&token).await;
        let done = Instant::now();
        let delta = poll.answer().await;
        took.push(done.elapsed());
        assert_eq!((&delta["after"], &delta["cursor"], seqs(&delta)), (&json!(seq - 1), &json!(seq), vec![seq]));
        assert_eq!(delta["epoch"], last["epoch"]);
        last = delta;
    }
    were_soon(&took);
}

#[tokio::test]
async fn fifty_logouts_come_with_every_number_once() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let mut tokens = Vec::new();
    for _ in 0..50 {
        tokens.push(service.alice().await);
    }
    let mut last = gateway.snapshot(&service).await;
    let mut numbers = Vec::new();
    let logouts = futures_util::future::join_all(tokens.iter().map(|token| service.logout(token)));
    let follow = async {
        while numbers.len() < 50 {
            let delta = gateway.poll(&service, &last, LONG_WAIT).await;
            assert_eq!(delta["after"], last["cursor"], "{delta}");
            numbers.extend(seqs(&delta));
            assert_eq!(delta["cursor"], json!(numbers.last()), "{delta}");
            last = delta;
        }
    };
    tokio::join!(logouts, follow);
    assert_eq!(numbers, (1..=50).collect::<Vec<i64>>());
}

#[tokio::test]
async fn without_news_the_answer_is_an_empty_delta_when_the_wait_is_over() {
    let folder = Folder::new();
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let last = gateway.snapshot(&service).await;
    // The last one is longer than other requests may take.
    for wait in [0, 1, 11] {
        let delta = gateway.poll(&service, &last, wait).await;
        assert_eq!((&delta["after"], &delta["cursor"], &delta["revocations"]), (&json!(0), &json!(0), &json!([])));
    }
}

#[tokio::test]
async fn another_epoch_a_future_number_and_a_pruned_one_get_a_snapshot_at_once() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    service.logout(&service.alice().await).await;
    let real = gateway.snapshot(&service).await;
    for (epoch, cursor) in [(json!("another"), json!(1)), (real["epoch"].clone(), json!(2))] {
        let last = json!({ "epoch": epoch, "cursor": cursor });
        let answer = gateway.poll(&service, &last, LONG_WAIT).await;
        assert!(answer.get("after").is_none() && answer["cursor"] == 1, "{answer}");
    }
    // What a running service read before, it still has in one piece.
    assert!(service.stop().await.success());
    folder.sql("UPDATE feed SET pruned_to = 1");
    let service = Service::start(&folder).await;
    let answer = gateway.poll(&service, &json!({ "epoch": real["epoch"], "cursor": 0 }), LONG_WAIT).await;
    assert!(answer.get("after").is_none() && answer["cursor"] == 1, "{answer}");
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let folder = Folder::new();
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    for query in [
        "epoch=e",
        "after=1",
        "epoch=e&after=-1",
        "epoch=e&after=x",
        "epoch=e&after=1&after=2",
        "epoch=e&after=99999999999999999999",
        "epoch=e&after=9223372036854775808",
        "epoch=e&after=1&wait=31",
        "epoch=e&after=1&wait=-1",
        "wait=x",
    ] {
        gateway.get(&service, &format!("/revocations?{query}")).await.is_problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_stream_begins_with_a_snapshot_and_resumes_by_its_last_id() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let tokens = [service.alice().await, service.alice().await, service.alice().await];
    let mut events = gateway.stream(&service, None).await;
    let snapshot = events.next().await.unwrap();
    assert_eq!((snapshot.name.as_str(), &snapshot.data["cursor"]), ("snapshot", &json!(0)));
    service.logout(&tokens[0]).await;
    let delta = events.next_news().await;
    assert_eq!((delta.name.as_str(), seqs(&delta.data)), ("delta", vec![1]));
    assert_eq!(delta.id, format!("{}:1", snapshot.data["epoch"].as_str().unwrap()));
    drop(events);

    service.logout(&tokens[1]).await;
    service.logout(&tokens[2]).await;
    let mut events = gateway.stream(&service, Some(&delta.id)).await;
    let mut missed = Vec::new();
    while missed.len() < 2 {
        missed.extend(seqs(&events.next_news().await.data));
    }
    assert_eq!(missed, [2, 3]);
    let mut events = gateway.stream(&service, Some("nothing we gave")).await;
    assert_eq!(events.next().await.unwrap().name, "snapshot");
}

#[tokio::test]
async fn a_quiet_stream_beats_at_least_every_five_seconds() {
    let folder = Folder::new();
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let mut events = gateway.stream(&service, None).await;
    let snapshot = events.next().await.unwrap();
    let mut gaps = Vec::new();
    for _ in 0..BEATS {
        let before = Instant::now();
        let beat = events.next().await.unwrap();
        gaps.push(before.elapsed());
        assert_eq!((beat.name.as_str(), &beat.id), ("beat", &snapshot.id));
        assert_eq!((&beat.data["cursor"], &beat.data["epoch"]), (&json!(0), &snapshot.data["epoch"]));
        assert!(beat.data["issued_at"].is_i64());
    }
    assert!(gaps.iter().any(|gap| *gap < QUIET), "{gaps:?}");
}

#[tokio::test]
async fn an_act_of_another_process_reaches_a_waiting_poll() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let mut last = gateway.snapshot(&service).await;
    let mut took = Vec::new();
    for seq in 1..=ROUNDS {
        service.alice().await;
        let poll = Poll::send(&gateway, &service, &last).await;
        assert_eq!(folder.cli(&["user", "disable", "alice"], "").await.code, 0);
        let done = Instant::now();
        let delta = poll.answer().await;
        took.push(done.elapsed());
        assert_eq!((seqs(&delta), &delta["revocations"][0]["kind"]), (vec![seq], &json!("session")));
        last = delta;
        assert_eq!(folder.cli(&["user", "enable", "alice"], "").await.code, 0);
    }
    were_soon(&took);
}

#[tokio::test]
async fn a_reused_refresh_token_is_in_the_feed() {
    let folder = Folder::with_alice().await;
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let stolen = service.alice().await;
    let next = service.refresh(&stolen).await.string("refresh_token");
    service.refresh(&next).await;
    service.refresh(&stolen).await.is_problem(401, "invalid_grant");
    let snapshot = gateway.snapshot(&service).await;
    assert_eq!(snapshot["revocations"][0]["kind"], "session", "{snapshot}");
    let sid = snapshot["revocations"][0]["sid"].as_str().unwrap();
    let ended = format!("SELECT count(*) FROM sessions WHERE sid = '{sid}' AND end_reason = 'refresh_reused'");
    assert_eq!(folder.number(&ended), 1);
}

#[tokio::test]
async fn a_stop_ends_polls_and_streams_at_once() {
    let folder = Folder::new();
    let gateway = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    let last = gateway.snapshot(&service).await;
    let mut events = gateway.stream(&service, None).await;
    assert_eq!(events.next().await.unwrap().name, "snapshot");
    let poll = Poll::send(&gateway, &service, &last).await;
    let before = Instant::now();
    assert!(service.stop().await.success());
    // The drain of requests that do not end by themselves takes ten.
    assert!(before.elapsed() < Duration::from_secs(9), "{:?}", before.elapsed());
    let delta = poll.answer().await;
    assert_eq!((&delta["after"], &delta["revocations"]), (&json!(0), &json!([])));
    while events.next().await.is_some() {}
}
