//! A guest's refusal, checked and turned into the host's.
//!
//! Never trusts the guest's status, code or text: what does not fit the contract is a fault.

use std::borrow::Cow;

use http::{HeaderMap, StatusCode};
use witgate_keyring::resource_server::bearer_token;
use witgate_token::Failure;

use super::bindings::types::Refusal;
use crate::refusal::{Challenge, Refused};

/// The longest code, in bytes.
const CODE_BYTES: usize = 64;
/// The longest message, in bytes.
const MESSAGE_BYTES: usize = 1024;
/// What `Retry-After` says when a policy answers 503, in seconds.
const RETRY_SECONDS: u32 = 5;

/// The host's refusal for a guest's; the error says which part of the contract it broke.
pub(super) fn refused(refusal: Refusal, headers: &HeaderMap) -> Result<Refused, String> {
    let status = status(refusal.status)?;
    check_code(&refusal.code)?;
    check_message(&refusal.message)?;
    let mut refused = Refused::new(status, "", "");
    refused.code = Cow::Owned(refusal.code);
    refused.message = Cow::Owned(refusal.message);
    refused.challenge = challenge(status, headers);
    refused.retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_SECONDS);
    Ok(refused)
}

fn status(number: u16) -> Result<StatusCode, String> {
    match StatusCode::from_u16(number) {
        Ok(status) if status.is_client_error() || status.is_server_error() => Ok(status),
        _ => Err(format!("a refusal with status {number}; 400 to 599 are allowed")),
    }
}

fn check_code(code: &str) -> Result<(), String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if code.is_empty() || code.len() > CODE_BYTES || !code.bytes().all(fits) {
        return Err("a refusal whose code is not [a-z0-9_]{1,64}".to_owned());
    }
    Ok(())
}

fn check_message(message: &str) -> Result<(), String> {
    if message.len() > MESSAGE_BYTES {
        return Err(format!("a refusal with a message of {} bytes; {MESSAGE_BYTES} are allowed", message.len()));
    }
    Ok(())
}

fn challenge(status: StatusCode, headers: &HeaderMap) -> Challenge {
    match status {
        StatusCode::UNAUTHORIZED if credentials_missing(headers) => Challenge::Missing,
        StatusCode::UNAUTHORIZED => Challenge::InvalidToken,
        StatusCode::FORBIDDEN => Challenge::InsufficientScope,
        _ => Challenge::None,
    }
}

/// Whether the request carried no bearer credentials at all (RFC 6750 section 3.1).
pub(super) fn credentials_missing(headers: &HeaderMap) -> bool {
    matches!(bearer_token(headers), Err(refusal) if refusal.failure() == Failure::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: &str, message: &str) -> Refusal {
        Refusal { status, code: code.into(), message: message.into() }
    }

    #[test]
    fn what_does_not_fit_the_contract_is_a_fault() {
        let none = HeaderMap::new();
        for bad in [
            refusal(200, "ok", ""),
            refusal(302, "moved", ""),
            refusal(99, "x", ""),
            refusal(403, "", ""),
            refusal(403, "Has Space", ""),
            refusal(403, &"a".repeat(65), ""),
            refusal(403, "long", &"m".repeat(1025)),
        ] {
            assert!(refused(bad.clone(), &none).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_challenge_follows_status_and_credentials() {
        let mut with_token = HeaderMap::new();
        with_token.insert("authorization", "Bearer abc".parse().expect("value"));
        let check = |status, headers: &HeaderMap, expected| {
            let refused = refused(refusal(status, "some_code", "No."), headers).expect("fits");
            assert_eq!(refused.challenge, expected, "{status}");
        };
        check(401, &HeaderMap::new(), Challenge::Missing);
        check(401, &with_token, Challenge::InvalidToken);
        check(403, &with_token, Challenge::InsufficientScope);
        check(404, &with_token, Challenge::None);
    }
}
