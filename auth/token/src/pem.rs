//! A public key that the operator gives as a PEM file (RFC 7468 section 13).
//!
//! Never searches: the file is the one block and nothing else, so nobody can overlook a second key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::Algorithm;
use crate::der;
use crate::key::{Key, KeyName};
use crate::key_fault::KeyFault;

/// Longest PEM file that is read, in bytes; an RSA key of 8192 bits takes about 1500.
pub const MAX_PEM_BYTES: usize = 16 * 1024;

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// Judges the key in a PEM file under the one algorithm it is to serve.
pub(crate) fn read(bytes: &[u8], algorithm: Algorithm, name: KeyName) -> Result<Key, KeyFault> {
    let der = decoded(bytes)?;
    let material = der::public_key_info(&der).ok_or(KeyFault::Encoding)?;
    Key::judged(name, algorithm, material)
}

fn decoded(bytes: &[u8]) -> Result<Vec<u8>, KeyFault> {
    if bytes.len() > MAX_PEM_BYTES {
        return Err(KeyFault::Pem);
    }
    let text = str::from_utf8(bytes).map_err(|_| KeyFault::Pem)?.trim_ascii();
    if text.contains("PRIVATE KEY-----") {
        return Err(KeyFault::PemPrivate);
    }
    if text.contains("CERTIFICATE-----") {
        return Err(KeyFault::PemCertificate);
    }
    if text.matches("-----BEGIN ").count() > 1 {
        return Err(KeyFault::PemSeveral);
    }
    let inside = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).ok_or(KeyFault::Pem)?;
    let body: String = inside.split_ascii_whitespace().collect();
    STANDARD.decode(body).map_err(|_| KeyFault::Pem)
}
