//! The token of this request. Verification is the gateway's: a key never enters a plugin.
//!
//! Only an authenticator may call these; in another role the gateway refuses to load a component that imports them.
use crate::host;
use crate::types::{Demands, Failure, JoseHeader};

/// Unverified look at the token; for choosing a profile only.
///
/// # Errors
/// [`Failure::Missing`] without a token, [`Failure::Malformed`] for one that is no compact JWS.
pub fn peek() -> Result<JoseHeader, Failure> {
    host::peek()
}

/// The unverified `iss`; for choosing a profile only.
pub fn unverified_issuer() -> Option<String> {
    host::unverified_issuer()
}

/// The configured profile whose issuer is exactly the unverified `iss`.
pub fn profile() -> Option<String> {
    host::profile()
}

/// Verifies the token under a named profile. On success the claims become readable.
///
/// # Errors
/// The first rule that the token broke.
pub fn verify(profile: &str, demands: &Demands) -> Result<(), Failure> {
    host::verify(profile, demands)
}
