//! Why a key is refused when it is loaded.
//!
//! Never holds a part of a key: a fault may be logged and shown.

/// Why a key was not taken: a JWK out of a set, a PEM file or a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// No JSON object, or a member of the wrong type. Holds the member's name.
    #[error("'{0}' is missing or of the wrong type")]
    Member(&'static str),
    /// `kty` is none of EC, RSA and OKP. A symmetric key has no place in a public document.
    #[error("'kty' is not EC, RSA or OKP")]
    Kty,
    /// A private member is there: the private key is public knowledge.
    #[error("the key carries its private half; replace it at the issuer")]
    Private,
    /// `use` is not `sig`.
    #[error("'use' is not 'sig'")]
    Use,
    /// `key_ops` does not list `verify`.
    #[error("'key_ops' does not list 'verify'")]
    KeyOps,
    /// `alg` is none that Witgate verifies.
    #[error("'alg' is not supported")]
    Algorithm,
    /// `crv` is not supported, or not the curve of `alg`; or `alg` is not of this `kty`.
    #[error("'kty', 'crv' and 'alg' do not belong together")]
    Curve,
    /// A coordinate, modulus or exponent is no canonical base64url of the right length.
    #[error("the key material is badly encoded")]
    Encoding,
    /// The RSA modulus is not 2048 to 8192 bits.
    #[error("the RSA modulus is not 2048 to 8192 bits long")]
    RsaSize,
    /// The RSA exponent is even, below 65537 or too large.
    #[error("the RSA exponent is even, below 65537, or too large")]
    RsaExponent,
    /// The modulus has the mark of CVE-2017-15361 (ROCA): its private key can be computed.
    #[error("the RSA key is of the kind that CVE-2017-15361 breaks; replace it at the issuer")]
    Roca,
    /// The crypto library refuses the key, for instance a point that is not on the curve.
    #[error("the key is not valid")]
    Invalid,
    /// Another key in the document has the same `kid` and algorithm.
    #[error("another key has the same 'kid' and algorithm")]
    Duplicate,
    /// The key and the algorithm are of two kinds, such as an RSA key for ES256, or any public key for an HMAC.
    #[error("the key is of another kind than its algorithm")]
    OtherKind,
    /// The text is no 'BEGIN PUBLIC KEY' block of strict base64 and nothing else (RFC 7468 section 13).
    #[error("the file is not one 'BEGIN PUBLIC KEY' block")]
    Pem,
    /// More than one block: nobody can say which one is meant.
    #[error("the file holds more than one PEM block; leave the one public key in it")]
    PemSeveral,
    /// A private key, where the public half is all that is needed.
    #[error("the file holds a private key; put only its public half here: openssl pkey -pubout")]
    PemPrivate,
    /// A certificate: nobody here would check its dates and its chain.
    #[error("the file holds a certificate; take its public key out: openssl x509 -noout -pubkey")]
    PemCertificate,
    /// The secret is shorter than the output of the hash (RFC 7518 section 3.2).
    #[error("the secret is shorter than 32 bytes for HS256, 48 for HS384 or 64 for HS512")]
    SecretTooShort,
    /// What was given as a secret is the text of a key, which others know: PEM, its base64, DER, a JWK, or OpenSSH's.
    #[error("the secret is the text of a key; a secret is random bytes that only the issuer and Witgate know")]
    SecretIsKey,
}
