//! Revocation: as the program says, and as an issuer's feed says, against a real server on loopback.
//!
//! Never waits by sleeping: tests wait for the server's own count, or ask until it is so.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use witgate_keyring::{
    FeedState, FeedTiming, IssuerConfig, KeySource, Keyring, KeyringError, RevokeError, Scrutiny, Timing,
};
use witgate_token::{Demands, Refusal, Revocation};

use crate::issuer::{PATIENCE, Server, Signer, eventually, now, profile, quick};

/// Longer than any test.
const AN_HOUR: Duration = Duration::from_secs(3600);

/// A feed whose document a test sets. It has a validator, and counts what it is asked.
#[derive(Clone)]
pub struct FeedServer {
    document: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
    unchanged: Arc<AtomicUsize>,
    pub address: url::Url,
}

impl FeedServer {
    pub async fn saying(revocations: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/revoked", listener.local_addr().expect("bound")).parse().expect("a URL");
        let (document, asked, unchanged) = (Arc::default(), Arc::default(), Arc::default());
        let server = Self { document, asked, unchanged, address };
        server.now_says(revocations);
        let app = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    fn now_says(&self, revocations: &Value) {
        self.now_says_of(now(), revocations);
    }

    fn now_says_of(&self, issued_at: u64, revocations: &Value) {
        self.now_answers(StatusCode::OK, json!({"issued_at": issued_at, "revocations": revocations}).to_string());
    }

    fn now_answers(&self, status: StatusCode, body: String) {
        *self.document.lock().expect("unpoisoned") = (status, body);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until so many more polls came.
    async fn more_polls(&self, polls: usize) {
        let before = self.asked();
        eventually("more polls", async || self.asked() >= before + polls).await;
    }
}

async fn answer(State(server): State<FeedServer>, headers: HeaderMap) -> Response {
    server.asked.fetch_add(1, Ordering::SeqCst);
    let (status, body) = server.document.lock().expect("unpoisoned").clone();
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let etag = format!("\"{:x}\"", hasher.finish());
    if status == StatusCode::OK && headers.get("if-none-match").is_some_and(|known| *known == *etag) {
        server.unchanged.fetch_add(1, Ordering::SeqCst);
        return StatusCode::NOT_MODIFIED.into_response();
    }
    (status, [("etag", etag), ("location", "/elsewhere".to_owned())], body).into_response()
}

/// Polls so often that a test need not wait, and believes a snapshot for an hour.
pub fn often() -> FeedTiming {
    let poll = Duration::from_millis(10);
    FeedTiming {
        poll,
        max_poll: poll,
        deadline: PATIENCE,
        first_retry: poll,
        max_retry: poll,
        max_stale: AN_HOUR,
        ..FeedTiming::default()
    }
}

/// A keyring that has the signer's key from a file, with or without a feed.
fn holding(signer: &Signer, feed: Option<(&FeedServer, FeedTiming)>) -> (Keyring, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    std::fs::write(&path, signer.jwks()).expect("written");
    let (revocations, feed) = feed.map(|(server, timing)| (server.address.clone(), timing)).unzip();
    let config = IssuerConfig::new(profile(), KeySource::JwksFile(path)).revocations(revocations);
    let timing = Timing { feed: feed.unwrap_or_default(), ..quick() };
    (Keyring::with_timing(vec![config], Handle::current(), &timing).expect("a keyring"), folder)
}

fn verdict(keyring: &Keyring, token: &str) -> Option<Refusal> {
    keyring.verify_now("main", token, &Demands::default(), now(), &Scrutiny::usual()).err()
}

async fn asked(keyring: &Keyring, token: &str) -> Option<Refusal> {
    keyring.authenticate(token).await.err()
}

#[tokio::test]
async fn each_kind_refuses_a_cached_token_at_once() {
    let signer = Signer::new("k1");
    let issued = now() - 10;
    let token = signer.token_with(&json!({"jti": "t1", "sid": "s1", "client_id": "web", "iat": issued}));
    for (revocation, revokes) in [
        (Revocation::Token { jti: "t1".into(), until: issued + 600 }, true),
        (Revocation::Token { jti: "t2".into(), until: issued + 600 }, false),
        (Revocation::Session { sid: "s1".into(), until: issued + 600 }, true),
        (Revocation::Session { sid: "t1".into(), until: issued + 600 }, false),
        (Revocation::Subject { sub: "u1".into(), before: issued }, true),
        (Revocation::Subject { sub: "u1".into(), before: issued - 1 }, false),
        (Revocation::Client { client_id: "web".into(), before: issued }, true),
        (Revocation::Client { client_id: "web".into(), before: issued - 1 }, false),
        (Revocation::Key { kid: "k1".into() }, true),
        (Revocation::Key { kid: "k2".into() }, false),
    ] {
        let (keyring, _folder) = holding(&signer, None);
        assert_eq!(verdict(&keyring, &token), None);
        assert_eq!(keyring.cache_report().entries, 1);
        keyring.revoke("main", [revocation.clone()]).expect("room");
        let expected = revokes.then_some(Refusal::Revoked);
        assert_eq!(verdict(&keyring, &token), expected, "cached: {revocation:?}");
        assert_eq!(keyring.cache_report().entries, usize::from(!revokes), "{revocation:?}");
        assert_eq!(verdict(&keyring, &token), expected, "{revocation:?}");
        assert_eq!(asked(&keyring, &token).await, expected, "{revocation:?}");
    }
}

#[tokio::test]
async fn a_revoked_token_never_enters_the_cache() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer, None);
    keyring.revoke("main", [Revocation::Subject { sub: "u1".into(), before: now() }]).expect("room");
    assert_eq!(verdict(&keyring, &signer.token()), Some(Refusal::Revoked));
    assert_eq!(keyring.cache_report().entries, 0);
    let clone = keyring.clone();
    clone.revoke("main", [Revocation::Key { kid: "k9".into() }]).expect("room");
    assert_eq!(verdict(&keyring, &signer.token()), Some(Refusal::Revoked), "a later call takes nothing back");
    let elsewhere = keyring.revoke("other", [Revocation::Key { kid: "k1".into() }]);
    assert_eq!(elsewhere, Err(RevokeError::UnknownProfile));
}

#[tokio::test]
async fn too_many_revocations_are_taken_whole_or_not_at_all() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer, None);
    let token = signer.token_with(&json!({"jti": "t0"}));
    let many = |most: usize| (0..most).map(|number| Revocation::Token { jti: format!("t{number}"), until: u64::MAX });
    let full = keyring.revoke("main", many(witgate_token::MAX_REVOCATIONS + 1));
    assert!(matches!(full, Err(RevokeError::Full(_))));
    assert_eq!(verdict(&keyring, &token), None);
    assert_eq!(keyring.report()[0].revocations_percent, 0);
    keyring.revoke("main", many(witgate_token::MAX_REVOCATIONS)).expect("room");
    assert_eq!(keyring.report()[0].revocations_percent, 100);
    assert_eq!(verdict(&keyring, &token), Some(Refusal::Revoked));
}

#[tokio::test]
async fn without_a_feed_it_is_off_and_says_so() {
    let (keyring, _folder) = holding(&Signer::new("k1"), None);
    let reports = keyring.report();
    assert_eq!((reports.len(), reports[0].name.as_str(), reports[0].feed), (1, "main", FeedState::Off));
}

#[tokio::test]
async fn the_first_token_waits_for_the_first_snapshot() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([{"kind": "token", "jti": "t1", "until": now() + 600}])).await;
    let (keyring, _folder) = holding(&signer, Some((&feed, often())));
    let (revoked, good) = (signer.token_with(&json!({"jti": "t1"})), signer.token_with(&json!({"jti": "t2"})));
    assert_eq!((feed.asked(), keyring.report()[0].feed), (0, FeedState::Awaited));
    assert_eq!(verdict(&keyring, &good), Some(Refusal::RevocationsUnavailable), "nobody can tell yet");
    assert_eq!(verdict(&keyring, &Signer::new("k1").token()), Some(Refusal::Signature), "but this is no question");
    assert_eq!(asked(&keyring, &good).await, None);
    assert_eq!(asked(&keyring, &revoked).await, Some(Refusal::Revoked));
    let report = &keyring.report()[0];
    assert!(matches!(report.feed, FeedState::Fresh(_)) && report.revocations == 1, "{report:?}");
}

#[tokio::test]
async fn each_snapshot_replaces_the_one_before() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([{"kind": "session", "sid": "s1", "until": now() + 600}])).await;
    let (keyring, _folder) = holding(&signer, Some((&feed, often())));
    let (first, second) = (signer.token_with(&json!({"sid": "s1"})), signer.token_with(&json!({"sid": "s2"})));
    let both = async |one, other| asked(&keyring, &first).await == one && asked(&keyring, &second).await == other;
    assert!(both(Some(Refusal::Revoked), None).await);
    feed.now_says(&json!([{"kind": "session", "sid": "s2", "until": now() + 600}]));
    eventually("the second snapshot", async || both(None, Some(Refusal::Revoked)).await).await;
    keyring.revoke("main", [Revocation::Session { sid: "s1".into(), until: now() + 600 }]).expect("room");
    feed.now_says(&json!([]));
    eventually("the third snapshot", async || asked(&keyring, &second).await.is_none()).await;
    assert_eq!(asked(&keyring, &first).await, Some(Refusal::Revoked), "what the program said stays");
}

#[tokio::test]
async fn an_unchanged_snapshot_stays_in_force_and_is_not_sent_again() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([{"kind": "key", "kid": "k1"}])).await;
    let (keyring, _folder) = holding(&signer, Some((&feed, often())));
    assert_eq!(asked(&keyring, &signer.token()).await, Some(Refusal::Revoked));
    eventually("answers of 304", async || feed.unchanged.load(Ordering::SeqCst) >= 3).await;
    assert_eq!(feed.asked() - feed.unchanged.load(Ordering::SeqCst), 1, "sent once");
    assert_eq!(asked(&keyring, &signer.token()).await, Some(Refusal::Revoked));
}

#[tokio::test]
async fn a_bad_answer_changes_nothing() {
    let signer = Signer::new("k1");
    let list = json!([{"kind": "token", "jti": "t1", "until": now() + 600}]);
    let feed = FeedServer::saying(&list).await;
    let (keyring, _folder) = holding(&signer, Some((&feed, often())));
    let (revoked, good) = (signer.token_with(&json!({"jti": "t1"})), signer.token_with(&json!({"jti": "t2"})));
    assert_eq!(asked(&keyring, &revoked).await, Some(Refusal::Revoked));
    let with = |entry: Value| json!({"issued_at": now(), "revocations": [{"kind": "token", "jti": "t2", "until": now() + 600}, entry]});
    let empty = || json!({"issued_at": now(), "revocations": []});
    for (status, body) in [
        (StatusCode::OK, String::new()),
        (StatusCode::OK, "{}".into()),
        (StatusCode::OK, with(json!({"kind": "device", "id": "d"})).to_string()),
        (StatusCode::OK, with(json!({"kind": "key"})).to_string()),
        (StatusCode::FOUND, empty().to_string()),
        (StatusCode::OK, json!({"revocations": []}).to_string()),
        (StatusCode::NO_CONTENT, String::new()),
        (StatusCode::INTERNAL_SERVER_ERROR, empty().to_string()),
    ] {
        feed.now_answers(status, body.clone());
        feed.more_polls(2).await;
        assert_eq!(asked(&keyring, &revoked).await, Some(Refusal::Revoked), "{status} {body}");
        assert_eq!(asked(&keyring, &good).await, None, "{status} {body}");
    }
}

#[tokio::test]
async fn an_older_snapshot_is_never_believed() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([])).await;
    let issued = now();
    feed.now_says_of(issued, &json!([{"kind": "token", "jti": "t1", "until": issued + 600}]));
    let timing = FeedTiming { max_stale: Duration::from_millis(500), ..often() };
    let (keyring, _folder) = holding(&signer, Some((&feed, timing)));
    let (revoked, good) = (signer.token_with(&json!({"jti": "t1"})), signer.token_with(&json!({"jti": "t2"})));
    assert_eq!(asked(&keyring, &revoked).await, Some(Refusal::Revoked));
    feed.now_says_of(issued - 1, &json!([]));
    feed.more_polls(3).await;
    assert_eq!(verdict(&keyring, &revoked), Some(Refusal::Revoked));
    let unavailable = Some(Refusal::RevocationsUnavailable);
    eventually("it counts as no answer", async || verdict(&keyring, &good) == unavailable).await;
    assert_eq!(verdict(&keyring, &revoked), Some(Refusal::Revoked));
    feed.now_says_of(issued, &json!([]));
    eventually("one of the same second counts", async || verdict(&keyring, &revoked).is_none()).await;
}

/// Milliseconds for seconds, say: believed once, it would make every later snapshot an older one.
#[tokio::test]
async fn a_snapshot_of_the_far_future_shuts_nobody_out() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([])).await;
    feed.now_says_of(now() * 1000, &json!([]));
    let (keyring, _folder) = holding(&signer, Some((&feed, often())));
    assert_eq!(asked(&keyring, &signer.token()).await, Some(Refusal::RevocationsUnavailable));
    feed.now_says_of(now() + 60, &json!([]));
    eventually("a clock a minute ahead is none", async || verdict(&keyring, &signer.token()).is_none()).await;
}

#[tokio::test]
async fn a_feed_that_never_answered_fails_closed() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([])).await;
    feed.now_answers(StatusCode::NOT_FOUND, String::new());
    let (keyring, _folder) = holding(&signer, Some((&feed, often())));
    assert_eq!(asked(&keyring, &signer.token()).await, Some(Refusal::RevocationsUnavailable));
    feed.more_polls(2).await;
    assert_eq!(asked(&keyring, &signer.token()).await, Some(Refusal::RevocationsUnavailable));
    feed.now_says(&json!([]));
    eventually("the first snapshot", async || asked(&keyring, &signer.token()).await.is_none()).await;
}

#[tokio::test]
async fn a_snapshot_that_is_too_old_fails_closed_also_for_cached_tokens() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([{"kind": "token", "jti": "t1", "until": now() + 600}])).await;
    let timing = FeedTiming { max_stale: Duration::from_millis(500), ..often() };
    let (keyring, _folder) = holding(&signer, Some((&feed, timing)));
    let (revoked, good) = (signer.token_with(&json!({"jti": "t1"})), signer.token_with(&json!({"jti": "t2"})));
    eventually("a good token", async || asked(&keyring, &good).await.is_none()).await;
    assert_eq!(keyring.cache_report().entries, 1);
    feed.now_answers(StatusCode::BAD_GATEWAY, String::new());
    let unavailable = Some(Refusal::RevocationsUnavailable);
    eventually("too old", async || verdict(&keyring, &good) == unavailable).await;
    assert_eq!(verdict(&keyring, &revoked), Some(Refusal::Revoked), "what is known stays known");
    assert!(matches!(keyring.report()[0].feed, FeedState::Stale(_)));
    feed.now_says(&json!([]));
    eventually("the feed is back", async || verdict(&keyring, &good).is_none()).await;
}

#[tokio::test]
async fn a_renewed_keyring_keeps_the_feed_of_an_unchanged_issuer_only() {
    let signer = Signer::new("k1");
    let (one, other) = (FeedServer::saying(&json!([])).await, FeedServer::saying(&json!([])).await);
    let keys = Server::publishing(signer.jwks()).await;
    let config = |feed: Option<&FeedServer>| {
        let feed = feed.map(|feed| feed.address.clone());
        IssuerConfig::new(profile(), KeySource::JwksUrl(keys.address.clone())).revocations(feed)
    };
    let runtime = Handle::current();
    let first = Keyring::new(vec![config(Some(&one))], runtime.clone()).expect("a keyring");
    assert_eq!(asked(&first, &signer.token()).await, None);
    let same = first.renewed(vec![config(Some(&one))], &runtime).expect("a keyring");
    assert_eq!(verdict(&same, &signer.token()), None, "its snapshot is there at once");
    let moved = first.renewed(vec![config(Some(&other))], &runtime).expect("a keyring");
    assert_eq!(moved.report()[0].feed, FeedState::Awaited);
    let off = first.renewed(vec![config(None)], &runtime).expect("a keyring");
    assert_eq!(off.report()[0].feed, FeedState::Off);
}

#[tokio::test]
async fn an_address_that_may_not_be_asked_is_refused_at_start() {
    for address in ["http://id.example.com/revoked", "ftp://127.0.0.1/revoked", "https://user@id.example.com/"] {
        let source = KeySource::JwksUrl("https://id.example.com/keys".parse().expect("a URL"));
        let revocations = Some(address.parse().expect("a URL"));
        let config = IssuerConfig::new(profile(), source).revocations(revocations);
        let made = Keyring::new(vec![config], Handle::current());
        assert!(matches!(made, Err(KeyringError::Revocations { .. })), "{address}");
    }
}
