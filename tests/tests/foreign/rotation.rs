//! Keys that rotate while requests flow: no good token is ever refused. Never a pause of the traffic.
//!
//! The provider rotates twice at a time. The first new keys are known from the last fetch, since a key is published
//! before it signs; the second ones are not, and the gateway fetches them when it sees the first token, if its cooldown
//! has passed: the test waits for that. `tests/oracles/README.md` says what happens to an issuer that cannot wait.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use witgate_keyring::Timing;
use witgate_tests::{Recorder, Stack};

use crate::algorithms::{ALGORITHMS, part, start};
use crate::provider::{Client, Provider};
use crate::upstream;

/// How many clients ask.
const CLIENTS: usize = 4;

/// Between two turns of one client: together a few requests in 10 ms, where the machine can.
const TURN_INTERVAL: Duration = Duration::from_millis(20);

/// How often the provider rotates twice.
const PAIRS: usize = 2;

/// How many tokens of one generation must pass before the next rotation.
const TOKENS_OF_A_GENERATION: usize = 20;

/// How long any of the awaited events may take, the cooldown included.
const EVENT_DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks at the provider or the count.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// What the clients saw.
#[derive(Default)]
struct Seen {
    ended: AtomicBool,
    /// Accepted tokens by the generation of their key.
    accepted: Mutex<BTreeMap<u64, usize>>,
    /// What was not answered with 200.
    wrong: Mutex<Vec<String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_good_token_is_refused_while_keys_rotate() {
    let Some(mut provider) = Provider::start("the rotation of a foreign issuer's keys").await else { return };
    let _calm = crate::CALM.lock().await;
    let recorder = Recorder::serve().await;
    let stack = Arc::new(start(&provider, &recorder).await);
    let (seen, begun, mut clients) = (Arc::new(Seen::default()), Instant::now(), JoinSet::new());
    for offset in 0..CLIENTS {
        clients.spawn(ask_on(Arc::clone(&stack), provider.client(), offset, Arc::clone(&seen)));
    }
    let mut generation = 0;
    for _ in 0..PAIRS {
        seen.until_accepted(generation).await;
        until_cooled_down(&mut provider).await;
        let known = provider.rotate().await;
        seen.until_accepted(known).await;
        generation = provider.rotate().await;
        seen.until_accepted(generation).await;
    }
    seen.ended.store(true, Ordering::Relaxed);
    clients.join_all().await;
    let (elapsed, fetches) = (begun.elapsed(), provider.fetches().await.count);
    let accepted = seen.accepted.lock().expect("the count").clone();
    eprintln!("{accepted:?} tokens accepted by generation in {elapsed:.1?}, {fetches} fetches of the key set");
    assert_eq!(seen.wrong.lock().expect("the list").as_slice(), [""; 0], "wrong refusals");
    let pairs = PAIRS as u64;
    assert!(fetches > pairs, "each unknown key needs a fetch, and the first one: {fetches}");
    let at_most = 2 + elapsed.as_secs() / Timing::default().cooldown.as_secs();
    assert!(fetches <= at_most, "{fetches} fetches in {elapsed:?}");
}

/// A fresh token, two requests, and one with the token before it, which an older key may have signed.
async fn ask_on(stack: Arc<Stack>, client: Client, offset: usize, seen: Arc<Seen>) {
    let (mut before, mut interval) = (None, tokio::time::interval(TURN_INTERVAL));
    for turn in offset.. {
        interval.tick().await;
        if seen.ended.load(Ordering::Relaxed) {
            return;
        }
        let token = client.token(ALGORITHMS[turn % ALGORITHMS.len()]).await;
        let older = before.replace(token.clone());
        for token in [Some(token.clone()), Some(token), older].into_iter().flatten() {
            let status = stack.get(upstream::PATH, Some(&token)).await.status();
            seen.note(&token, status.as_u16());
        }
    }
}

/// Until the gateway may fetch again. Its fetch began before the provider was asked for the key set.
async fn until_cooled_down(provider: &mut Provider) {
    let (start, cooldown) = (Instant::now(), Timing::default().cooldown);
    let mut interval = tokio::time::interval(LOOK_INTERVAL);
    while provider.fetches().await.since <= cooldown {
        assert!(start.elapsed() < EVENT_DEADLINE, "the gateway fetches all the time");
        interval.tick().await;
    }
}

impl Seen {
    fn note(&self, token: &str, status: u16) {
        let kid = part(token, 0)["kid"].as_str().expect("a kid").to_owned();
        if status != 200 {
            self.wrong.lock().expect("the list").push(format!("{status} for a token of {kid}"));
            return;
        }
        let generation = kid.rsplit('-').next().and_then(|number| number.parse().ok()).expect("a generation");
        *self.accepted.lock().expect("the count").entry(generation).or_default() += 1;
    }

    async fn until_accepted(&self, generation: u64) {
        let start = Instant::now();
        let mut interval = tokio::time::interval(LOOK_INTERVAL);
        let count = || self.accepted.lock().expect("the count").get(&generation).copied().unwrap_or(0);
        while count() < TOKENS_OF_A_GENERATION {
            let wrong = self.wrong.lock().expect("the list").clone();
            assert_eq!(wrong, [""; 0], "wrong refusals");
            assert!(start.elapsed() < EVENT_DEADLINE, "no tokens of generation {generation} pass");
            interval.tick().await;
        }
    }
}
