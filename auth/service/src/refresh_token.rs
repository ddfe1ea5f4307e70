//! Refresh tokens: 256 random bits with a prefix that secret scanners can find. The store sees the SHA-256 only; the
//! text itself leaves once, in the answer to its owner. Never logged, never compared as text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// What every refresh token starts with.
pub const PREFIX: &str = "wgr_";
/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;

/// The SHA-256 of a token's text: what the store keeps.
pub type TokenHash = [u8; 32];

/// A new token and its hash. Fails only when the system has no randomness.
pub fn generate() -> Result<(Secret, TokenHash), getrandom::Error> {
    let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
    getrandom::fill(bytes.as_mut())?;
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes.as_ref()));
    let hash = hash_of(&text);
    Ok((Secret::new(text), hash))
}

/// The hash of a token that a client presents; `None` when the text cannot be one of ours.
pub fn presented(token: &Secret) -> Option<TokenHash> {
    let encoded = token.expose().strip_prefix(PREFIX)?;
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    (bytes.len() == TOKEN_BYTES).then(|| hash_of(token.expose()))
}

fn hash_of(text: &str) -> TokenHash {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_token_is_recognised_and_unique() {
        let (first, hash) = generate().unwrap();
        let (second, _) = generate().unwrap();
        assert_eq!(first.expose().len(), PREFIX.len() + 43);
        assert_eq!(presented(&first), Some(hash));
        assert_ne!(first.expose(), second.expose());
    }

    #[test]
    fn other_text_is_not_a_token() {
        let (token, _) = generate().unwrap();
        let text = token.expose();
        for wrong in
            ["", "wgr_", "wgr_!!!", &text[4..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text}=")]
        {
            assert_eq!(presented(&Secret::new(wrong.to_owned())), None, "{wrong}");
        }
    }
}
