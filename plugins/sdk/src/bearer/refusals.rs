//! From a failure to a refusal: one code for every token that is not good.
//!
//! Never says more to the caller than whether a token was there: which rule it broke helps who forges one. The gateway
//! writes the precise reason into its log and its metrics.
use crate::types::{Failure, Refusal};

/// 401: no token.
pub const MISSING: &str = "token_missing";
/// 401: a token, or another credential, that is not good, whatever is wrong with it.
pub const INVALID: &str = "token_invalid";
/// 503: the issuer's keys could never be had.
pub const NO_KEYS: &str = "keys_unavailable";

const NOT_GOOD: &str = "The access token is not valid for this service.";
const NOT_THERE: &str = "An access token is required.";
const NOT_NOW: &str = "Tokens cannot be checked right now. Try again shortly.";

/// The refusal for a failure: 401, but 503 where the server's side has no keys.
pub(super) fn of(failure: Failure) -> Refusal {
    match failure {
        Failure::Missing => Refusal::unauthorized(MISSING, NOT_THERE),
        Failure::KeysUnavailable => Refusal::unavailable(NO_KEYS, NOT_NOW),
        _ => Refusal::unauthorized(INVALID, NOT_GOOD),
    }
}
