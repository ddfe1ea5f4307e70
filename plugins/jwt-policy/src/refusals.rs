//! From a failure to a refusal: one code for every token that is not good.
//!
//! Never says more to the caller than whether a token was there: which rule it broke helps who forges one. The gateway
//! writes the precise reason into its log and its metrics.
use witgate_plugin::{Failure, Refusal};

/// Every code of this policy.
pub const CODES: [&str; 3] = ["token_missing", "token_invalid", "keys_unavailable"];
/// For every token that was there and is not good.
const NOT_GOOD: &str = "The access token is not valid for this service.";
const MISSING: &str = "An access token is required.";
const NO_KEYS: &str = "Tokens cannot be checked right now. Try again shortly.";

/// The refusal for a failure: 401, but 503 where the server's side has no keys.
pub fn of(failure: Failure) -> Refusal {
    match failure {
        Failure::Missing => Refusal::unauthorized("token_missing", MISSING),
        Failure::KeysUnavailable => Refusal::unavailable("keys_unavailable", NO_KEYS),
        _ => Refusal::unauthorized("token_invalid", NOT_GOOD),
    }
}
