//! What is demanded of a token: the operator's profile of an issuer, and the policy's demands on top.
//!
//! Never widens: demands only narrow what the profile allows.

use std::sync::Arc;

use crate::algorithm::Algorithm;

/// Clock difference that is forgiven when the operator says nothing, in seconds.
pub const DEFAULT_LEEWAY_SECONDS: u64 = 30;
/// Longest lifetime of a token when the operator says nothing, in seconds.
pub const DEFAULT_MAX_LIFETIME_SECONDS: u64 = 86_400;

/// How tokens of one issuer must look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name the operator gave it.
    pub name: String,
    /// The exact `iss`. Compared byte by byte, never normalised.
    pub issuer: Arc<str>,
    /// The token's `aud` must name one of these. Empty refuses every token.
    pub audiences: Vec<String>,
    /// The allow-list of algorithms. Empty refuses every token.
    pub algorithms: Vec<Algorithm>,
    /// Which types of token count.
    pub typ: Typing,
    /// Forgiven clock difference, in seconds.
    pub leeway_seconds: u64,
    /// Longest time from `iat` to `exp`, and from now to `exp`, in seconds.
    pub max_lifetime_seconds: u64,
}

/// Which types of token a profile accepts (RFC 8725 section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// Only `at+jwt` or `application/at+jwt` (RFC 9068 section 2.1), and `iat` is required.
    AccessToken,
    /// Also `JWT` or no `typ`, for issuers that know no better. Refuses what looks like an id, refresh or logout token.
    JwtCompatible,
    /// Only id tokens (OpenID Connect Core 2), for the client that a user signs in to: `JWT` or no `typ`, and `iat` is
    /// required. The audience is the client's id. Who takes access tokens never sets it.
    IdToken,
}

/// What a policy demands beyond the profile. The default demands nothing more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demands {
    /// Only these algorithms. Empty: those of the profile.
    pub algorithms: Vec<Algorithm>,
    /// The token must also name one of these. Empty: no more than the profile asks.
    pub audiences: Vec<String>,
    /// Top-level names or RFC 6901 pointers that must be there and not null.
    pub required_claims: Vec<String>,
    /// Longest age since `iat`, in seconds; the token must then have an `iat`.
    pub max_age_seconds: Option<u32>,
}
