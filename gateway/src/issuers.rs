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
    Ok(IssuerConfig::new(profile(issuer)?, source(&issuer.source)).allow_http(issuer.allow_http))
}

fn profile(issuer: &Issuer) -> Result<Profile, String> {
    let known = |name: &String| {
        Algorithm::from_str(name).map_err(|_| format!("issuer `{}`: unknown algorithm `{name}`", issuer.name))
    };
    Ok(Profile {
        name: issuer.name.clone(),
        issuer: issuer.issuer.clone(),
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

fn source(source: &KeySource) -> witgate_keyring::KeySource {
    match source {
        KeySource::JwksUrl(url) => witgate_keyring::KeySource::JwksUrl(url.clone()),
        KeySource::JwksFile(path) => witgate_keyring::KeySource::JwksFile(path.clone()),
        KeySource::Discovery(url) => witgate_keyring::KeySource::Discovery(url.clone()),
    }
}
