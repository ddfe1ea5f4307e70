//! Asking which rule and which route are in force, and measuring until one is. Never counted as load.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use witgate_tests::Stack;

/// The code with which `tests/guests/revision` denies a probe.
pub fn revision_code(revision: u64) -> String {
    format!("revision_{revision:010}")
}

/// The revision's code in force.
pub async fn rule_in_force(stack: &Stack, token: &str) -> String {
    let request = stack.ask(Method::GET, "/healthz").bearer_auth(token).header("x-probe", "rule");
    let answer = request.send().await.expect("an answer to the probe");
    assert_eq!(answer.status(), 403, "a probe is denied by every revision");
    let body: Value = answer.json().await.expect("a problem document");
    body["code"].as_str().expect("a code").to_owned()
}

/// Whether the public route of this round answers.
pub async fn has_route(stack: &Stack, round: u64) -> bool {
    let request = stack.ask(Method::GET, "/healthz").header("x-round", round.to_string());
    request.send().await.expect("an answer to the probe").status() == 200
}

/// Times in a readable line.
pub fn summary(name: &str, times: &mut [Duration]) -> String {
    times.sort();
    let (first, last) = (times[0], times[times.len() - 1]);
    let median = times[times.len() / 2];
    format!("{name}: min {first:.0?}, median {median:.0?}, max {last:.0?} over {} changes", times.len())
}

/// Waits until the rule and the route of this round are in force; gives the time to each since `start`.
pub async fn until_in_force(stack: &Stack, token: &str, round: u64, start: Instant) -> (Duration, Duration) {
    let what = format!("round {round} in force");
    let (rule, route) =
        (async || rule_in_force(stack, token).await == revision_code(round), async || has_route(stack, round).await);
    let (mut rule_time, mut route_time) = (None, None);
    let look = async || {
        if rule_time.is_none() && rule().await {
            rule_time = Some(start.elapsed());
        }
        if route_time.is_none() && route().await {
            route_time = Some(start.elapsed());
        }
        rule_time.zip(route_time)
    };
    until(&what, look).await
}

/// How long a change may take before the test gives up; the limit that counts is judged by the caller.
const GIVE_UP: Duration = Duration::from_secs(20);

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    let mut interval = tokio::time::interval(Duration::from_millis(5));
    loop {
        interval.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(start.elapsed() < GIVE_UP, "{what}: not within {GIVE_UP:?}");
    }
}
