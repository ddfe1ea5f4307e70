//! One sign-in under way: a secret in the browser's cookie, and what is made of it for the auth service.
//! Never kept by the portal: state, nonce and PKCE verifier are HMACs of the secret, so none of them gives another.

use std::fmt;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, error::Unspecified, hmac, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Random bytes of the secret.
const SECRET_BYTES: usize = 32;

/// A sign-in between its start and the browser's return.
pub struct Flow(hmac::Key);

impl Flow {
    /// A new one, and the text for the browser's cookie. Fails when the system gives no randomness.
    pub fn begin() -> Result<(Self, String), Unspecified> {
        let mut secret = [0; SECRET_BYTES];
        rand::fill(&mut secret)?;
        Ok((Self::of(&secret), URL_SAFE_NO_PAD.encode(secret)))
    }

    /// The one whose secret the browser's cookie has. Nothing when that is no secret of ours.
    #[must_use]
    pub fn resume(cookie: &str) -> Option<Self> {
        let secret = URL_SAFE_NO_PAD.decode(cookie).ok().filter(|secret| secret.len() == SECRET_BYTES)?;
        Some(Self::of(&secret))
    }

    fn of(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// What the auth service sends back with the browser (RFC 6749 section 10.12).
    #[must_use]
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// Whether `state` is the one of this sign-in.
    #[must_use]
    pub fn has_state(&self, state: &str) -> bool {
        verify_slices_are_equal(self.state().as_bytes(), state.as_bytes()).is_ok()
    }

    /// What the id token must repeat (OpenID Connect Core 3.1.2.1).
    #[must_use]
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What redeems the code (RFC 7636 section 4.1): 43 characters.
    #[must_use]
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// The S256 challenge of the verifier (RFC 7636 section 4.2).
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier().as_bytes()))
    }

    fn derived(&self, use_of_it: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, use_of_it.as_bytes()))
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flow(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_brings_the_same_flow_back() {
        let (flow, cookie) = Flow::begin().unwrap();
        let again = Flow::resume(&cookie).unwrap();
        assert_eq!((flow.verifier(), flow.nonce()), (again.verifier(), again.nonce()));
        assert!(again.has_state(&flow.state()));
    }

    #[test]
    fn each_use_and_each_flow_has_its_own_text() {
        let (one, cookie) = Flow::begin().unwrap();
        let (other, _) = Flow::begin().unwrap();
        let mut all = vec![cookie, one.state(), one.nonce(), one.verifier(), one.challenge(), other.state()];
        assert!(all.iter().all(|text| text.len() == 43), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn another_state_is_not_taken() {
        let (flow, _) = Flow::begin().unwrap();
        let state = flow.state();
        for wrong in ["", &state[1..], &state.to_lowercase(), &flow.nonce(), &format!("{state}=")] {
            assert!(!flow.has_state(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_secret_of_ours_brings_nothing_back() {
        let (_, cookie) = Flow::begin().unwrap();
        for wrong in ["", "short", &cookie[1..], &format!("{cookie}AAAA"), "not base64 at all, but forty-three chars"] {
            assert!(Flow::resume(wrong).is_none(), "{wrong}");
        }
    }
}
