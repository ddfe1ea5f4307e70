//! The token of this request. Verification is the gateway's: a key never enters a plugin.
//!
//! Only an authenticator may call these; in another role the gateway refuses to load a component that imports them.
use crate::host;
use crate::types::{Demands, Failure, JoseHeader};

/// Unverified look at the token; for choosing a profile only.
///
/// ```
/// use serde_json::json;
/// use witgate_plugin::{Failure, jwt, mock};
///
/// let request = mock::request("GET", "/").token(json!({"alg": "ES256", "typ": "at+jwt"}), json!({}));
/// assert_eq!(request.run(|| jwt::peek()).unwrap().typ.as_deref(), Some("at+jwt"));
/// assert_eq!(mock::request("GET", "/").run(|| jwt::peek()), Err(Failure::Missing));
/// ```
///
/// # Errors
/// [`Failure::Missing`] without a token, [`Failure::Malformed`] for one that is no compact JWS.
pub fn peek() -> Result<JoseHeader, Failure> {
    host::peek()
}

/// The unverified `iss`; for choosing a profile only.
///
/// ```
/// use serde_json::json;
/// use witgate_plugin::{jwt, mock};
///
/// let request = mock::request("GET", "/").token(json!({"alg": "ES256"}), json!({"iss": "https://id"}));
/// assert_eq!(request.run(|| jwt::unverified_issuer()).as_deref(), Some("https://id"));
/// ```
pub fn unverified_issuer() -> Option<String> {
    host::unverified_issuer()
}

/// The configured profile whose issuer is exactly the unverified `iss`.
///
/// ```
/// use serde_json::json;
/// use witgate_plugin::{jwt, mock};
///
/// let request = mock::request("GET", "/").issuer("main", "https://id");
/// let request = request.token(json!({"alg": "ES256"}), json!({"iss": "https://id"}));
/// assert_eq!(request.run(|| jwt::profile()).as_deref(), Some("main"));
/// ```
pub fn profile() -> Option<String> {
    host::profile()
}

/// Verifies the token under a named profile. On success the claims become readable.
///
/// ```
/// use serde_json::json;
/// use witgate_plugin::{Demands, Failure, claims, jwt, mock};
///
/// let request = mock::request("GET", "/").issuer("main", "https://id");
/// let request = request.token(json!({"alg": "ES256"}), json!({"iss": "https://id", "sub": "alice", "aud": "orders"}));
/// request.run(|| {
///     let wrong = Demands { audiences: vec!["stock".into()], ..Demands::default() };
///     assert_eq!(jwt::verify("main", &wrong), Err(Failure::Audience));
///     assert_eq!(jwt::verify("main", &Demands::default()), Ok(()));
///     assert_eq!(claims::get::<String>("sub").as_deref(), Some("alice"));
/// });
/// ```
///
/// # Errors
/// The first rule that the token broke.
pub fn verify(profile: &str, demands: &Demands) -> Result<(), Failure> {
    host::verify(profile, demands)
}
