//! Why a token was refused: one variant for each reason, with a stable code.
//!
//! Never holds text of the token: a refusal may be logged, counted and shown.

use std::fmt;

/// The coarse reason, the same set as `jwt.failure` in `wit/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// No token at the expected place.
    Missing,
    /// No well-formed JWS in compact form, or more than one credential.
    Malformed,
    /// The issuer is none that is configured.
    UnknownIssuer,
    /// The issuer's key set holds no such key.
    UnknownKey,
    /// The algorithm is not allowed here.
    Algorithm,
    /// The signature does not verify.
    Signature,
    /// Past its `exp`, or older than the policy allows.
    Expired,
    /// Before its `nbf`, or issued in the future.
    NotYetValid,
    /// `iss` is not the profile's issuer.
    Issuer,
    /// `aud` names nobody that was asked for.
    Audience,
    /// Another claim is missing or not as it must be.
    Claim,
    /// Revoked by the issuer.
    Revoked,
    /// The issuer's keys were never obtained: nobody can tell whether the token is good.
    KeysUnavailable,
    /// Anything else.
    Other,
}

/// Why a token was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request carries no bearer token.
    #[error("the request carries no bearer token")]
    Missing,
    /// More than one `Authorization` header (RFC 6750 section 2: one method, one token).
    #[error("the request carries more than one credential")]
    SeveralCredentials,
    /// An `Authorization` header that is not `Bearer` and one token.
    #[error("the Authorization header is not 'Bearer' and one token")]
    CredentialSyntax,
    /// Longer than [`crate::MAX_TOKEN_BYTES`].
    #[error("the token is longer than 8192 bytes")]
    TooLarge,
    /// Not three dot-separated parts of base64url characters (RFC 7515 section 7.1).
    #[error("the token is not three base64url parts with two dots")]
    Malformed,
    /// A part is no canonical base64url: padding, trailing bits or a wrong length (RFC 7515 section 2).
    #[error("a part of the token is no canonical base64url")]
    Encoding,
    /// The header is no JSON object with unique names.
    #[error("the token's header is no JSON object with unique names")]
    HeaderJson,
    /// A header member that Witgate refuses, or one of the wrong type. Holds the member's registered name.
    #[error("the token's header has a refused or ill-typed member '{0}'")]
    HeaderMember(&'static str),
    /// `alg` is `none` in some casing.
    #[error("the token is not signed: its algorithm is none")]
    AlgorithmNone,
    /// `alg` is unknown, or neither the profile nor the policy allows it.
    #[error("the token's algorithm is not allowed here")]
    AlgorithmNotAllowed,
    /// The key of that `kid` is for another algorithm.
    #[error("the key the token names is for another algorithm")]
    KeyAlgorithm,
    /// `typ`, or a claim that tells the kind, names another kind of token.
    #[error("the token is of another type than the profile asks for")]
    Type,
    /// The `iss` belongs to no configured profile.
    #[error("the token's issuer is not configured")]
    UnknownIssuer,
    /// The profile named by the caller does not exist.
    #[error("no such issuer profile is configured")]
    UnknownProfile,
    /// No key with that `kid`, or none of that algorithm.
    #[error("the issuer's key set has no such key")]
    UnknownKey,
    /// No `kid`, and more than one key that could have signed.
    #[error("the token names no key, and more than one could have signed it")]
    KeyAmbiguous,
    /// No key set was ever obtained from the issuer.
    #[error("the issuer's keys could not be obtained")]
    KeysUnavailable,
    /// The issuer's revocations were never obtained, or too long ago.
    #[error("the issuer's revocations could not be obtained")]
    RevocationsUnavailable,
    /// The signature does not verify under the one key.
    #[error("the token's signature does not verify")]
    Signature,
    /// The payload is no JSON object with unique names at every depth.
    #[error("the token's payload is no JSON object with unique names")]
    PayloadJson,
    /// A claim that every token must have is absent. Holds the claim's registered name.
    #[error("the token has no claim '{0}'")]
    ClaimMissing(&'static str),
    /// A registered claim has the wrong type or an impossible value. Holds its registered name.
    #[error("the token's claim '{0}' is not as its specification says")]
    ClaimInvalid(&'static str),
    /// A claim that the policy demands is absent or null. Holds the name the policy wrote.
    #[error("the token lacks the demanded claim '{0}'")]
    RequiredClaim(String),
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// Older than the policy's maximum age.
    #[error("the token is older than the policy allows")]
    TooOld,
    /// `nbf` is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the token was issued in the future")]
    IssuedInFuture,
    /// Valid for longer than the profile allows.
    #[error("the token is valid for longer than the profile allows")]
    LifetimeTooLong,
    /// `iss` is not exactly the profile's issuer.
    #[error("the token is from another issuer")]
    Issuer,
    /// `aud` names no audience of the profile, or none that the policy asks for.
    #[error("the token is for another audience")]
    Audience,
    /// Revoked by the issuer.
    #[error("the token was revoked")]
    Revoked,
}

impl Refusal {
    /// The stable code, `[a-z0-9_]{1,64}`: for logs, metrics and problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::SeveralCredentials => "token_several_credentials",
            Self::CredentialSyntax => "token_credential_syntax",
            Self::TooLarge => "token_too_large",
            Self::Malformed => "token_malformed",
            Self::Encoding => "token_encoding",
            Self::HeaderJson => "token_header_json",
            Self::HeaderMember(_) => "token_header_member",
            Self::AlgorithmNone => "token_algorithm_none",
            Self::AlgorithmNotAllowed => "token_algorithm",
            Self::KeyAlgorithm => "token_key_algorithm",
            Self::Type => "token_type",
            Self::UnknownIssuer => "token_unknown_issuer",
            Self::UnknownProfile => "token_unknown_profile",
            Self::UnknownKey => "token_unknown_key",
            Self::KeyAmbiguous => "token_key_ambiguous",
            Self::KeysUnavailable => "keys_unavailable",
            Self::RevocationsUnavailable => "revocations_unavailable",
            Self::Signature => "token_signature",
            Self::PayloadJson => "token_payload_json",
            Self::ClaimMissing(_) => "token_claim_missing",
            Self::ClaimInvalid(_) => "token_claim_invalid",
            Self::RequiredClaim(_) => "token_claim_required",
            Self::Expired => "token_expired",
            Self::TooOld => "token_too_old",
            Self::NotYetValid => "token_not_yet_valid",
            Self::IssuedInFuture => "token_issued_in_future",
            Self::LifetimeTooLong => "token_lifetime",
            Self::Issuer => "token_issuer",
            Self::Audience => "token_audience",
            Self::Revoked => "token_revoked",
        }
    }

    /// The coarse reason, as a policy sees it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Missing => Failure::Missing,
            Self::SeveralCredentials | Self::CredentialSyntax => Failure::Malformed,
            Self::TooLarge | Self::Malformed | Self::Encoding => Failure::Malformed,
            Self::HeaderJson | Self::HeaderMember(_) | Self::PayloadJson => Failure::Malformed,
            Self::AlgorithmNone | Self::AlgorithmNotAllowed | Self::KeyAlgorithm => Failure::Algorithm,
            Self::Type | Self::ClaimMissing(_) | Self::ClaimInvalid(_) => Failure::Claim,
            Self::RequiredClaim(_) | Self::LifetimeTooLong => Failure::Claim,
            Self::UnknownIssuer => Failure::UnknownIssuer,
            Self::UnknownKey | Self::KeyAmbiguous => Failure::UnknownKey,
            Self::KeysUnavailable | Self::RevocationsUnavailable => Failure::KeysUnavailable,
            Self::Signature => Failure::Signature,
            Self::Expired | Self::TooOld => Failure::Expired,
            Self::NotYetValid | Self::IssuedInFuture => Failure::NotYetValid,
            Self::Issuer => Failure::Issuer,
            Self::Audience => Failure::Audience,
            Self::Revoked => Failure::Revoked,
            Self::UnknownProfile => Failure::Other,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::UnknownIssuer => "unknown-issuer",
            Self::UnknownKey => "unknown-key",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Claim => "claim",
            Self::Revoked => "revoked",
            Self::KeysUnavailable => "keys-unavailable",
            Self::Other => "other",
        })
    }
}
