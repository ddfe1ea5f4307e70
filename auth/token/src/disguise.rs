//! What may not be an HMAC's secret because it is the text or the DER of a key, which others may know.
//!
//! Never a judgement of strength, and practically never a refusal of random bytes: see `README.md` for the odds.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::der;
use crate::strict_json;

/// How a PEM block begins; four dashes and a space are those of SSH (RFC 4716).
const ARMOUR: [&[u8]; 2] = [b"-----BEGIN", b"---- BEGIN"];
/// How a public key of OpenSSH begins.
const SSH: [&[u8]; 2] = [b"ssh-", b"ecdsa-sha2-"];
/// Reads what a careless hand may have left of the base64: without its padding, or cut within a group.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether some bytes are the text or the DER of a key or a certificate.
pub(crate) fn is_a_key(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    ARMOUR.iter().any(|begin| contains(bytes, begin))
        || SSH.iter().any(|begin| text.starts_with(begin))
        || is_jwk(bytes)
        || der::is_like_a_key(bytes)
        || is_base64_of_a_key(bytes)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_jwk(bytes: &[u8]) -> bool {
    let members = strict_json::object(bytes);
    members.is_ok_and(|members| members.contains_key("kty") || members.contains_key("keys"))
}

/// The body of a PEM block without its armour. Only what begins as DER of its own length is decoded: a secret leaves no
/// copy here.
fn is_base64_of_a_key(bytes: &[u8]) -> bool {
    let symbols = || bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    let (mut head, mut start) = ([0; 8], [0; 6]);
    head.iter_mut().zip(symbols()).for_each(|(to, symbol)| *to = symbol);
    let begins = BASE64.decode_slice(head, &mut start).is_ok();
    begins
        && der::length_with_header(&start) == Some(symbols().count() * 3 / 4)
        && BASE64.decode(symbols().collect::<Vec<u8>>()).is_ok_and(|der| der::is_like_a_key(&der))
}
