//! The algorithms that this service signs with, by their JOSE names. Fewer than `witgate-token` verifies, and never an
//! HMAC: a resource server must not be able to sign.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1). Serializes as its JOSE name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for clients that know nothing newer.
    #[serde(rename = "RS256")]
    Rs256,
}

/// The name is none of those that this service signs with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no algorithm that this version signs with: use \"ES256\", \"EdDSA\" or \"RS256\"")]
pub struct UnknownAlgorithm(pub String);

impl SigningAlgorithm {
    /// Every algorithm, the default first.
    pub const ALL: [SigningAlgorithm; 3] = [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256];

    /// The JOSE name: the `alg` of tokens and keys.
    pub const fn name(self) -> &'static str {
        match self {
            SigningAlgorithm::Es256 => "ES256",
            SigningAlgorithm::EdDsa => "EdDSA",
            SigningAlgorithm::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownAlgorithm;

    /// Names are case-sensitive, as in JOSE.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = SigningAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name);
        known.ok_or_else(|| UnknownAlgorithm(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_name_everywhere() {
        for algorithm in SigningAlgorithm::ALL {
            assert_eq!(algorithm.name().parse(), Ok(algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.to_string());
            assert_eq!(serde_json::from_value::<SigningAlgorithm>(algorithm.name().into()).unwrap(), algorithm);
        }
        assert_eq!(SigningAlgorithm::default(), SigningAlgorithm::ALL[0]);
    }

    #[test]
    fn no_other_name_is_taken() {
        for wrong in ["", "none", "HS256", "es256", "ES256 ", "Ed25519", "RS1"] {
            assert!(wrong.parse::<SigningAlgorithm>().unwrap_err().to_string().contains("\"EdDSA\""), "{wrong}");
        }
    }
}
