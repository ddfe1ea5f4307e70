//! A guest's refusal, checked and turned into the host's.
//!
//! Never trusts the guest's status, code or text: what does not fit the contract is a fault.

use std::borrow::Cow;

use http::{HeaderMap, StatusCode};
use witgate_keyring::resource_server::bearer_token;
use witgate_token::Failure;

use super::bindings::types::Refusal;
use super::exchange::Exchange;
use crate::refusal::{Challenge, INSUFFICIENT_AUTHENTICATION, Refused};

/// The longest code, in bytes.
const CODE_BYTES: usize = 64;
/// The longest message, in bytes.
const MESSAGE_BYTES: usize = 1024;
/// What `Retry-After` says when a policy answers 503, in seconds.
const RETRY_SECONDS: u32 = 5;
/// The reason of a 401 that the host found none for: the policy does not accept the token's issuer, or its own rule.
const REFUSED_BY_POLICY: &str = "token_refused_by_policy";

/// The host's refusal for a guest's; the error says which part of the contract it broke.
pub(super) fn refused(refusal: Refusal, headers: &HeaderMap) -> Result<Refused, String> {
    let status = status(refusal.status)?;
    check_code(&refusal.code)?;
    check_message(&refusal.message)?;
    let mut refused = Refused::new(status, "", "");
    refused.challenge = challenge(status, &refusal.code, headers);
    refused.code = Cow::Owned(refusal.code);
    refused.message = Cow::Owned(refusal.message);
    refused.retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_SECONDS);
    Ok(refused)
}

/// An authenticator's refusal with the precise reason: what the host found, or else that the policy alone refused.
pub(super) fn of_the_token(mut refused: Refused, exchange: &Exchange) -> Refused {
    let by_policy = refused.status == StatusCode::UNAUTHORIZED && !credentials_missing(&exchange.headers);
    refused.token_refusal = match exchange.token_refusal {
        // A fault of the policy says nothing about the token.
        _ if refused.status == StatusCode::INTERNAL_SERVER_ERROR => None,
        None if by_policy => Some(REFUSED_BY_POLICY),
        found => found,
    };
    refused
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

fn challenge(status: StatusCode, code: &str, headers: &HeaderMap) -> Challenge {
    match status {
        StatusCode::UNAUTHORIZED if credentials_missing(headers) => Challenge::Missing,
        StatusCode::UNAUTHORIZED if code == INSUFFICIENT_AUTHENTICATION => Challenge::InsufficientAuthentication,
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
    fn a_refusal_that_only_the_policy_can_explain_says_so() {
        let reason = |status: u16, token: Option<&str>, found| {
            let mut exchange = Exchange { token_refusal: found, ..Exchange::vacant() };
            if let Some(token) = token {
                exchange.headers.insert("authorization", token.parse().expect("value"));
            }
            let refused = Refused::new(StatusCode::from_u16(status).expect("a status"), "some_code", "No.");
            of_the_token(refused, &exchange).token_refusal
        };
        assert_eq!(reason(401, Some("Bearer a.b.c"), Some("token_signature")), Some("token_signature"));
        assert_eq!(reason(503, Some("Bearer a.b.c"), Some("keys_unavailable")), Some("keys_unavailable"));
        assert_eq!(reason(401, None, Some("token_missing")), Some("token_missing"));
        assert_eq!(reason(401, Some("Bearer a.b.c"), None), Some("token_refused_by_policy"));
        assert_eq!(reason(401, None, None), None, "a policy may authenticate by something else than a token");
        assert_eq!(reason(403, Some("Bearer a.b.c"), None), None);
        assert_eq!(reason(500, Some("Bearer a.b.c"), Some("token_signature")), None, "the policy broke");
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
        let step_up = refused(refusal(401, INSUFFICIENT_AUTHENTICATION, "Again."), &with_token).expect("fits");
        assert_eq!(step_up.challenge, Challenge::InsufficientAuthentication);
    }
}
