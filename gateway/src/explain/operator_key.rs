//! Whether a debug header was signed by the operator: a short-lived JWT under the public key of gateway.toml.
//!
//! Never decides about the request: without a good header it is answered just the same, only not traced. Never accepts a
//! key that could sign anything but Ed25519 or P-256.

use std::fmt;
use std::path::Path;

use witgate_token::{Algorithm, Demands, KeySet, Profile, Refusal, Typing};

/// The request header that asks for a trace.
pub const HEADER: http::HeaderName = crate::admission::headers::DEBUG;
/// The response header that names the trace.
pub const TRACE_HEADER: http::HeaderName = http::HeaderName::from_static("x-witgate-trace");
/// The `aud` of a debug token.
pub const AUDIENCE: &str = "witgate-debug";
/// The `iss` of a debug token.
pub const ISSUER: &str = "witgate-operator";
/// The longest life of a debug token, in seconds.
pub const MAX_LIFETIME_SECONDS: u64 = 300;
/// Forgiven clock difference, in seconds.
const LEEWAY_SECONDS: u64 = 5;
/// What an operator's key may be.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::EdDsa, Algorithm::Es256];

/// The operator's public key.
pub struct OperatorKey {
    keys: KeySet,
    profile: Profile,
}

/// What a good debug token asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// trace only on this route
    pub route: Option<String>,
}

impl OperatorKey {
    /// Reads a PEM file with one public key.
    ///
    /// # Errors
    /// Why it is none, without its content.
    pub fn read(file: &Path) -> Result<Self, String> {
        let length = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
        if length > witgate_token::MAX_PEM_BYTES as u64 {
            return Err(format!("it has {length} bytes, at most {} are allowed", witgate_token::MAX_PEM_BYTES));
        }
        Self::of_pem(&std::fs::read(file).map_err(|error| error.to_string())?)
    }

    fn of_pem(pem: &[u8]) -> Result<Self, String> {
        let mut refused = String::new();
        for algorithm in ALGORITHMS {
            match KeySet::from_pem(pem, algorithm, None) {
                Ok(keys) => return Ok(Self { keys, profile: profile(algorithm) }),
                Err(fault) => refused = fault.to_string(),
            }
        }
        Err(refused)
    }

    /// What the token asks for, if the operator signed it. `now` is in seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// The first rule that it breaks, for the operator's log; the caller is not told.
    pub fn wish(&self, token: &str, now: u64) -> Result<Wish, Refusal> {
        let demands = Demands { required_claims: vec!["iat".to_owned()], ..Demands::default() };
        let claims = witgate_token::verify(token, &self.profile, &demands, &self.keys, now)?;
        match claims.get("route") {
            None => Ok(Wish { route: None }),
            Some(serde_json::Value::String(route)) => Ok(Wish { route: Some(route.clone()) }),
            Some(_) => Err(Refusal::ClaimInvalid("route")),
        }
    }
}

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorKey").finish_non_exhaustive()
    }
}

fn profile(algorithm: Algorithm) -> Profile {
    Profile {
        name: "debug".to_owned(),
        issuer: ISSUER.into(),
        audiences: vec![AUDIENCE.to_owned()],
        algorithms: vec![algorithm],
        typ: Typing::JwtCompatible,
        leeway_seconds: LEEWAY_SECONDS,
        max_lifetime_seconds: MAX_LIFETIME_SECONDS,
    }
}
