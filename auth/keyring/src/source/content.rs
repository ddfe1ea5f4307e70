//! From the bytes of a document to the keys in it, as its source says what it is.
//!
//! Never takes a secret out of anything but a secret file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use witgate_token::{Algorithm, DroppedKey, KeySet};
use zeroize::Zeroizing;

use crate::config::{KeySetFault, KeySource};

/// What a secret file begins with whose secret is not the bytes themselves.
const BASE64: &[u8] = b"base64:";

/// The keys of a document, and those that were left out.
pub(crate) fn keys(place: &KeySource, document: &[u8]) -> Result<(KeySet, Vec<DroppedKey>), KeySetFault> {
    match place {
        KeySource::PemFile { algorithm, kid, .. } => {
            Ok((KeySet::from_pem(document, *algorithm, kid.clone())?, Vec::new()))
        }
        KeySource::SecretFile { algorithm, .. } => Ok((secret(document, *algorithm)?, Vec::new())),
        KeySource::JwksFile(_) | KeySource::JwksUrl(_) | KeySource::Discovery(_) => Ok(KeySet::from_jwks(document)?),
    }
}

/// Editors and `echo` put a newline at the end; a secret that ends with one is written in base64.
fn secret(document: &[u8], algorithm: Algorithm) -> Result<KeySet, KeySetFault> {
    let line = document.strip_suffix(b"\n").unwrap_or(document);
    let line = line.strip_suffix(b"\r").filter(|_| line.len() < document.len()).unwrap_or(line);
    let Some(encoded) = line.strip_prefix(BASE64) else { return Ok(KeySet::from_secret(line, algorithm, None)?) };
    let mut bytes = Zeroizing::new(vec![0; encoded.len()]);
    let length = STANDARD.decode_slice(encoded, &mut bytes).map_err(|_| KeySetFault::Base64)?;
    Ok(KeySet::from_secret(&bytes[..length], algorithm, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;
    use witgate_token::{Demands, KeyFault, Profile, Typing, verify};

    /// Whether what the file holds is exactly this secret: a token signed with it passes.
    fn is_secret(file: &[u8], expected: &[u8]) -> bool {
        let keys = secret(file, Algorithm::Hs256).expect("a secret");
        let profile = Profile {
            name: "main".into(),
            issuer: "i".into(),
            audiences: vec!["a".into()],
            algorithms: vec![Algorithm::Hs256],
            typ: Typing::JwtCompatible,
            leeway_seconds: 0,
            max_lifetime_seconds: 100,
        };
        let claims = json!({"iss": "i", "aud": "a", "sub": "s", "iat": 1000, "exp": 1050});
        let token =
            jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(expected)).expect("signs");
        verify(&token, &profile, &Demands::default(), &keys, 1001).is_ok()
    }

    #[test]
    fn one_newline_at_the_end_does_not_count() {
        let secret = b"0123456789abcdef0123456789abcdef";
        let with = |end: &[u8]| [secret.as_slice(), end].concat();
        for end in [b"".as_slice(), b"\n", b"\r\n"] {
            assert!(is_secret(&with(end), secret), "{end:?}");
        }
        for (end, kept) in [(b"\n\n".as_slice(), b"\n".as_slice()), (b"\r", b"\r"), (b" ", b" "), (b"\r\r\n", b"\r")] {
            assert!(is_secret(&with(end), &with(kept)) && !is_secret(&with(end), secret), "{end:?}");
        }
    }

    #[test]
    fn a_secret_may_be_written_in_base64() {
        let secret: Vec<u8> = (0..32).collect();
        let text = format!("base64:{}", STANDARD.encode(&secret));
        assert!(is_secret(text.as_bytes(), &secret) && is_secret(format!("{text}\n").as_bytes(), &secret));
        for text in ["base64:AA", "base64:====", "base64:AAAA\n\n", "base64: AAAA"] {
            assert_eq!(super::secret(text.as_bytes(), Algorithm::Hs256).err(), Some(KeySetFault::Base64), "{text}");
        }
        let short = super::secret(b"base64:\n", Algorithm::Hs256).err();
        assert_eq!(short, Some(KeySetFault::Key(KeyFault::SecretTooShort)));
    }
}
