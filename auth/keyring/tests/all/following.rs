//! A feed with a cursor: its client goes on where it is, and never skips a revocation.
//!
//! Never waits by sleeping: tests wait for what the server was asked, or ask until it is so.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use witgate_keyring::{
    ClientCredentials, FeedState, FeedTiming, IssuerConfig, KeySource, Keyring, KeyringError, Scrutiny, Timing,
};
use witgate_token::{Demands, Refusal};

use crate::cursor_feed::{CLIENT, CursorFeed};
use crate::issuer::{Server, Signer, eventually, now, profile, quick};
use crate::revocation::often;

/// A keyring that follows the feed, and the folder of its files.
struct Following {
    keyring: Keyring,
    signer: Signer,
    folder: tempfile::TempDir,
}

impl Following {
    fn of(feed: &CursorFeed, timing: FeedTiming) -> Self {
        Self::of_address(feed.address.clone(), timing, None)
    }

    /// With a secret, in a file of that name.
    fn as_client(feed: &CursorFeed, secret: &str) -> Self {
        Self::of_address(feed.address.clone(), often(), Some(secret))
    }

    fn of_address(address: url::Url, timing: FeedTiming, secret: Option<&str>) -> Self {
        let (signer, folder) = (Signer::new("k1"), tempfile::tempdir().expect("a folder"));
        let keys = folder.path().join("keys.json");
        std::fs::write(&keys, signer.jwks()).expect("written");
        let secret_file = folder.path().join("secret");
        std::fs::write(&secret_file, secret.unwrap_or_default()).expect("written");
        let client = secret.map(|_| ClientCredentials { id: CLIENT.to_owned(), secret_file });
        let config = IssuerConfig::new(profile(), KeySource::JwksFile(keys)).revocations(Some(address));
        let timing = Timing { feed: timing, ..quick() };
        let keyring = Keyring::with_timing(vec![config.client_credentials(client)], Handle::current(), &timing);
        Self { keyring: keyring.expect("a keyring"), signer, folder }
    }

    fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// The verdict on a token of this name, which waits for the first answer.
    async fn asked(&self, jti: &str) -> Option<Refusal> {
        self.keyring.authenticate(&self.signer.token_with(&json!({"jti": jti}))).await.err()
    }

    fn is_revoked(&self, jti: &str) -> bool {
        let token = self.signer.token_with(&json!({"jti": jti}));
        let verdict = self.keyring.verify_now("main", &token, &Demands::default(), now(), &Scrutiny::usual());
        verdict.err() == Some(Refusal::Revoked)
    }

    async fn learns(&self, jti: &str) {
        eventually(jti, async || self.is_revoked(jti)).await;
    }
}

/// How many of these asked for everything.
fn snapshots(asked: &[String]) -> usize {
    asked.iter().filter(|query| query.is_empty()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_counts_within_100_ms_of_the_event() {
    let feed = CursorFeed::start().await;
    let following = Following::of(&feed, FeedTiming::default());
    assert_eq!(following.asked("t0").await, None);
    let mut took = Vec::new();
    for number in 0..5 {
        feed.is_polled_from("e1", number).await;
        let (jti, began) = (format!("t{number}"), Instant::now());
        feed.revokes(&jti);
        following.learns(&jti).await;
        took.push(began.elapsed());
    }
    let best = took.iter().min().expect("five");
    assert!(*best < Duration::from_millis(100), "{took:?}");
    assert_eq!(snapshots(&feed.asked()), 1, "everything came once");
    assert!(following.is_revoked("t0") && following.is_revoked("t4"), "a delta takes nothing back");
}

#[tokio::test]
async fn a_gap_causes_a_snapshot_at_once() {
    let entry = |seq: Value| json!({"kind": "token", "jti": "never", "until": now() + 600, "seq": seq});
    for (after, cursor, entries) in [
        (0, 2, vec![entry(json!(2))]),
        (0, 1, vec![]),
        (0, 2, vec![entry(json!(2)), entry(json!(1))]),
        (0, 2, vec![entry(json!(1)), entry(json!(1))]),
        (0, 1, vec![entry(json!(1)), entry(json!(2))]),
        (0, 1, vec![entry(Value::Null)]),
        (1, 2, vec![entry(json!(2))]),
    ] {
        let feed = CursorFeed::start().await;
        // With retries this slow only what happens at once happens within the test.
        let slow = Duration::from_secs(3600);
        let following = Following::of(&feed, FeedTiming { first_retry: slow, max_retry: slow, ..often() });
        assert_eq!(following.asked("t1").await, None);
        feed.is_polled_from("e1", 0).await;
        let delta =
            json!({"issued_at": now(), "epoch": "e1", "after": after, "cursor": cursor, "revocations": entries});
        let text = delta.to_string();
        feed.answers_once(move || text.into_response());
        eventually("a snapshot", async || snapshots(&feed.asked()) == 2).await;
        feed.is_polled_from("e1", 0).await;
        assert!(!following.is_revoked("never"), "nothing of it was taken: {delta}");
        feed.revokes("t1");
        following.learns("t1").await;
    }
}

#[tokio::test]
async fn a_new_epoch_brings_a_snapshot() {
    let feed = CursorFeed::start().await;
    feed.revokes("t1");
    let following = Following::of(&feed, often());
    assert_eq!(following.asked("t1").await, Some(Refusal::Revoked));
    feed.is_polled_from("e1", 1).await;
    feed.begins_epoch("e2");
    feed.is_polled_from("e2", 0).await;
    assert!(!following.is_revoked("t1"), "a snapshot is the whole truth");
    feed.revokes("t2");
    following.learns("t2").await;
    assert_eq!(snapshots(&feed.asked()), 1, "the second came without being asked for");
}

#[tokio::test]
async fn after_a_cut_it_goes_on_from_its_cursor() {
    let feed = CursorFeed::start().await;
    feed.revokes("t1");
    let following = Following::of(&feed, often());
    assert_eq!(following.asked("t1").await, Some(Refusal::Revoked));
    feed.is_polled_from("e1", 1).await;
    let before = feed.asked().len();
    let broken = || {
        let parts = [Ok("{\"issued_at\":"), Err(std::io::Error::other("cut"))];
        Response::new(Body::from_stream(stream::iter(parts)))
    };
    feed.answers_once(broken);
    eventually("the next request", async || feed.asked().len() > before).await;
    let after_cut = feed.asked()[before].clone();
    assert_eq!(after_cut, "epoch=e1&after=1&wait=0", "at once, since nobody knows how old our word is");
    feed.revokes("t2");
    following.learns("t2").await;
    assert_eq!(snapshots(&feed.asked()), 1);
}

#[tokio::test]
async fn a_restart_is_noticed_and_nothing_is_lost() {
    let mut feed = CursorFeed::start().await;
    feed.revokes("t1");
    let following = Following::of(&feed, often());
    assert_eq!(following.asked("t1").await, Some(Refusal::Revoked));
    feed.is_polled_from("e1", 1).await;
    feed.kill();
    feed.revokes("t2");
    assert!(following.is_revoked("t1") && following.asked("other").await.is_none(), "the old word counts meanwhile");
    feed.restart().await;
    following.learns("t2").await;
    feed.is_polled_from("e1", 2).await;
    assert_eq!(snapshots(&feed.asked()), 1, "its cursor was kept");
}

#[tokio::test]
async fn an_answer_that_never_comes_is_given_up() {
    let feed = CursorFeed::start().await;
    let timing = FeedTiming { wait: Duration::from_secs(1), deadline: Duration::from_millis(500), ..often() };
    let following = Following::of(&feed, timing);
    assert_eq!(following.asked("t1").await, None);
    feed.is_polled_from("e1", 0).await;
    let drips = || Response::new(Body::from_stream(stream::pending::<Result<&str, std::io::Error>>()));
    feed.answers_once(drips);
    feed.revokes("t1");
    following.learns("t1").await;
    assert!(feed.asked().iter().any(|query| query.ends_with("wait=0")), "{:?}", feed.asked());
}

#[tokio::test]
async fn a_delta_that_is_far_ahead_is_not_believed() {
    let feed = CursorFeed::start().await;
    let following = Following::of(&feed, often());
    assert_eq!(following.asked("t1").await, None);
    let before = feed.asked().len();
    feed.says_it_is(Some(now() + 3600));
    feed.revokes("t1");
    eventually("more requests", async || feed.asked().len() > before + 2).await;
    assert!(!following.is_revoked("t1"));
    feed.says_it_is(None);
    following.learns("t1").await;
    assert_eq!(snapshots(&feed.asked()), 1, "its cursor was kept");
}

/// Also one node of several whose clock is ahead, and then another one answers.
#[tokio::test]
async fn a_clock_that_is_set_back_ends_nothing() {
    let feed = CursorFeed::start().await;
    feed.says_it_is(Some(now() + 200));
    let following = Following::of(&feed, often());
    assert_eq!(following.asked("t1").await, None);
    feed.is_polled_from("e1", 0).await;
    feed.says_it_is(Some(now() - 3600));
    feed.revokes("t1");
    following.learns("t1").await;
    assert_eq!(snapshots(&feed.asked()), 1, "by a delta");
    feed.is_polled_from("e1", 1).await;
    feed.answers_once(|| StatusCode::GONE.into_response());
    eventually("a snapshot", async || snapshots(&feed.asked()) == 2).await;
    feed.is_polled_from("e1", 1).await;
    feed.revokes("t2");
    following.learns("t2").await;
    assert!(following.is_revoked("t1"));
    assert_eq!(snapshots(&feed.asked()), 2, "it was taken, too");
}

#[tokio::test]
async fn a_number_that_goes_back_within_an_epoch_fails_closed() {
    let feed = CursorFeed::start().await;
    feed.revokes("t1");
    let max_stale = Duration::from_millis(900);
    let following = Following::of(&feed, FeedTiming { max_stale, ..often() });
    assert_eq!(following.asked("t1").await, Some(Refusal::Revoked));
    feed.is_polled_from("e1", 1).await;
    feed.begins_epoch("e1");
    let unavailable = Some(Refusal::RevocationsUnavailable);
    eventually("it counts as no answer", async || following.asked("t2").await == unavailable).await;
    assert!(following.is_revoked("t1"), "and brings nothing back");
    feed.begins_epoch("e2");
    eventually("another epoch", async || following.asked("t2").await.is_none()).await;
}

#[tokio::test]
async fn a_server_that_lost_its_cursor_is_polled_as_before() {
    let feed = CursorFeed::start().await;
    let following = Following::of(&feed, often());
    assert_eq!(following.asked("t1").await, None);
    let old = || json!({"issued_at": now(), "revocations": [{"kind": "token", "jti": "t9", "until": now() + 600}]});
    let text = old().to_string();
    feed.answers_once(move || text.into_response());
    following.learns("t9").await;
    eventually("a poll for everything", async || snapshots(&feed.asked()) == 2).await;
}

#[tokio::test]
async fn a_changed_secret_is_read_when_the_server_wants_it() {
    let feed = CursorFeed::start().await;
    feed.wants("one+two%");
    let following = Following::as_client(&feed, "wrong");
    assert_eq!(following.asked("t1").await, Some(Refusal::RevocationsUnavailable));
    // What a client sends is form-urlencoded first.
    feed.wants("one%2Btwo%25");
    std::fs::write(following.secret_file(), "one+two% \r\n").expect("written");
    eventually("let in", async || following.asked("t1").await.is_none()).await;
    feed.is_polled_from("e1", 0).await;
    feed.wants("later");
    std::fs::write(following.secret_file(), "later").expect("written");
    feed.revokes("t1");
    following.learns("t1").await;
    assert!(feed.asked().iter().all(|query| !query.contains("later") && !query.contains("one")));
    std::fs::remove_file(following.secret_file()).expect("ours");
    feed.wants("gone");
    feed.revokes("t2");
    eventually("the file is asked for in vain", async || {
        feed.asked().last().is_some_and(|last| last.ends_with("wait=0"))
    })
    .await;
    std::fs::write(following.secret_file(), "gone").expect("written");
    following.learns("t2").await;
}

#[tokio::test]
async fn the_secret_goes_to_no_other_origin() {
    let elsewhere = Server::publishing("{}".to_owned()).await;
    let target = elsewhere.address.clone();
    let redirecting =
        Server::answering(move |_| (StatusCode::FOUND, [("location", target.as_str().to_owned())]).into_response())
            .await;
    let following = Following::of_address(redirecting.address.clone(), often(), Some("secret"));
    assert_eq!(following.asked("t1").await, Some(Refusal::RevocationsUnavailable));
    assert!(redirecting.requests() > 0);
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_refused_at_start_without_a_word_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (empty, absent) = (folder.path().join("empty"), folder.path().join("absent"));
    std::fs::write(&empty, " \n").expect("written");
    for secret_file in [empty, absent] {
        let client = ClientCredentials { id: CLIENT.to_owned(), secret_file: secret_file.clone() };
        let source = KeySource::JwksUrl("https://id.example.com/keys".parse().expect("a URL"));
        let config = IssuerConfig::new(profile(), source).client_credentials(Some(client));
        let refused = Keyring::new(vec![config], Handle::current()).expect_err("refused");
        assert!(matches!(&refused, KeyringError::ClientSecret { path, .. } if *path == secret_file), "{refused}");
    }
}

#[tokio::test]
async fn the_alarm_comes_before_the_end_and_goes_with_the_next_word() {
    let mut feed = CursorFeed::start().await;
    let (alarm_after, max_stale) = (Duration::from_millis(200), Duration::from_millis(900));
    let following = Following::of(&feed, FeedTiming { alarm_after, max_stale, ..often() });
    assert_eq!(following.asked("t1").await, None);
    feed.is_polled_from("e1", 0).await;
    feed.kill();
    let report = || following.keyring.report().remove(0);
    eventually("the alarm", async || report().feed_alarm).await;
    let state = report().feed;
    assert!(matches!(state, FeedState::Alarmed(_) | FeedState::Stale(_)), "{state:?}");
    let unavailable = Some(Refusal::RevocationsUnavailable);
    eventually("the end", async || following.asked("t1").await == unavailable).await;
    assert!(matches!(report().feed, FeedState::Stale(_)) && report().feed_alarm);
    feed.restart().await;
    eventually("the next word", async || following.asked("t1").await.is_none()).await;
    eventually("no alarm", async || !report().feed_alarm).await;
}
