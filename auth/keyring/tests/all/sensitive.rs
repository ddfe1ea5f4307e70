//! A sensitive request: a young word of the feed, or the issuer's own word on the token, or a refusal.
//!
//! Never waits by sleeping: the introspection's gate and counter, and the feed's age, are what tests wait for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;
use witgate_keyring::resource_server::RequireToken;
use witgate_keyring::{
    ClientCredentials, FeedTiming, IssuerConfig, KeySource, Keyring, KeyringError, Scrutiny, Timing,
};
use witgate_token::{Demands, Refusal};

use crate::cursor_feed::{CLIENT, CursorFeed};
use crate::issuer::{PATIENCE, Signer, eventually, now, profile, quick};
use crate::revocation::often;

/// The base64 of `gate:secret`.
const AUTHORIZATION: &str = "Basic Z2F0ZTpzZWNyZXQ=";
/// The base64 of `gate:another`.
const ANOTHER: &str = "Basic Z2F0ZTphbm90aGVy";
/// Calls that are under way while the secret is rotated.
const UNDER_WAY: usize = 2;
const ACTIVE: &str = r#"{"active":true}"#;
const INACTIVE: &str = r#"{"active":false}"#;
/// As many requests as go to one issuer at once.
const AT_ONCE: usize = 64;

/// Calls that came, by what became of their secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Came {
    refused: usize,
    let_in: usize,
}

/// An introspection endpoint whose answer a test sets and holds back.
#[derive(Clone)]
struct Introspection {
    answer: Arc<Mutex<(StatusCode, String)>>,
    open: Arc<watch::Sender<bool>>,
    forms: Arc<Mutex<Vec<String>>>,
    wanted: Arc<Mutex<&'static str>>,
    came: Arc<watch::Sender<Came>>,
    address: url::Url,
}

impl Introspection {
    async fn saying(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/introspect", listener.local_addr().expect("bound")).parse().expect("a URL");
        let (answer, open) = (Arc::new(Mutex::new((StatusCode::OK, answer.to_owned()))), watch::Sender::new(true));
        let (wanted, came) = (Arc::new(Mutex::new(AUTHORIZATION)), Arc::new(watch::Sender::default()));
        let this = Self { answer, open: Arc::new(open), forms: Arc::default(), wanted, came, address };
        let app = Router::new().fallback(respond).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        this
    }

    fn now_says(&self, status: StatusCode, answer: &str) {
        *self.answer.lock().expect("unpoisoned") = (status, answer.to_owned());
    }

    fn asked(&self) -> usize {
        self.forms.lock().expect("unpoisoned").len()
    }
}

async fn respond(State(server): State<Introspection>, headers: HeaderMap, form: String) -> Response {
    let wanted = *server.wanted.lock().expect("unpoisoned");
    if headers.get("authorization").is_none_or(|given| *given != *wanted) {
        // All came with the old secret; then each is refused when the one before was let in with the new.
        let mut before = 0;
        server.came.send_modify(|came| {
            before = came.refused;
            came.refused += 1;
        });
        let is_next = |came: &Came| came.refused == UNDER_WAY && came.let_in >= before;
        let _ = server.came.subscribe().wait_for(is_next).await;
        return StatusCode::UNAUTHORIZED.into_response();
    }
    server.came.send_modify(|came| came.let_in += 1);
    server.forms.lock().expect("unpoisoned").push(form);
    let _ = server.open.subscribe().wait_for(|open| *open).await;
    server.answer.lock().expect("unpoisoned").clone().into_response()
}

struct Stage {
    keyring: Keyring,
    signer: Signer,
    folder: tempfile::TempDir,
}

impl Stage {
    fn of(feed: Option<&CursorFeed>, introspection: Option<&Introspection>, timing: &Timing) -> Self {
        let (signer, folder) = (Signer::new("k1"), tempfile::tempdir().expect("a folder"));
        let (keys, secret_file) = (folder.path().join("keys.json"), folder.path().join("secret"));
        std::fs::write(&keys, signer.jwks()).expect("written");
        std::fs::write(&secret_file, "secret\n").expect("written");
        let config = IssuerConfig::new(profile(), KeySource::JwksFile(keys))
            .revocations(feed.map(|feed| feed.address.clone()))
            .introspection(introspection.map(|asked| asked.address.clone()))
            .client_credentials(Some(ClientCredentials { id: CLIENT.to_owned(), secret_file }));
        let keyring = Keyring::with_timing(vec![config], Handle::current(), timing).expect("a keyring");
        Self { keyring, signer, folder }
    }

    fn token(&self, jti: &str) -> String {
        self.signer.token_with(&json!({"jti": jti}))
    }

    async fn verdict(&self, token: &str, mut scrutiny: Scrutiny) -> Option<Refusal> {
        self.keyring.authenticate_for(token, &Demands::default(), &mut scrutiny).await.err()
    }

    async fn sensitive(&self, token: &str) -> Option<Refusal> {
        self.verdict(token, Scrutiny::sensitive()).await
    }

    async fn usual(&self, token: &str) -> Option<Refusal> {
        self.verdict(token, Scrutiny::usual()).await
    }

    async fn alarms(&self) {
        eventually("the alarm", async || self.keyring.report()[0].feed_alarm).await;
    }
}

fn timing(feed: FeedTiming) -> Timing {
    Timing { feed, introspection_deadline: PATIENCE, ..quick() }
}

/// An alarm at once, and an end that no test sees.
fn soon_old() -> Timing {
    timing(FeedTiming { alarm_after: Duration::from_millis(100), ..often() })
}

#[tokio::test]
async fn while_the_feed_is_young_nobody_is_asked() {
    let (feed, introspection) = (CursorFeed::start().await, Introspection::saying(INACTIVE).await);
    feed.revokes("t1");
    let stage = Stage::of(Some(&feed), Some(&introspection), &timing(often()));
    assert_eq!(stage.sensitive(&stage.token("t1")).await, Some(Refusal::Revoked));
    assert_eq!(stage.sensitive(&stage.token("t2")).await, None);
    assert_eq!(introspection.asked(), 0);
}

#[tokio::test]
async fn on_an_old_word_the_issuer_is_asked_and_the_others_go_on() {
    let (mut feed, introspection) = (CursorFeed::start().await, Introspection::saying(ACTIVE).await);
    feed.revokes("t1");
    let stage = Stage::of(Some(&feed), Some(&introspection), &soon_old());
    let (revoked, token) = (stage.token("t1"), stage.token("t2"));
    assert_eq!(stage.usual(&token).await, None);
    feed.kill();
    stage.alarms().await;
    assert_eq!(stage.sensitive(&token).await, None);
    assert_eq!(introspection.asked(), 1);
    let form = introspection.forms.lock().expect("unpoisoned")[0].clone();
    assert_eq!(form, format!("token={token}&token_type_hint=access_token"));
    assert_eq!(stage.sensitive(&revoked).await, Some(Refusal::Revoked), "what the feed said stays");
    assert_eq!(introspection.asked(), 1, "and is not asked about");
    for (status, answer, refusal) in [
        (StatusCode::OK, INACTIVE, Refusal::Revoked),
        (StatusCode::OK, "{}", Refusal::RevocationsUnavailable),
        (StatusCode::OK, r#"{"active":"true"}"#, Refusal::RevocationsUnavailable),
        (StatusCode::BAD_GATEWAY, ACTIVE, Refusal::RevocationsUnavailable),
        (StatusCode::UNAUTHORIZED, ACTIVE, Refusal::RevocationsUnavailable),
        (StatusCode::FOUND, ACTIVE, Refusal::RevocationsUnavailable),
    ] {
        introspection.now_says(status, answer);
        assert_eq!(stage.sensitive(&token).await, Some(refusal), "{status} {answer}");
        assert_eq!(stage.usual(&token).await, None, "{status} {answer}");
    }
    introspection.now_says(StatusCode::OK, ACTIVE);
    assert_eq!(stage.sensitive(&token).await, None, "no word is kept for a later request");
    introspection.now_says(StatusCode::OK, INACTIVE);
    feed.restart().await;
    eventually("a young word", async || stage.sensitive(&token).await.is_none()).await;
}

/// What a caller leaves out makes the verdict a refusal, never a pass.
#[tokio::test]
async fn verification_itself_refuses_what_nobody_asked_about() {
    let (mut feed, introspection) = (CursorFeed::start().await, Introspection::saying(ACTIVE).await);
    let stage = Stage::of(Some(&feed), Some(&introspection), &soon_old());
    let (token, other) = (stage.token("t1"), stage.token("t2"));
    let verify_now = |token: &str, scrutiny: &Scrutiny| {
        stage.keyring.verify_now("main", token, &Demands::default(), now(), scrutiny).err()
    };
    assert_eq!(stage.usual(&token).await, None);
    feed.kill();
    stage.alarms().await;
    let unavailable = Some(Refusal::RevocationsUnavailable);
    let mut scrutiny = Scrutiny::sensitive();
    assert_eq!(verify_now(&token, &scrutiny), unavailable, "although it is known");
    stage.keyring.prepare(&token, &mut scrutiny).await;
    assert_eq!(verify_now(&token, &scrutiny), None);
    assert_eq!(verify_now(&other, &scrutiny), unavailable, "the word was on another token");
    stage.keyring.prepare(&other, &mut scrutiny).await;
    assert_eq!((verify_now(&other, &scrutiny), verify_now(&token, &scrutiny)), (None, unavailable));
}

#[tokio::test]
async fn at_the_end_of_the_feed_no_word_helps() {
    let (mut feed, introspection) = (CursorFeed::start().await, Introspection::saying(ACTIVE).await);
    let (alarm_after, max_stale) = (Duration::from_millis(50), Duration::from_millis(200));
    let timing = timing(FeedTiming { alarm_after, max_stale, ..often() });
    let stage = Stage::of(Some(&feed), Some(&introspection), &timing);
    let token = stage.token("t1");
    eventually("a first word", async || stage.usual(&token).await.is_none()).await;
    feed.kill();
    let unavailable = Some(Refusal::RevocationsUnavailable);
    eventually("the end", async || stage.usual(&token).await == unavailable).await;
    let before = introspection.asked();
    assert_eq!(stage.sensitive(&token).await, unavailable);
    assert_eq!(introspection.asked(), before, "it would be in vain");
}

#[tokio::test]
async fn without_a_feed_the_issuer_is_asked_each_time_and_without_both_nobody_passes() {
    let introspection = Introspection::saying(ACTIVE).await;
    let stage = Stage::of(None, Some(&introspection), &timing(often()));
    let token = stage.token("t1");
    assert_eq!((stage.sensitive(&token).await, stage.sensitive(&token).await, introspection.asked()), (None, None, 2));
    assert!(stage.keyring.tells_revocations());
    let silent = Stage::of(None, None, &timing(often()));
    let token = silent.token("t1");
    assert_eq!(silent.sensitive(&token).await, Some(Refusal::RevocationsUnavailable));
    assert_eq!((silent.usual(&token).await, silent.keyring.tells_revocations()), (None, false));
}

#[tokio::test]
async fn a_token_that_is_bad_anyway_is_not_asked_about() {
    let introspection = Introspection::saying(ACTIVE).await;
    let stage = Stage::of(None, Some(&introspection), &timing(often()));
    let expired = stage.signer.token_with(&json!({"iat": now() - 900, "exp": now() - 60}));
    for (token, refusal) in [(expired, Refusal::Expired), (Signer::new("k1").token(), Refusal::Signature)] {
        assert_eq!(stage.sensitive(&token).await, Some(refusal));
    }
    assert_eq!(introspection.asked(), 0);
}

#[tokio::test]
async fn many_requests_with_one_token_ask_once() {
    let introspection = Introspection::saying(ACTIVE).await;
    let stage = Stage::of(None, Some(&introspection), &timing(often()));
    let (token, waiting) = (stage.token("t1"), AtomicUsize::new(0));
    introspection.open.send_replace(false);
    let one = async || {
        waiting.fetch_add(1, Ordering::SeqCst);
        stage.sensitive(&token).await
    };
    let all = futures_util::future::join_all((0..20).map(|_| one()));
    let opening = async {
        eventually("all of them", async || waiting.load(Ordering::SeqCst) == 20 && introspection.asked() == 1).await;
        introspection.open.send_replace(true);
    };
    let (verdicts, ()) = tokio::join!(all, opening);
    assert!(verdicts.iter().all(Option::is_none), "{verdicts:?}");
    assert_eq!(introspection.asked(), 1);
}

#[tokio::test]
async fn no_answer_in_time_is_a_refusal_and_no_more_than_so_many_are_asked_at_once() {
    let introspection = Introspection::saying(ACTIVE).await;
    // Long enough for all of them to be there at once, also on a busy machine.
    let deadline = Duration::from_secs(5);
    let stage = Stage::of(None, Some(&introspection), &Timing { introspection_deadline: deadline, ..timing(often()) });
    introspection.open.send_replace(false);
    let tokens: Vec<String> = (0..AT_ONCE + 10).map(|number| stage.token(&format!("t{number}"))).collect();
    let most = Arc::new(AtomicUsize::new(0));
    let verdicts = futures_util::future::join_all(tokens.iter().map(|token| stage.sensitive(token)));
    let counting = async {
        eventually("as many as may be", async || introspection.asked() == AT_ONCE).await;
        most.store(introspection.asked(), Ordering::SeqCst);
    };
    let (verdicts, ()) = tokio::join!(verdicts, counting);
    let unavailable = Some(Refusal::RevocationsUnavailable);
    assert!(verdicts.iter().all(|verdict| *verdict == unavailable), "{verdicts:?}");
    assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    introspection.open.send_replace(true);
    eventually("there is room again", async || stage.sensitive(&tokens[0]).await.is_none()).await;
}

#[tokio::test]
async fn a_rotated_secret_fails_none_of_the_calls_under_way() {
    let introspection = Introspection::saying(ACTIVE).await;
    let stage = Stage::of(None, Some(&introspection), &timing(often()));
    std::fs::write(stage.folder.path().join("secret"), "another").expect("written");
    *introspection.wanted.lock().expect("unpoisoned") = ANOTHER;
    let (one, other) = (stage.token("t1"), stage.token("t2"));
    assert_eq!(tokio::join!(stage.sensitive(&one), stage.sensitive(&other)), (None, None));
    assert_eq!(*introspection.came.borrow(), Came { refused: UNDER_WAY, let_in: UNDER_WAY });
}

#[tokio::test]
async fn a_sensitive_layer_refuses_where_another_lets_in() {
    let introspection = Introspection::saying(ACTIVE).await;
    let stage = Stage::of(None, Some(&introspection), &timing(often()));
    let require = RequireToken::new(stage.keyring.clone());
    let part = |path: &str, layer: RequireToken| Router::new().route(path, get(async || ())).route_layer(layer);
    let both = require.clone().sensitive().audience("api");
    let app = part("/usual", require).merge(part("/sensitive", both));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let token = stage.token("t1");
    let status = async |path: &str| {
        let answer = client.get(format!("{base}{path}")).bearer_auth(&token).send().await.expect("an answer");
        answer.status().as_u16()
    };
    for (answer, expected) in [(ACTIVE, 200), (INACTIVE, 401), ("", 503)] {
        let before = introspection.asked();
        introspection.now_says(StatusCode::OK, answer);
        assert_eq!((status("/usual").await, status("/sensitive").await), (200, expected), "{answer}");
        assert_eq!(introspection.asked(), before + 1, "once for all that is demanded");
    }
}

#[tokio::test]
async fn an_address_that_may_not_be_asked_is_refused_at_start() {
    let source = KeySource::JwksUrl("https://id.example.com/keys".parse().expect("a URL"));
    let address = "http://id.example.com/introspect".parse().expect("a URL");
    let config = IssuerConfig::new(profile(), source).introspection(Some(address));
    let refused = Keyring::new(vec![config], Handle::current());
    assert!(matches!(refused, Err(KeyringError::Introspection { .. })));
}
