//! Key pairs of each algorithm, as aws-lc-rs keeps them: made, read from PKCS#8, used to sign bytes. Never prints a key.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use jsonwebtoken::jwk::Jwk;
use zeroize::Zeroizing;

use super::algorithm::SigningAlgorithm;
use super::jwk;

/// Size of a new RSA key. NIST SP 800-57 finds it good until 2030; a larger one makes each signature much slower.
const NEW_RSA_SIZE: KeySize = KeySize::Rsa2048;

/// A key pair that aws-lc-rs has checked.
pub(super) enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Pair {
    /// The PKCS#8 DER of a new pair.
    pub(super) fn generate(algorithm: SigningAlgorithm) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let random = SystemRandom::new();
        let der = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)?.as_ref().to_vec()
            }
            // The first version of PKCS#8, which OpenSSL reads too.
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8v1(&random)?.as_ref().to_vec(),
            SigningAlgorithm::Rs256 => {
                let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(NEW_RSA_SIZE)?.as_der()?;
                der.as_ref().to_vec()
            }
        };
        Ok(Zeroizing::new(der))
    }

    /// `None` when the bytes are no key of this algorithm. aws-lc-rs checks point, curve and key size.
    pub(super) fn from_pkcs8(algorithm: SigningAlgorithm, der: &[u8]) -> Option<Pair> {
        match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok().map(Pair::Es256)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(der).ok().map(Pair::EdDsa),
            SigningAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(der).ok().map(Pair::Rs256),
        }
    }

    /// The public part with its name.
    pub(super) fn public_jwk(&self) -> Option<Jwk> {
        match self {
            Pair::Es256(pair) => jwk::p256(pair.public_key().as_ref()),
            Pair::EdDsa(pair) => jwk::ed25519(pair.public_key().as_ref()),
            Pair::Rs256(pair) => {
                let public = pair.public_key();
                let (modulus, exponent) = (public.modulus(), public.exponent());
                jwk::rsa(modulus.big_endian_without_leading_zero(), exponent.big_endian_without_leading_zero())
            }
        }
    }

    /// The signature in the form that JWS demands (RFC 7518 sections 3.3 and 3.4, RFC 8037 section 3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Pair::Es256(pair) => Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
            Pair::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
                Ok(signature)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// RFC 8037 appendices A.1 and A.4.
    #[test]
    fn an_ed25519_signature_is_that_of_rfc_8037() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        // PKCS#8 of an Ed25519 key is a constant and the seed (RFC 8410 section 7).
        let der = [&b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..], &seed].concat();
        let pair = Pair::from_pkcs8(SigningAlgorithm::EdDsa, &der).unwrap();
        let signature = pair.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").unwrap();
        let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert_eq!(URL_SAFE_NO_PAD.encode(signature), expected);
    }

    #[test]
    fn a_key_of_one_algorithm_is_none_of_another() {
        for made in SigningAlgorithm::ALL {
            let der = Pair::generate(made).unwrap();
            for read in SigningAlgorithm::ALL {
                assert_eq!(Pair::from_pkcs8(read, &der).is_some(), made == read, "{made} as {read}");
            }
        }
    }

    #[test]
    fn a_new_rsa_key_has_2048_bits() {
        let der = Pair::generate(SigningAlgorithm::Rs256).unwrap();
        let Some(Pair::Rs256(pair)) = Pair::from_pkcs8(SigningAlgorithm::Rs256, &der) else { panic!("an RSA key") };
        assert_eq!(pair.public_modulus_len(), 256);
    }
}
