//! A hostile issuer disturbs nobody else, and gets no storm of fetches out of random key ids. Never a limit on a time
//! that a busy machine could break: latencies are only told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use witgate_keyring::Timing;
use witgate_tests::{Mint, Recorder, Stack, StackBuilder};

use crate::flood::{Answers, flood};
use crate::hostile::{self, BROKEN, FLAPPING, Hostile, LOOP, WAITING};
use crate::upstream;

/// Tokens of the issuer that has keys, and as many of those that have none.
const RANDOM_KIDS: usize = 10_000;

/// How many of them are on their way at once.
const AT_ONCE: usize = 64;

/// Tokens of the issuers that keep a fetch waiting; each token waits for one, so all of them do at once.
const WAITING_KIDS: usize = 200;

/// Between two requests of the good issuer's client: each takes a port of the recorder for a while.
const VISIT_INTERVAL: Duration = Duration::from_millis(2);

/// How long the flapping issuer's next fetch may take, its cooldown included.
const FLAP_DEADLINE: Duration = Duration::from_secs(60);

/// Between two tokens that may cause it.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Requests of one fetch that is redirected to its own origin again and again: itself and three redirects.
const REQUESTS_IN_A_LOOP: u64 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_issuer_disturbs_nobody_and_causes_no_storm() {
    let _calm = crate::CALM.lock().await;
    let (good, flapping, recorder) = (Mint::serve().await, Mint::serve().await, Recorder::serve().await);
    let keys = reqwest::get(flapping.jwks_url()).await.expect("the keys").text().await.expect("a key set");
    let hostile = Hostile::serve(keys).await;
    let stack = Arc::new(start(&hostile, &good, &recorder).await);
    let own_token = flapping.sign(&flapping.claims_with("iss", json!(hostile::issuer(FLAPPING))));
    assert_eq!(status(&stack, &own_token).await, 200, "the flapping issuer begins well");
    let (begun, ended) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let visitor = tokio::spawn(visit(Arc::clone(&stack), good.sign(&good.claims()), Arc::clone(&ended)));
    let (with_keys, without, waiting) = tokio::join!(
        flood(Arc::clone(&stack), &[FLAPPING], RANDOM_KIDS, AT_ONCE),
        flood(Arc::clone(&stack), &BROKEN, RANDOM_KIDS, AT_ONCE),
        flood(Arc::clone(&stack), &WAITING, WAITING_KIDS, WAITING_KIDS),
    );
    until_failed(&stack, &hostile).await;
    let (elapsed, fetches) = (begun.elapsed(), counted(&hostile));
    ended.store(true, Ordering::Relaxed);
    tell(&mut visitor.await.expect("the good issuer's client"), elapsed);
    assert_eq!(status(&stack, &own_token).await, 200, "a failed fetch evicts nothing");
    assert_eq!(hostile.lured(), 0, "a redirect to another origin was followed");
    for (way, answers) in &with_keys {
        assert!(answers.keys().all(is_refused_or_in_doubt), "{way} has keys: {answers:?}");
    }
    for (way, answers) in without.iter().chain(&waiting) {
        judge_without_keys(way, answers);
    }
    fetches.iter().for_each(|(way, fetches)| judge_fetches(way, *fetches, elapsed));
}

/// How often each issuer's keys were asked for until now.
fn counted(hostile: &Hostile) -> Vec<(&'static str, u64)> {
    let ways = [FLAPPING].into_iter().chain(BROKEN).chain(WAITING);
    ways.map(|way| (way, hostile.fetches(way))).collect()
}

/// The flapping issuer has keys, and none of these: 401. While its last fetch failed nobody can tell: 503.
fn is_refused_or_in_doubt((status, code): &(u16, String)) -> bool {
    *status == 401 || (*status == 503 && code == "keys_unavailable")
}

async fn start(hostile: &Hostile, good: &Mint, recorder: &Recorder) -> Stack {
    let ways: Vec<&str> = [FLAPPING].into_iter().chain(WAITING).chain(BROKEN).collect();
    let sections: Vec<String> = ways.iter().map(|way| hostile.section(way)).collect();
    let builder = StackBuilder::new().trusting(good).replacing(upstream::PROFILES, &upstream::profiles(&ways));
    builder.with(&upstream::route(recorder)).with(&sections.concat()).start().await
}

/// Random kids until the issuer that began well has answered 500.
async fn until_failed(stack: &Arc<Stack>, hostile: &Hostile) {
    let (start, mut interval) = (Instant::now(), tokio::time::interval(LOOK_INTERVAL));
    while hostile.fetches(FLAPPING) < 2 {
        assert!(start.elapsed() < FLAP_DEADLINE, "no fetch after the cooldown");
        let answers = flood(Arc::clone(stack), &[FLAPPING], 1, 1).await;
        assert!(answers[FLAPPING].keys().all(is_refused_or_in_doubt), "{answers:?}");
        interval.tick().await;
    }
}

/// Good tokens of the good issuer, one after the other; gives how long each answer took. None may be refused.
async fn visit(stack: Arc<Stack>, token: String, ended: Arc<AtomicBool>) -> Vec<Duration> {
    let (mut times, mut interval) = (Vec::new(), tokio::time::interval(VISIT_INTERVAL));
    while !ended.load(Ordering::Relaxed) {
        interval.tick().await;
        let asked = Instant::now();
        assert_eq!(status(&stack, &token).await, 200, "a good token of a good issuer");
        times.push(asked.elapsed());
    }
    times
}

async fn status(stack: &Stack, token: &str) -> u16 {
    stack.get(upstream::PATH, Some(token)).await.status().as_u16()
}

fn tell(times: &mut [Duration], elapsed: Duration) {
    assert!(!times.is_empty(), "the good issuer was asked for");
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    eprintln!(
        "{} good answers in {elapsed:.1?}: median {:.1?}, 99 % {:.1?}, longest {:.1?}",
        times.len(),
        at(50),
        at(99),
        at(100)
    );
}

/// Nobody can tell whether such a token is good, so it is not the caller's fault.
fn judge_without_keys(way: &str, answers: &Answers) {
    let expected = |(status, code): &(u16, String)| *status == 503 && code == "keys_unavailable";
    assert!(answers.keys().all(expected), "{way} never gave keys: {answers:?}");
}

/// One fetch at a time, and none before its cooldown: the first, one in each cooldown, and one for its fraction.
fn judge_fetches(way: &str, fetches: u64, elapsed: Duration) {
    let timing = Timing::default();
    let cooldown = if way == FLAPPING { timing.cooldown } else { timing.first_cooldown };
    let requests_of_a_fetch = if way == LOOP { REQUESTS_IN_A_LOOP } else { 1 };
    let at_most = (2 + elapsed.as_millis() / cooldown.as_millis()) as u64 * requests_of_a_fetch;
    eprintln!("{way}: {fetches} fetches, at most {at_most}");
    assert!((1..=at_most).contains(&fetches), "{way}: {fetches} fetches in {elapsed:?}, at most {at_most}");
}
