//! Client assertions: JWTs by which a client proves itself with its private key (RFC 7523 section 3, `private_key_jwt`
//! of OpenID Connect Core section 9). Pure rules. Never decides whether an assertion was used before: that is the
//! store's part, with the hash that comes out here.

use sha2::{Digest, Sha256};
use thiserror::Error;
use witgate_token::{Algorithm, Demands, KeySet, Profile, Refusal, Typing};

use crate::clock::UnixSeconds;

/// The one `client_assertion_type` (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may expire, in seconds: for as long its use is remembered.
pub const MAX_AHEAD_SECONDS: UnixSeconds = 300;
/// Clocks of clients are set as well as those of others; in seconds.
const LEEWAY_SECONDS: u64 = 30;
/// Longest `jti`, in bytes.
const MAX_JTI_BYTES: usize = 256;

/// A good assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// SHA-256 of the client's id and the `jti`.
    pub hash: [u8; 32],
    /// From when on it is refused for its age, so that its use may be forgotten.
    pub forgotten_at: UnixSeconds,
}

/// Why an assertion does not count; for the operator.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AssertionFault {
    /// The stored key set cannot be read.
    #[error("the registered keys of the client cannot be read")]
    Keys,
    /// Signature, times, issuer or audience.
    #[error("{0}")]
    Token(Refusal),
    /// `sub` is not the client.
    #[error("`sub` is not the client's id")]
    Subject,
    /// `aud` names somebody else too, who could use the assertion here.
    #[error("`aud` has more than one name")]
    Audience,
    /// There is no `jti` that could be remembered.
    #[error("`jti` is missing or longer than 256 bytes")]
    TokenId,
    /// It expires too late.
    #[error("`exp` is more than 300 seconds ahead")]
    TooFarAhead,
}

/// The algorithms that clients may sign with: never one whose key both sides know.
pub fn algorithms() -> Vec<Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()).collect()
}

/// Who an assertion says that it is from. Nothing is verified.
pub fn claimed_client(assertion: &str) -> Option<String> {
    witgate_token::unverified_issuer(assertion)
}

/// Verifies an assertion of this client with its registered keys (a JWKS document). `audiences` are the names of this
/// service, of which it must have one.
///
/// # Errors
/// The first rule that is broken.
pub fn verify(
    assertion: &str,
    client_id: &str,
    jwks: &str,
    audiences: [String; 2],
    now: UnixSeconds,
) -> Result<Assertion, AssertionFault> {
    let (keys, _) = KeySet::from_jwks(jwks.as_bytes()).map_err(|_| AssertionFault::Keys)?;
    let profile = Profile {
        name: "client".to_owned(),
        issuer: client_id.into(),
        audiences: audiences.into(),
        algorithms: algorithms(),
        typ: Typing::JwtCompatible,
        leeway_seconds: LEEWAY_SECONDS,
        max_lifetime_seconds: witgate_token::DEFAULT_MAX_LIFETIME_SECONDS,
    };
    let at = u64::try_from(now).unwrap_or_default();
    let claims = witgate_token::verify(assertion, &profile, &Demands::default(), &keys, at);
    let claims = claims.map_err(AssertionFault::Token)?;
    if claims.subject() != client_id {
        return Err(AssertionFault::Subject);
    }
    if claims.get("aud").and_then(|audience| audience.as_array()).is_some_and(|names| names.len() != 1) {
        return Err(AssertionFault::Audience);
    }
    let id = claims.token_id().filter(|id| id.len() <= MAX_JTI_BYTES).ok_or(AssertionFault::TokenId)?;
    let expires = UnixSeconds::try_from(claims.expires_at()).unwrap_or(UnixSeconds::MAX);
    if expires > now.saturating_add(MAX_AHEAD_SECONDS) {
        return Err(AssertionFault::TooFarAhead);
    }
    // Twice the leeway: another node's clock may be behind this one's.
    let forgotten_at = expires.saturating_add(2 * LEEWAY_SECONDS as UnixSeconds);
    Ok(Assertion { hash: hash_of(client_id, id), forgotten_at })
}

fn hash_of(client_id: &str, jti: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    // The length keeps two pairs with one text apart.
    hash.update((client_id.len() as u64).to_be_bytes());
    hash.update(client_id);
    hash.update(jti);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::{SigningAlgorithm, SigningKey};
    use serde_json::{Value, json};

    const NOW: UnixSeconds = 1_800_000_000;
    const ISSUER: &str = "https://id.example.com";

    fn key(algorithm: SigningAlgorithm) -> SigningKey {
        let (kid, der) = SigningKey::generate(algorithm).unwrap();
        SigningKey::from_pkcs8(algorithm, &kid, &der).unwrap()
    }

    fn good() -> Value {
        json!({ "iss": "app", "sub": "app", "aud": ISSUER, "jti": "j-1", "iat": NOW, "exp": NOW + 60 })
    }

    fn judged(key: &SigningKey, claims: &Value) -> Result<Assertion, AssertionFault> {
        let jwks = json!({ "keys": [key.public_jwk()] }).to_string();
        let token = key.sign("JWT", claims).unwrap();
        verify(&token, "app", &jwks, [ISSUER.to_owned(), format!("{ISSUER}/oauth/token")], NOW)
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the calls read better")]
    fn check(change: impl FnOnce(&mut Value), expected: Result<(), AssertionFault>) {
        let mut claims = good();
        change(&mut claims);
        assert_eq!(judged(&key(SigningAlgorithm::Es256), &claims).map(drop), expected, "{claims}");
    }

    #[test]
    fn every_algorithm_of_ours_and_both_names_of_the_service() {
        for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa] {
            assert!(judged(&key(algorithm), &good()).is_ok(), "{algorithm}");
        }
        check(|claims| claims["aud"] = format!("{ISSUER}/oauth/token").into(), Ok(()));
        check(|claims| claims["aud"] = json!([ISSUER]), Ok(()));
    }

    #[test]
    fn each_rule_can_fail() {
        let token = |refusal| Err(AssertionFault::Token(refusal));
        check(|claims| claims["iss"] = "other".into(), token(Refusal::Issuer));
        check(|claims| claims["aud"] = "https://other.example.com".into(), token(Refusal::Audience));
        check(|claims| claims["aud"] = json!([ISSUER, "https://other.example.com"]), Err(AssertionFault::Audience));
        check(|claims| claims["sub"] = "other".into(), Err(AssertionFault::Subject));
        check(|claims| claims["exp"] = (NOW - 30).into(), token(Refusal::Expired));
        check(|claims| claims["exp"] = (NOW + 301).into(), Err(AssertionFault::TooFarAhead));
        check(|claims| claims["iat"] = (NOW + 31).into(), token(Refusal::IssuedInFuture));
        check(|claims| drop(claims.as_object_mut().unwrap().remove("jti")), Err(AssertionFault::TokenId));
        check(|claims| claims["jti"] = "j".repeat(257).into(), Err(AssertionFault::TokenId));
        check(|claims| drop(claims.as_object_mut().unwrap().remove("exp")), token(Refusal::ClaimMissing("exp")));
    }

    #[test]
    fn another_key_does_not_count() {
        let (mine, other) = (key(SigningAlgorithm::Es256), key(SigningAlgorithm::Es256));
        let jwks = json!({ "keys": [mine.public_jwk()] }).to_string();
        let token = other.sign("JWT", &good()).unwrap();
        let refused = verify(&token, "app", &jwks, [ISSUER.to_owned(), ISSUER.to_owned()], NOW);
        assert_eq!(refused, Err(AssertionFault::Token(Refusal::UnknownKey)));
    }

    #[test]
    fn an_assertion_is_known_by_client_and_id() {
        let one = judged(&key(SigningAlgorithm::Es256), &good()).unwrap();
        assert_eq!(one, Assertion { hash: hash_of("app", "j-1"), forgotten_at: NOW + 120 });
        assert_ne!(hash_of("app", "j-1"), hash_of("ap", "pj-1"));
    }
}
