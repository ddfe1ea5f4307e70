//! Recovery codes: ten codes of 80 random bits for whoever lost the phone, each good once. The store sees SHA-256 only;
//! the codes leave once, in the answer to their owner. Never logged, never compared as text.

use base32::Alphabet;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// How many codes an account has.
pub const CODES: usize = 10;
/// Random bytes in a code. Too many to try, so that a plain hash keeps them.
const CODE_BYTES: usize = 10;
/// Signs between two dashes.
const GROUP_CHARS: usize = 4;
/// Longest text that can be a code, in bytes: 16 signs, with room for dashes and spaces.
const MAX_TYPED_BYTES: usize = 64;

/// The SHA-256 of a code: what the store keeps, and removes when the code is used.
pub type RecoveryHash = [u8; 32];

/// New codes (`7K3D-0M2Q-X9TB-5RFA`) and their hashes, in the same order. Fails only when the system has no randomness.
pub fn generate() -> Result<(Vec<Secret>, Vec<RecoveryHash>), getrandom::Error> {
    let pairs: Vec<_> = (0..CODES).map(|_| one()).collect::<Result<_, _>>()?;
    Ok(pairs.into_iter().unzip())
}

/// The hash of a code that was typed; `None` when the text cannot be a code. Case, dashes and spaces do not count, O is
/// read as 0, I and L as 1 (Crockford).
pub fn presented(typed: &Secret) -> Option<RecoveryHash> {
    if typed.expose().len() > MAX_TYPED_BYTES {
        return None;
    }
    let signs = |sign: &char| *sign != '-' && !sign.is_whitespace();
    let mut text = Zeroizing::new(String::with_capacity(MAX_TYPED_BYTES));
    text.extend(typed.expose().chars().filter(signs));
    if text.len() != CODE_BYTES * 8 / 5 {
        return None;
    }
    let bytes = Zeroizing::new(base32::decode(Alphabet::Crockford, &text)?);
    Some(hash_of(&bytes))
}

/// Which of the stored hashes the typed code belongs to. Remove that one in the transaction that read it. The hashes are
/// compared plainly: nobody can choose the bits of a SHA-256.
pub fn matching(typed: &Secret, stored: &[RecoveryHash]) -> Option<RecoveryHash> {
    presented(typed).filter(|hash| stored.contains(hash))
}

fn one() -> Result<(Secret, RecoveryHash), getrandom::Error> {
    let mut bytes = Zeroizing::new([0_u8; CODE_BYTES]);
    getrandom::fill(bytes.as_mut())?;
    Ok((shown(&bytes), hash_of(bytes.as_ref())))
}

fn shown(bytes: &[u8; CODE_BYTES]) -> Secret {
    let plain = Zeroizing::new(base32::encode(Alphabet::Crockford, bytes));
    let mut text = String::with_capacity(plain.len() + plain.len() / GROUP_CHARS);
    for (index, sign) in plain.chars().enumerate() {
        if index > 0 && index % GROUP_CHARS == 0 {
            text.push('-');
        }
        text.push(sign);
    }
    Secret::new(text)
}

/// With a prefix of its own, so that it is no other hash of the service.
fn hash_of(bytes: &[u8]) -> RecoveryHash {
    Sha256::new().chain_update(b"witgate recovery code\0").chain_update(bytes).finalize().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn typed(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn ten_codes_that_differ_and_match_their_hashes() {
        let (codes, hashes) = generate().unwrap();
        assert_eq!((codes.len(), hashes.iter().collect::<BTreeSet<_>>().len()), (CODES, CODES));
        for (code, hash) in codes.iter().zip(&hashes) {
            assert_eq!(code.expose().len(), 19);
            assert_eq!(matching(code, &hashes), Some(*hash));
        }
        assert_eq!(matching(&codes[0], &hashes[1..]), None, "a used one is gone");
    }

    #[test]
    fn codes_may_be_typed_as_people_type() {
        let bytes = *b"\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf";
        let code = shown(&bytes);
        assert_eq!(code.expose(), "0123-4567-89AB-CDEF");
        for text in ["0123456789abcdef", " o i 2 3 4567-89ab-cdef\n", "oL23--4567--89AB--CDEF"] {
            assert_eq!(presented(&typed(text)), Some(hash_of(&bytes)), "{text:?}");
        }
        for text in ["", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "U123-4567-89AB-CDEF", "０123-4567-89AB-CDEF"] {
            assert_eq!(presented(&typed(text)), None, "{text:?}");
        }
        assert_eq!(presented(&typed(&" ".repeat(65))), None);
    }

    proptest! {
        #[test]
        fn every_code_comes_back(bytes in any::<[u8; CODE_BYTES]>(), lower in any::<bool>(), dashes in any::<bool>()) {
            let mut text = shown(&bytes).expose().to_owned();
            if lower { text.make_ascii_lowercase(); }
            if !dashes { text = text.replace('-', ""); }
            prop_assert_eq!(presented(&typed(&text)), Some(hash_of(&bytes)));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,70}") {
            let _ = presented(&typed(&text));
        }
    }
}
