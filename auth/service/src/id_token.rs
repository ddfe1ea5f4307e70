//! What an ID token says (OpenID Connect Core section 2): that a user signed in, to one client. Never an access token:
//! its `typ` is another, and its audience is the client.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256, Sha512};

use crate::access_token::TokenIssuer;
use crate::clock::UnixSeconds;
use crate::signing::{ID_TOKEN_TYPE, SigningAlgorithm, SigningError};
use crate::store::Session;

#[derive(Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: UnixSeconds,
    iat: UnixSeconds,
    auth_time: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    amr: &'a [String],
    sid: &'a str,
    at_hash: String,
}

impl TokenIssuer {
    /// The ID token that goes with an access token of this session. `nonce` is that of the request that the code
    /// answered; a refresh has none (section 12.2).
    pub fn id_token(
        &self,
        session: &Session,
        nonce: Option<&str>,
        access_token: &str,
        now: UnixSeconds,
    ) -> Result<String, SigningError> {
        let ring = self.keys().ring();
        let signer = ring.signer(now).ok_or(SigningError::NoKey)?;
        let claims = IdTokenClaims {
            iss: self.issuer(),
            sub: &session.user.id,
            aud: &session.client_id,
            exp: now.saturating_add(self.lifetime_seconds().into()),
            iat: now,
            auth_time: session.auth_time,
            nonce,
            amr: &session.amr,
            sid: &session.sid,
            at_hash: at_hash(signer.algorithm(), access_token),
        };
        signer.sign(ID_TOKEN_TYPE, &claims)
    }
}

/// The left half of the hash that belongs to the algorithm (section 3.1.3.6). Ed25519 hashes with SHA-512 (RFC 8032).
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    let hash = match algorithm {
        SigningAlgorithm::Es256 | SigningAlgorithm::Rs256 => Sha256::digest(access_token).to_vec(),
        SigningAlgorithm::EdDsa => Sha512::digest(access_token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core appendix A.3, whose ID token is signed with RS256.
    #[test]
    fn the_hash_is_that_of_the_specification() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256] {
            assert_eq!(at_hash(algorithm, token), "77QmUPtjPfzWtF2AnpK9RQ");
        }
        assert_eq!(at_hash(SigningAlgorithm::EdDsa, token).len(), 43);
    }
}
