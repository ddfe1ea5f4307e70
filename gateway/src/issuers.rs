//! From the issuers of gateway.toml to a keyring.
//!
//! Never fetches anything: the keyring does, when a token names a key.

use std::str::FromStr;

use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, Keyring};
use witgate_token::{Algorithm, Profile, Typing};

use crate::config::{Draft, Faults, Issuer, KeySource, Typ};

/// The keyring of what was read; its fetches run on `runtime`, and issuers unchanged since `previous` keep their keys.
/// Nothing when an issuer is refused: then each refused one is a fault at its place.
pub fn keyring(draft: &mut Draft, runtime: &Handle, previous: Option<&Keyring>) -> Option<Keyring> {
    let issuers = draft.config().issuers.clone();
    let configs: Result<Vec<IssuerConfig>, String> = issuers.iter().map(issuer).collect();
    let made = configs.and_then(|configs| {
        let made = match previous {
            Some(previous) => previous.renewed(configs, runtime),
            None => Keyring::new(configs, runtime.clone()),
        };
        made.map_err(|error| error.to_string())
    });
    let most = draft.config().limits.token_cache_bytes;
    // A reload that leaves the size as it was loses no entry.
    let made = made.map(|keyring| if keyring.cache_bytes() == most { keyring } else { keyring.with_cache_bytes(most) });
    made.map_err(|message| note(draft.faults(), &issuers, message, runtime)).ok()
}

/// The keyring stops at its first fault, so each issuer is asked alone; `message` is what is wrong with them together.
fn note(faults: &mut Faults, issuers: &[Issuer], message: String, runtime: &Handle) {
    let before = faults.len();
    for one in issuers {
        let alone = issuer(one)
            .and_then(|config| Keyring::new(vec![config], runtime.clone()).map_err(|error| error.to_string()));
        if let Err(message) = alone {
            faults.push(one.span, message, "correct this issuer, or what its key source holds");
        }
    }
    if faults.len() == before {
        faults.push_whole(message, "correct the [issuers] tables");
    }
}

fn issuer(issuer: &Issuer) -> Result<IssuerConfig, String> {
    let profile = profile(issuer)?;
    let source = source(&issuer.source, &profile)?;
    Ok(IssuerConfig::new(profile, source)
        .allow_http(issuer.allow_http)
        .allow_private(issuer.allow_private)
        .key_origins(issuer.key_origins.clone())
        .revocations(issuer.revocations.clone())
        .revocations_max_stale(issuer.revocations_max_stale)
        .introspection(issuer.introspection.clone())
        .client_credentials(issuer.client.clone()))
}

fn profile(issuer: &Issuer) -> Result<Profile, String> {
    let known = |name: &String| {
        Algorithm::from_str(name).map_err(|_| format!("issuer `{}`: unknown algorithm `{name}`", issuer.name))
    };
    Ok(Profile {
        name: issuer.name.clone(),
        issuer: issuer.issuer.as_str().into(),
        audiences: issuer.audiences.clone(),
        algorithms: issuer.algorithms.iter().map(known).collect::<Result<_, _>>()?,
        typ: match issuer.typ {
            Typ::AccessToken => Typing::AccessToken,
            Typ::JwtCompatible => Typing::JwtCompatible,
        },
        leeway_seconds: issuer.leeway_seconds,
        max_lifetime_seconds: issuer.max_lifetime_seconds,
    })
}

fn source(source: &KeySource, profile: &Profile) -> Result<witgate_keyring::KeySource, String> {
    use witgate_keyring::KeySource as Place;
    let only_algorithm = || match profile.algorithms[..] {
        [only] => Ok(only),
        _ => Err(format!("issuer `{}`: one key in a file has exactly one algorithm", profile.name)),
    };
    Ok(match source {
        KeySource::JwksUrl(url) => Place::JwksUrl(url.clone()),
        KeySource::JwksFile(path) => Place::JwksFile(path.clone()),
        KeySource::Discovery(url) => Place::Discovery(url.clone()),
        KeySource::PemFile(path) => Place::PemFile { path: path.clone(), algorithm: only_algorithm()?, kid: None },
        KeySource::SecretFile(path) => Place::SecretFile { path: path.clone(), algorithm: only_algorithm()? },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use std::path::Path;
    use witgate_keyring::FeedState;

    /// The keyring of one issuer with these lines, in a folder with the files `secret` and `short`.
    fn made(lines: &str) -> Result<Keyring, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), "a secret of 32 bytes, and some more\n").expect("written");
        std::fs::write(folder.path().join("short"), "short\n").expect("written");
        let text = format!(
            "[[listeners]]\naddress = \"127.0.0.1:0\"\n[issuers.main]\nissuer = \"https://id.example.com\"\naudiences = [\"api\"]\n{lines}"
        );
        let path = folder.path().join(Path::new("gateway.toml"));
        let mut draft = config::draft(&path, text).unwrap_or_else(|faults| panic!("{faults:?}"));
        keyring(&mut draft, runtime.handle(), None).ok_or_else(|| draft.faults().brief())
    }

    #[test]
    fn a_secret_file_becomes_one_key_for_its_algorithm() {
        let keyring = made("secret-file = \"secret\"\nalgorithms = [\"HS256\"]").expect("a keyring");
        let report = keyring.report().remove(0);
        assert_eq!((report.name.as_str(), report.keys, report.generation), ("main", 1, 1));
        let algorithms = keyring.profile_named("main").map(|profile| profile.algorithms.clone());
        assert_eq!(algorithms, Some(vec![Algorithm::Hs256]));
    }

    #[test]
    fn a_file_that_holds_no_key_is_a_fault_of_its_issuer() {
        for (lines, reason) in [
            ("secret-file = \"short\"\nalgorithms = [\"HS256\"]", "shorter than 32 bytes"),
            ("secret-file = \"secret\"\nalgorithms = [\"HS512\"]", "64 for HS512"),
            ("pem-file = \"secret\"", "BEGIN PUBLIC KEY"),
            ("jwks-file = \"secret\"", "no JSON object"),
        ] {
            let fault = made(lines).expect_err("refused");
            assert!(fault.contains("gateway.toml:3:10") && fault.contains(reason), "{lines}: {fault}");
            assert!(!fault.contains("a secret of 32"), "{fault}");
        }
    }

    #[test]
    fn what_the_operator_allows_reaches_the_keyring() {
        let allowed = "discovery = true\nallow-private = true\nkey-origins = [\"https://10.0.0.1\"]";
        assert!(made(allowed).is_ok(), "the keyring judges the origins too");
    }
    #[test]
    fn a_feed_of_revocations_reaches_the_keyring_and_is_off_otherwise() {
        let secret = "secret-file = \"secret\"\nalgorithms = [\"HS256\"]\n";
        let feed = |lines: &str| made(&format!("{secret}{lines}")).expect("a keyring").report().remove(0).feed;
        assert_eq!(feed(""), FeedState::Off);
        assert_eq!(feed("revocations-url = \"http://127.0.0.1:1/revoked\""), FeedState::Awaited);
        assert_eq!(feed("revocations-url = \"http://id.example.com/\"\nallow-http = true"), FeedState::Awaited);
    }
}
