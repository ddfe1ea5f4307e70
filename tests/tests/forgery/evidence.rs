//! What the operator can see of a refusal: its log line and the counters. Never what the caller sees.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use witgate_tests::{Stack, deadline};

/// The log is written by a thread of its own.
const LOG_DEADLINE: Duration = Duration::from_secs(30);

/// Counters by their label.
pub type Counters = BTreeMap<String, u64>;

/// The token refusals until now, by reason.
pub async fn token_refusals(stack: &Stack) -> Counters {
    counters(stack, "witgate_token_refusals_total{reason=\"").await
}

/// The refusals of the recorder's route until now, by public code.
pub async fn refusals(stack: &Stack) -> Counters {
    counters(stack, "witgate_refusals_total{route=\"recorded\",code=\"").await
}

/// By how much each counter grew; those that did not are left out.
pub fn growth(before: &Counters, after: &Counters) -> Counters {
    let grown = |(name, count): (&String, &u64)| (name.clone(), count - before.get(name).copied().unwrap_or(0));
    after.iter().map(grown).filter(|(_, count)| *count > 0).collect()
}

async fn counters(stack: &Stack, prefix: &str) -> Counters {
    let answer = stack.http().get(format!("{}/metrics", stack.admin_url())).send().await.expect("an admin answer");
    let text = answer.text().await.expect("metrics");
    text.lines().filter_map(|line| counter(line, prefix)).collect()
}

fn counter(line: &str, prefix: &str) -> Option<(String, u64)> {
    let (label, count) = line.strip_prefix(prefix)?.split_once("\"} ")?;
    Some((label.to_owned(), count.parse().expect("a count")))
}

/// The access-log line of each request, by its id, once all are there.
pub async fn access_lines(stack: &Stack, ids: &[&str]) -> BTreeMap<String, Value> {
    let look = || {
        let lines = lines_by_id(&stack.gateway_log());
        let complete = ids.iter().all(|id| lines.contains_key(*id));
        async move { complete.then_some(lines) }
    };
    deadline::until(LOG_DEADLINE, "a line of the access log for every request", look).await.0
}

fn lines_by_id(log: &str) -> BTreeMap<String, Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let access = lines.filter(|line| line["target"] == "access");
    access.filter_map(|line| Some((line["request_id"].as_str()?.to_owned(), line.clone()))).collect()
}
