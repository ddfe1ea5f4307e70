//! What must be so before a keyring is made of a configuration: names, algorithms against their source, addresses.
//!
//! Never opens a file and never resolves a name.

use url::Url;
use witgate_token::{Algorithm, Profile};

use crate::config::{IssuerConfig, KeySource, KeyringError};
use crate::guard::AddressFault;

/// Judges one issuer alone.
pub(crate) fn judge(config: &IssuerConfig) -> Result<(), KeyringError> {
    judge_algorithms(&config.profile, &config.source)?;
    if let KeySource::JwksUrl(address) | KeySource::Discovery(address) = &config.source {
        judge_address(config, address)?;
    }
    if let Some(address) = &config.revocations {
        let profile = config.profile.name.clone();
        config.allowances().judge(address).map_err(|cause| KeyringError::Revocations { profile, cause })?;
    }
    if let Some(address) = &config.introspection {
        let profile = config.profile.name.clone();
        config.allowances().judge(address).map_err(|cause| KeyringError::Introspection { profile, cause })?;
    }
    config.key_origins.iter().try_for_each(|origin| judge_address(config, origin.url()))
}

/// A secret verifies its one HMAC and nothing else, and nothing else verifies an HMAC (RFC 8725 section 3.1).
fn judge_algorithms(profile: &Profile, source: &KeySource) -> Result<(), KeyringError> {
    let name = || profile.name.clone();
    let symmetric = profile.algorithms.iter().copied().find(|algorithm| algorithm.is_symmetric());
    match (source, symmetric) {
        (KeySource::SecretFile { algorithm, .. }, _) if algorithm.is_symmetric() && only(profile, *algorithm) => Ok(()),
        (KeySource::SecretFile { .. }, _) => Err(KeyringError::SecretAlgorithm { profile: name() }),
        (_, Some(algorithm)) => Err(KeyringError::Symmetric { profile: name(), algorithm }),
        (KeySource::PemFile { algorithm, .. }, None) if !only(profile, *algorithm) => {
            Err(KeyringError::PemAlgorithm { profile: name() })
        }
        _ => Ok(()),
    }
}

fn only(profile: &Profile, algorithm: Algorithm) -> bool {
    profile.algorithms == [algorithm]
}

fn judge_address(config: &IssuerConfig, address: &Url) -> Result<(), KeyringError> {
    let profile = config.profile.name.clone();
    let host = || address.host_str().unwrap_or_default().to_owned();
    config.allowances().judge(address).map_err(|fault| match fault {
        AddressFault::Shape => KeyringError::Address { profile },
        AddressFault::PlainHttp => KeyringError::PlainHttp { profile, host: host() },
        AddressFault::Private => KeyringError::Private { profile, host: host() },
        AddressFault::Never => KeyringError::Never { profile, host: host() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use witgate_token::Typing;

    fn judged(source: KeySource, algorithms: &[Algorithm]) -> Result<(), KeyringError> {
        let profile = Profile {
            name: "main".into(),
            issuer: "https://id.example.com".into(),
            audiences: vec!["api".into()],
            algorithms: algorithms.to_vec(),
            typ: Typing::AccessToken,
            leeway_seconds: 0,
            max_lifetime_seconds: 60,
        };
        judge(&IssuerConfig::new(profile, source))
    }

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn an_hmac_counts_only_with_its_secret_and_alone() {
        use Algorithm::{Es256, Hs256, Hs384, Rs256};
        let secret = |algorithm| KeySource::SecretFile { path: "secret".into(), algorithm };
        assert!(judged(secret(Hs256), &[Hs256]).is_ok());
        for (algorithm, allowed) in
            [(Hs256, &[Hs384][..]), (Hs256, &[Hs256, Hs384]), (Hs256, &[Hs256, Rs256]), (Rs256, &[Rs256]), (Hs256, &[])]
        {
            let refused = judged(secret(algorithm), allowed);
            assert!(matches!(refused, Err(KeyringError::SecretAlgorithm { .. })), "{algorithm} {allowed:?}");
        }
        let pem = |algorithm| KeySource::PemFile { path: "key.pem".into(), algorithm, kid: None };
        let address = url("https://id.example.com");
        for source in [
            KeySource::JwksUrl(address.clone()),
            KeySource::JwksFile("keys.json".into()),
            KeySource::Discovery(address),
            pem(Hs256),
            pem(Es256),
        ] {
            let refused = judged(source.clone(), &[Es256, Hs256]);
            assert!(matches!(refused, Err(KeyringError::Symmetric { algorithm: Hs256, .. })), "{source:?}");
        }
        assert!(matches!(judged(pem(Hs256), &[Hs256]), Err(KeyringError::Symmetric { .. })));
    }

    #[test]
    fn a_pem_file_has_one_algorithm() {
        use Algorithm::{Ps256, Rs256};
        let pem = || KeySource::PemFile { path: "key.pem".into(), algorithm: Rs256, kid: None };
        assert!(judged(pem(), &[Rs256]).is_ok());
        for allowed in [&[Rs256, Ps256][..], &[Ps256], &[]] {
            assert!(matches!(judged(pem(), allowed), Err(KeyringError::PemAlgorithm { .. })), "{allowed:?}");
        }
    }

    #[test]
    fn every_address_is_judged() {
        let judged = |source| judged(source, &[Algorithm::Es256]);
        let private = url("https://10.0.0.1/keys");
        assert!(matches!(judged(KeySource::JwksUrl(private.clone())), Err(KeyringError::Private { .. })));
        assert!(matches!(judged(KeySource::Discovery(private)), Err(KeyringError::Private { .. })));
        let metadata = url("http://169.254.169.254");
        assert!(matches!(judged(KeySource::JwksUrl(metadata.clone())), Err(KeyringError::PlainHttp { .. })));
        let metadata = url(&metadata.as_str().replace("http:", "https:"));
        assert!(matches!(judged(KeySource::JwksUrl(metadata)), Err(KeyringError::Never { .. })));
    }
}
