//! From a key's text to what stands in the header.
//!
//! Never lets a long value, or one with strange bytes, past as it is, and never skips it either: who could make his
//! own key illegal would be counted as somebody else.
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::source::Found;

/// The longest value that stands in the header as it is, in bytes.
const MAX_VALUE_BYTES: usize = 128;
/// The shortest secret, in bytes.
const MIN_SECRET_BYTES: usize = 32;
/// How many bytes of a digest stand in the header; two keys meet once in 2^64.
const SHOWN_BYTES: usize = 16;

/// What the header shows of a key.
pub enum Disguise {
    /// The text, or a digest of a value that cannot stand in a header.
    Plain,
    /// An HMAC of the text, under the operator's secret: without it nobody finds a subject by trying.
    Hmac(Hmac<Sha256>),
}

impl Disguise {
    /// Checks the key `hash-key`.
    pub fn compile(secret: Option<String>) -> Result<Self, String> {
        match secret {
            None => Ok(Self::Plain),
            Some(secret) if secret.len() < MIN_SECRET_BYTES => Err(format!(
                "hash-key: must have at least {MIN_SECRET_BYTES} bytes; write \"secret:NAME\" and keep it in a file"
            )),
            Some(secret) => {
                Ok(Self::Hmac(Hmac::new_from_slice(secret.as_bytes()).map_err(|_| "hash-key: is too long".to_owned())?))
            }
        }
    }

    /// The header's value: visible ASCII.
    pub fn shown(&self, found: &Found<'_>) -> String {
        match self {
            Self::Hmac(keyed) => {
                let keyed = keyed.clone().chain_update(found.label).chain_update("=").chain_update(&found.value);
                hex(&keyed.finalize().into_bytes())
            }
            Self::Plain if is_plain(&found.value) => format!("{}={}", found.label, found.value),
            // Two signs of equality: no plain value begins with one, so the digest is nobody's plain value.
            Self::Plain => format!("{}==sha256:{}", found.label, hex(&Sha256::digest(found.value.as_bytes()))),
        }
    }
}

/// Never the secret.
impl std::fmt::Debug for Disguise {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "Plain",
            Self::Hmac(_) => "Hmac(..)",
        })
    }
}

fn is_plain(value: &str) -> bool {
    value.len() <= MAX_VALUE_BYTES && !value.starts_with('=') && value.bytes().all(|byte| byte.is_ascii_graphic())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(disguise: &Disguise, label: &str, value: &str) -> String {
        disguise.shown(&Found { label, value: value.to_owned() })
    }

    fn keyed() -> Disguise {
        Disguise::compile(Some("0123456789abcdef0123456789abcdef".into())).unwrap()
    }

    #[test]
    fn an_hmac_is_of_the_whole_text() {
        // python3: hmac.new(b"0123456789abcdef0123456789abcdef", b"claim:sub=alice", "sha256").hexdigest()[:32]
        assert_eq!(shown(&keyed(), "claim:sub", "alice"), "f6453f6c9530a5cec1d5e18854b89edd");
        assert_ne!(shown(&keyed(), "claim:sub", "alice"), shown(&keyed(), "header:x-sub", "alice"));
        assert_eq!(format!("{:?}", keyed()), "Hmac(..)");
    }

    #[test]
    fn a_secret_has_32_bytes() {
        assert!(Disguise::compile(Some("0123456789abcdef0123456789abcde".into())).is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_is_legal_and_tells_callers_apart(one in ".{1,200}", other in "={0,3}[a-z: ]{0,20}") {
            for disguise in [Disguise::Plain, keyed()] {
                let (first, second) = (shown(&disguise, "claim:sub", &one), shown(&disguise, "claim:sub", &other));
                prop_assert!(first.len() < 256 && first.bytes().all(|byte| byte.is_ascii_graphic()), "{first:?}");
                prop_assert_eq!(first == second, one == other);
            }
        }
    }
}
