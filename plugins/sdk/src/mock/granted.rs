//! What gateway.toml may grant, answered from the made-up request. The native twin of `component::granted`.
//!
//! Never forgets an entry within a run: time does not pass in the mock. Never sends anything.
use super::state::with;
use crate::granted::{MAX_KEY_BYTES, MAX_VALUE_BYTES, OutboundError, Request, Response, StoreError};

pub fn store_get(key: &str) -> Option<Vec<u8>> {
    check_key(key).ok()?;
    with(|state| state.store.get(key).cloned())
}

pub fn store_set(key: &str, value: &[u8], ttl_seconds: Option<u32>) -> Result<(), StoreError> {
    check_key(key)?;
    if value.len() > MAX_VALUE_BYTES {
        return Err(StoreError::ValueTooLarge);
    }
    // What lives no second is gone already, and what was there is replaced.
    with(|state| match ttl_seconds {
        Some(0) => state.store.remove(key),
        _ => state.store.insert(key.to_owned(), value.to_vec()),
    });
    Ok(())
}

pub fn store_delete(key: &str) {
    with(|state| state.store.remove(key));
}

pub fn store_increment(key: &str, by: i64, ttl_seconds: Option<u32>) -> Result<i64, StoreError> {
    check_key(key)?;
    let before = match store_get(key) {
        None if ttl_seconds == Some(0) => return Ok(by),
        None => 0,
        Some(value) => {
            String::from_utf8(value).ok().and_then(|text| text.parse().ok()).ok_or(StoreError::NotANumber)?
        }
    };
    let sum = i64::checked_add(before, by).ok_or(StoreError::Overflow)?;
    with(|state| state.store.insert(key.to_owned(), sum.to_string().into_bytes()));
    Ok(sum)
}

pub fn send(request: &Request) -> Result<Response, OutboundError> {
    with(|state| {
        state.sent.push(request.clone());
        state.answers.get(&request.url).cloned().unwrap_or(Err(OutboundError::Denied))
    })
}

fn check_key(key: &str) -> Result<(), StoreError> {
    if (1..=MAX_KEY_BYTES).contains(&key.len()) { Ok(()) } else { Err(StoreError::Key) }
}
