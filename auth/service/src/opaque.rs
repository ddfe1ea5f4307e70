//! Opaque tokens: 256 bits behind a prefix that says what the token is for and that secret scanners can find. The store
//! keeps the SHA-256 of the text only; the text itself leaves once, to its owner. Never logs a token, and never takes
//! one kind for another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Length of what stands behind the prefix, in bytes before base64url.
pub const TOKEN_BYTES: usize = 32;

/// The SHA-256 of a token's text: what the store keeps. There is no salt, because 256 random bits cannot be guessed.
pub type TokenHash = [u8; 32];

/// What an opaque token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A refresh token.
    Refresh,
    /// An authorization code (RFC 6749 section 1.3.1).
    Code,
    /// The session of a browser at this service, in a cookie.
    BrowserSession,
    /// The secret of a confidential client.
    ClientSecret,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Refresh, Kind::Code, Kind::BrowserSession, Kind::ClientSecret];

    /// What every token of this kind starts with.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Refresh => "wgr_",
            Kind::Code => "wgc_",
            Kind::BrowserSession => "wgb_",
            Kind::ClientSecret => "wgs_",
        }
    }
}

/// A new random token and its hash. Fails only when the system has no randomness.
pub fn generate(kind: Kind) -> Result<(Secret, TokenHash), getrandom::Error> {
    let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
    getrandom::fill(bytes.as_mut())?;
    Ok(from_bytes(kind, &bytes))
}

/// The token that has these bytes behind its prefix, and its hash.
pub fn from_bytes(kind: Kind, bytes: &[u8; TOKEN_BYTES]) -> (Secret, TokenHash) {
    let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
    let text = format!("{}{}", kind.prefix(), *encoded);
    let hash = hash_of(&text);
    (Secret::new(text), hash)
}

/// The hash of a token that somebody presents; `None` when the text cannot be a token of this kind.
pub fn presented(kind: Kind, token: &Secret) -> Option<TokenHash> {
    let encoded = token.expose().strip_prefix(kind.prefix())?;
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    (bytes.len() == TOKEN_BYTES).then(|| hash_of(token.expose()))
}

fn hash_of(text: &str) -> TokenHash {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_generated_token_is_recognised_unique_and_of_one_kind() {
        for kind in Kind::ALL {
            let (first, hash) = generate(kind).unwrap();
            let (second, _) = generate(kind).unwrap();
            assert_eq!(first.expose().len(), kind.prefix().len() + 43);
            assert_ne!(first.expose(), second.expose());
            for other in Kind::ALL {
                assert_eq!(presented(other, &first), (other == kind).then_some(hash), "{kind:?} as {other:?}");
            }
        }
    }

    #[test]
    fn the_hash_is_of_the_whole_text() {
        let (token, hash) = from_bytes(Kind::Code, &[0; TOKEN_BYTES]);
        assert_eq!(token.expose(), format!("wgc_{}", "A".repeat(43)));
        assert_eq!(hash, <TokenHash>::from(Sha256::digest(token.expose())));
        assert_ne!(hash, from_bytes(Kind::ClientSecret, &[0; TOKEN_BYTES]).1);
    }

    #[test]
    fn other_text_is_not_a_token() {
        let (token, _) = generate(Kind::Refresh).unwrap();
        let text = token.expose();
        for wrong in
            ["", "wgr_", "wgr_!!!", &text[4..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text}=")]
        {
            assert_eq!(presented(Kind::Refresh, &Secret::new(wrong.to_owned())), None, "{wrong}");
        }
    }

    proptest! {
        /// Two texts never stand for the same token: the last character has unused bits, which must be zero.
        #[test]
        fn a_text_that_is_taken_is_the_one_that_was_given(tail in "[A-Za-z0-9_-]{43}|\\PC{0,60}") {
            let text = format!("wgb_{tail}");
            let taken = presented(Kind::BrowserSession, &Secret::new(text.clone())).is_some();
            let bytes = URL_SAFE_NO_PAD.decode(&tail).ok().and_then(|bytes| <[u8; TOKEN_BYTES]>::try_from(bytes).ok());
            let given = bytes.map(|bytes| from_bytes(Kind::BrowserSession, &bytes).0);
            prop_assert_eq!(taken, given.is_some_and(|given| given.expose() == text));
        }
    }
}
