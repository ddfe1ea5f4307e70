//! From a failure to a refusal: one stable code each.
//!
//! Never says more to the caller than whether a token was there: which rule it broke helps who forges one.
use witgate_plugin::{Failure, Refusal};

/// For every token that was there and is not good.
const NOT_GOOD: &str = "The access token is not valid for this service.";
const MISSING: &str = "An access token is required.";
const NO_KEYS: &str = "Tokens cannot be checked right now. Try again shortly.";

/// The refusal for a failure: 401, but 503 where the server's side has no keys.
pub fn of(failure: Failure) -> Refusal {
    let code = code(failure);
    match failure {
        Failure::Missing => Refusal::unauthorized(code, MISSING),
        Failure::KeysUnavailable => Refusal::unavailable(code, NO_KEYS),
        _ => Refusal::unauthorized(code, NOT_GOOD),
    }
}

fn code(failure: Failure) -> &'static str {
    match failure {
        Failure::Missing => "token_missing",
        Failure::Malformed => "token_malformed",
        Failure::UnknownIssuer => "token_unknown_issuer",
        Failure::UnknownKey => "token_unknown_key",
        Failure::Algorithm => "token_algorithm",
        Failure::Signature => "token_signature",
        Failure::Expired => "token_expired",
        Failure::NotYetValid => "token_not_yet_valid",
        Failure::Issuer => "token_issuer",
        Failure::Audience => "token_audience",
        Failure::Claim => "token_claim",
        Failure::Revoked => "token_revoked",
        Failure::KeysUnavailable => "keys_unavailable",
        Failure::Other => "token_refused",
    }
}
