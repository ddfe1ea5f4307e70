//! From the issuers of gateway.toml to a keyring.
//!
//! Never fetches anything: the keyring does, when a token names a key.

use std::str::FromStr;

use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, Keyring};
use witgate_token::{Algorithm, Profile, Typing};

use crate::config::{Config, Faults, Issuer, KeySource, Typ};

/// The keyring of a configuration; its fetches run on `runtime`, and issuers unchanged since `previous` keep their keys.
///
/// # Errors
/// What the keyring refuses, as a fault of the file.
pub fn keyring(config: &Config, runtime: &Handle, previous: Option<&Keyring>) -> Result<Keyring, Faults> {
    let refused = |message: String| {
        let mut faults = Faults::new(&config.source);
        faults.push_whole(message, "correct the [issuers] tables");
        faults
    };
    let issuers: Result<Vec<IssuerConfig>, String> = config.issuers.iter().map(issuer).collect();
    let issuers = issuers.map_err(refused)?;
    let made = match previous {
        Some(previous) => previous.renewed(issuers, runtime),
        None => Keyring::new(issuers, runtime.clone()),
    };
    made.map_err(|error| refused(error.to_string()))
}

fn issuer(issuer: &Issuer) -> Result<IssuerConfig, String> {
    Ok(IssuerConfig { profile: profile(issuer)?, source: source(&issuer.source), allow_http: issuer.allow_http })
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
