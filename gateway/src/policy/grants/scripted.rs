//! The store and the world outside as a case has them: entries and answers instead of memory that is shared and HTTP.
//!
//! Never forgets an entry within a call, for no time passes, and never sends anything.

use std::collections::BTreeMap;

use witgate_cases::{Answer, OutboundFailure};

use super::store::{VALUE_BYTES, check_key, number_in};
use crate::policy::bindings::outbound::{Error as OutboundError, Request, Response};
use crate::policy::bindings::store::Error as StoreError;

type Entries = BTreeMap<String, Vec<u8>>;

pub(super) fn set(entries: &mut Entries, key: String, value: Vec<u8>) -> Result<(), StoreError> {
    check_key(&key)?;
    if value.len() > VALUE_BYTES {
        return Err(StoreError::ValueTooLarge);
    }
    entries.insert(key, value);
    Ok(())
}

pub(super) fn increment(entries: &mut Entries, key: String, by: i64) -> Result<i64, StoreError> {
    check_key(&key)?;
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
