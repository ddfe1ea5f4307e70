//! How a changed token is signed: with the right key, or in one of the ways of a forger. Never checks a signature.

use aws_lc_rs::hmac;

use crate::draft::Draft;
use crate::keys::{Keys, encode};
use crate::random::Random;

/// A signature in base64url, and the name of what is wrong with it, if anything is.
/// `draft` is the token as it was before any change.
pub fn sign(message: &str, draft: &Draft, keys: &Keys, random: &mut Random) -> (String, Option<&'static str>) {
    let message = message.as_bytes();
    let good = keys.sign(draft.signer, message);
    if random.percent(90) {
        return (encode(good), None);
    }
    let (signature, name) = match random.within(0..10) {
        0 => (stale_signature(draft, keys), "signature of the unchanged token"),
        1 => (keys.sign_as_stranger(draft.signer, message), "a stranger's signature"),
        2 => (keys.sign(random.within(0..keys.signers.len()), message), "signature of another key"),
        3 => (hmac_of_public_key(draft, keys, message), "HMAC with the public key"),
        4 => (Vec::new(), "no signature"),
        5 => (der(&good), "signature in DER"),
        6 => (vec![0; good.len()], "signature of zeros"),
        7 => (random_bytes(good.len(), random), "random signature"),
        8 => ([good.as_slice(), b"\0"].concat(), "signature and a zero"),
        _ => ([b"\0", good.as_slice()].concat(), "zero and signature"),
    };
    (encode(signature), Some(name))
}

fn stale_signature(draft: &Draft, keys: &Keys) -> Vec<u8> {
    keys.sign(draft.signer, draft.texts().map(encode).join(".").as_bytes())
}

/// The confusion of CVE-2015-9235: the public key, as it is published, as a secret.
fn hmac_of_public_key(draft: &Draft, keys: &Keys, message: &[u8]) -> Vec<u8> {
    let secret = keys.signers[draft.signer].jwk().to_string();
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message).as_ref().to_vec()
}

/// Two halves as an ASN.1 sequence of integers, as other protocols write an ECDSA signature.
fn der(fixed: &[u8]) -> Vec<u8> {
    let (r, s) = fixed.split_at(fixed.len() / 2);
    let integer = |half: &[u8]| {
        let bytes: Vec<u8> = [&[0], half].concat();
        [&[2, bytes.len() as u8], bytes.as_slice()].concat()
    };
    let content = [integer(r), integer(s)].concat();
    [&[0x30, content.len() as u8], content.as_slice()].concat()
}

fn random_bytes(length: usize, random: &mut Random) -> Vec<u8> {
    (0..length).map(|_| random.bits().to_le_bytes()[0]).collect()
}
