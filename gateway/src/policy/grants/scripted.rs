//! The store and the world outside as a case has them: entries and answers instead of memory that is shared and HTTP.
//!
//! Never forgets an entry within a call, for no time passes, and never sends anything.

use std::collections::BTreeMap;

use witgate_cases::{Answer, OutboundFailure};

use super::store::{VALUE_BYTES, check_key, number_in};
use crate::policy::bindings::outbound::{Error as OutboundError, Request, Response};
use crate::policy::bindings::store::Error as StoreError;

type Entries = BTreeMap<String, Vec<u8>>;

pub(super) fn get(entries: &Entries, key: &str) -> Option<Vec<u8>> {
    check_key(key).ok()?;
    entries.get(key).cloned()
}

/// What lives no second is gone already, and what was there is replaced.
pub(super) fn set(entries: &mut Entries, key: String, value: Vec<u8>, seconds: Option<u32>) -> Result<(), StoreError> {
    check_key(&key)?;
    if value.len() > VALUE_BYTES {
        return Err(StoreError::ValueTooLarge);
    }
    match seconds {
        Some(0) => entries.remove(&key),
        _ => entries.insert(key, value),
    };
    Ok(())
}

pub(super) fn increment(entries: &mut Entries, key: String, by: i64, seconds: Option<u32>) -> Result<i64, StoreError> {
    check_key(&key)?;
    if seconds == Some(0) && !entries.contains_key(&key) {
        return Ok(by);
    }
    let before = entries.get(&key).map_or(Ok(0), |value| number_in(value))?;
    let sum = before.checked_add(by).ok_or(StoreError::Overflow)?;
    entries.insert(key, sum.to_string().into_bytes());
    Ok(sum)
}

/// The answer for exactly this URL, as large as the grant allows. Any other is denied, as a host that is not listed.
pub(super) fn send(answers: &[Answer], request: &Request, most_bytes: usize) -> Result<Response, OutboundError> {
    let scripted = answers.iter().find(|answer| answer.url == request.url).ok_or(OutboundError::Denied)?;
    let reply = scripted.result.as_ref().map_err(|why| failure(*why))?;
    if request.body.len() > most_bytes || reply.body.len() > most_bytes {
        return Err(OutboundError::TooLarge);
    }
    Ok(Response { status: reply.status, headers: reply.header_lines(), body: reply.body.as_bytes().to_vec() })
}

fn failure(why: OutboundFailure) -> OutboundError {
    match why {
        OutboundFailure::Invalid => OutboundError::Invalid,
        OutboundFailure::Denied => OutboundError::Denied,
        OutboundFailure::TooLarge => OutboundError::TooLarge,
        OutboundFailure::Timeout => OutboundError::Timeout,
        OutboundFailure::Unreachable => OutboundError::Unreachable,
        OutboundFailure::Busy => OutboundError::Busy,
        OutboundFailure::Broken => OutboundError::Broken,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::config::StoreGrant;
    use crate::policy::grants::store::Store;

    /// What a policy is told by a case's store and by a live one, question by question.
    #[test]
    fn a_case_holds_a_store_as_the_gateway_does() {
        let grant = StoreGrant { name: "s".into(), entries: 100, bytes: 1 << 20, ttl: Duration::from_secs(60) };
        let (live, mut scripted, now) = (Store::new(&grant), Entries::new(), Instant::now());
        let long = "k".repeat(257);
        scripted.insert(long.clone(), b"a case may write what no policy can".to_vec());
        for key in ["", "a", &long] {
            for seconds in [None, Some(0), Some(5)] {
                assert_eq!(get(&scripted, key), live.get(key, now), "{key:?}");
                let counted = increment(&mut scripted, key.to_owned(), 2, seconds);
                assert_eq!(counted, live.increment(key, 2, seconds, now), "{key:?} {seconds:?}");
                assert_eq!(get(&scripted, key), live.get(key, now), "{key:?} {seconds:?}");
                let was_set = set(&mut scripted, key.to_owned(), b"7".to_vec(), seconds);
                assert_eq!(was_set, live.set(key, b"7".to_vec(), seconds, now), "{key:?} {seconds:?}");
                assert_eq!(get(&scripted, key), live.get(key, now), "{key:?} {seconds:?}");
            }
        }
    }
}
