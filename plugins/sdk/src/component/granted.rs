//! The gateway as a component sees it, where gateway.toml grants more: the imports of `wit/grants.wit`.
//!
//! Never keeps anything: every call asks the gateway. The native twin is `mock::granted`.
use super::bindings::imports::witgate::policy::{outbound, store};
use crate::granted::{OutboundError, Request, Response, StoreError};

pub fn store_get(key: &str) -> Option<Vec<u8>> {
    store::get(key)
}

pub fn store_set(key: &str, value: &[u8], ttl_seconds: Option<u32>) -> Result<(), StoreError> {
    store::set(key, value, ttl_seconds).map_err(store_error)
}

pub fn store_delete(key: &str) {
    store::delete(key);
}

pub fn store_increment(key: &str, by: i64, ttl_seconds: Option<u32>) -> Result<i64, StoreError> {
    store::increment(key, by, ttl_seconds).map_err(store_error)
}

pub fn send(request: &Request) -> Result<Response, OutboundError> {
    let request = outbound::Request {
        method: request.method.clone(),
        url: request.url.clone(),
        headers: request.headers.clone(),
        body: request.body.clone(),
    };
    match outbound::send(&request) {
        Ok(outbound::Response { status, headers, body }) => Ok(Response { status, headers, body }),
        Err(error) => Err(outbound_error(error)),
    }
}

fn store_error(error: store::Error) -> StoreError {
    match error {
        store::Error::Key => StoreError::Key,
        store::Error::ValueTooLarge => StoreError::ValueTooLarge,
        store::Error::NotANumber => StoreError::NotANumber,
        store::Error::Overflow => StoreError::Overflow,
    }
}

fn outbound_error(error: outbound::Error) -> OutboundError {
    match error {
        outbound::Error::Invalid => OutboundError::Invalid,
        outbound::Error::Denied => OutboundError::Denied,
        outbound::Error::TooLarge => OutboundError::TooLarge,
        outbound::Error::Timeout => OutboundError::Timeout,
        outbound::Error::Unreachable => OutboundError::Unreachable,
        outbound::Error::Busy => OutboundError::Busy,
        outbound::Error::Broken => OutboundError::Broken,
    }
}
