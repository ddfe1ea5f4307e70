//! The algorithms that the gateway knows, by their JOSE names (RFC 7518 section 3.1, RFC 8037, RFC 9864).
//!
//! Never `none` and never a shared secret, as in the gateway.

/// By what it is, so that two names of one algorithm are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm(&'static str);

const NAMES: [&str; 9] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// Names are exact; `Ed25519` is another name of `EdDSA`.
pub(super) fn named(name: &str) -> Option<Algorithm> {
    let name = if name == "Ed25519" { "EdDSA" } else { name };
    NAMES.into_iter().find(|known| *known == name).map(Algorithm)
}

/// All of them, or nothing where one is unknown: who demands the unknown must not be served the rest.
pub(super) fn known(names: &[String]) -> Option<Vec<Algorithm>> {
    names.iter().map(|name| named(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact_and_ed25519_has_two() {
        assert_eq!(named("Ed25519"), named("EdDSA"));
        assert!(NAMES.into_iter().all(|name| named(name).is_some()));
        for unknown in ["none", "HS256", "es256", "ES512", "Ed448", "eddsa", ""] {
            assert_eq!(named(unknown), None, "{unknown}");
        }
        assert_eq!(known(&["ES256".into(), "none".into()]), None);
    }
}
