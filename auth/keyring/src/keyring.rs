//! The keys of every configured issuer, and the one way to verify a token with them.
//!
//! Never waits in `verify_now`, and never fetches for an issuer that is not configured.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;
use witgate_token::{Claims, Demands, KeySet, Profile, Refusal, peek, unverified_issuer, verify};

use crate::checks;
use crate::config::{IssuerConfig, KeyringError, Timing};
use crate::fetch::Clients;
use crate::issuer::{Issuer, RefreshFault};
use crate::names::Names;
use crate::source::{Source, SourceFault};
use crate::watch::Watch;

/// All configured issuers with their keys. Clones share them.
#[derive(Clone)]
pub struct Keyring {
    pub(crate) issuers: Arc<[Arc<Issuer>]>,
}

impl Keyring {
    /// Background refresh tasks and all fetches run on `runtime`. Reads JWKS files, but fetches nothing yet.
    ///
    /// # Errors
    /// Duplicate names or issuers, addresses that may not be used, unreadable JWKS files.
    pub fn new(issuers: Vec<IssuerConfig>, runtime: Handle) -> Result<Self, KeyringError> {
        Self::with_timing(issuers, runtime, &Timing::default())
    }

    /// As [`Keyring::new`], but an issuer that `self` already has, unchanged, keeps its keys and its refresh task.
    ///
    /// # Errors
    /// As [`Keyring::new`].
    pub fn renewed(&self, issuers: Vec<IssuerConfig>, runtime: &Handle) -> Result<Self, KeyringError> {
        refuse_duplicates(&issuers)?;
        let client = Clients::new(&Names::System).map_err(KeyringError::Client)?;
        let timing = Timing::default();
        let made = issuers.into_iter().map(|config| match self.issuers.iter().find(|issuer| issuer.is_of(&config)) {
            Some(unchanged) => Ok(Arc::clone(unchanged)),
            None => make_issuer(config, &client, &timing, runtime),
        });
        Ok(Self { issuers: made.collect::<Result<_, _>>()? })
    }

    /// As [`Keyring::new`], with other times than the defaults.
    ///
    /// # Errors
    /// As [`Keyring::new`].
    pub fn with_timing(issuers: Vec<IssuerConfig>, runtime: Handle, timing: &Timing) -> Result<Self, KeyringError> {
        Self::with_names(issuers, runtime, timing, &Names::System)
    }

    /// As [`Keyring::with_timing`], with another way from host names to addresses than the system's. For tests.
    ///
    /// # Errors
    /// As [`Keyring::new`].
    pub fn with_names(
        issuers: Vec<IssuerConfig>,
        runtime: Handle,
        timing: &Timing,
        names: &Names,
    ) -> Result<Self, KeyringError> {
        refuse_duplicates(&issuers)?;
        let client = Clients::new(names).map_err(KeyringError::Client)?;
        let made = issuers.into_iter().map(move |config| make_issuer(config, &client, timing, &runtime));
        Ok(Self { issuers: made.collect::<Result<_, _>>()? })
    }

    /// The profile of this name.
    pub fn profile_named(&self, name: &str) -> Option<&Profile> {
        self.named(name).map(|issuer| &issuer.profile)
    }

    /// The profile whose issuer is exactly this string.
    pub fn profile_for_issuer(&self, iss: &str) -> Option<&Profile> {
        self.issuing(iss).map(|issuer| &issuer.profile)
    }

    /// What may wait: makes sure that the key this token names is there if it can be had.
    ///
    /// Waits at most 5 seconds. Never fails: `verify_now` tells.
    pub async fn prepare(&self, token: &str) {
        let Ok(header) = peek(token) else { return };
        let Some(issuer) = unverified_issuer(token).and_then(|iss| self.issuing(&iss)) else { return };
        // A token that will be refused for its algorithm must not cause a fetch.
        if header.alg.parse().is_ok_and(|algorithm| issuer.profile.algorithms.contains(&algorithm)) {
            issuer.ensure(header.kid.as_deref()).await;
        }
    }

    /// Verifies with the keys that are there. Never waits.
    ///
    /// # Errors
    /// `KeysUnavailable` when no key set was ever obtained; otherwise as [`witgate_token::verify`].
    pub fn verify_now(&self, profile: &str, token: &str, demands: &Demands, now_unix: u64) -> Result<Claims, Refusal> {
        let issuer = self.named(profile).ok_or(Refusal::UnknownProfile)?;
        let Some(held) = issuer.held() else {
            // Without keys a malformed or disallowed token is still the caller's fault; the rest nobody can tell.
            let verdict = verify(token, &issuer.profile, demands, &KeySet::default(), now_unix);
            return verdict.map_err(|refusal| match refusal {
                Refusal::UnknownKey => Refusal::KeysUnavailable,
                other => other,
            });
        };
        verify(token, &issuer.profile, demands, &held.keys, now_unix)
    }

    /// The number of the profile's key set: 0 before the first, then one more with each change.
    pub fn generation(&self, profile: &str) -> u64 {
        self.named(profile).and_then(|issuer| issuer.held()).map_or(0, |held| held.generation)
    }

    /// Prepares, chooses the profile by the token's issuer and verifies by the system's clock. For services.
    ///
    /// # Errors
    /// `UnknownIssuer` when no profile has the token's issuer; otherwise as `verify_now`.
    pub async fn authenticate(&self, token: &str) -> Result<Claims, Refusal> {
        peek(token)?;
        let iss = unverified_issuer(token).ok_or(Refusal::UnknownIssuer)?;
        let issuer = self.issuing(&iss).ok_or(Refusal::UnknownIssuer)?;
        self.prepare(token).await;
        self.verify_now(&issuer.profile.name, token, &Demands::default(), now_unix())
    }

    fn named(&self, name: &str) -> Option<&Arc<Issuer>> {
        self.issuers.iter().find(|issuer| issuer.profile.name == name)
    }

    fn issuing(&self, iss: &str) -> Option<&Arc<Issuer>> {
        self.issuers.iter().find(|issuer| issuer.profile.issuer == iss)
    }
}

fn refuse_duplicates(issuers: &[IssuerConfig]) -> Result<(), KeyringError> {
    for (index, one) in issuers.iter().enumerate() {
        for other in &issuers[..index] {
            if one.profile.name == other.profile.name {
                return Err(KeyringError::DuplicateName(one.profile.name.clone()));
            }
            if one.profile.issuer == other.profile.issuer {
                return Err(KeyringError::DuplicateIssuer(one.profile.issuer.clone()));
            }
        }
    }
    Ok(())
}

fn make_issuer(
    config: IssuerConfig,
    clients: &Clients,
    timing: &Timing,
    runtime: &Handle,
) -> Result<Arc<Issuer>, KeyringError> {
    checks::judge(&config)?;
    // The watch comes before the reading: no change between the two is lost.
    let watch = config.source.file().map(Watch::of);
    let allowances = config.allowances();
    let IssuerConfig { profile, source: place, key_origins, .. } = config;
    let client = clients.under(allowances);
    let source = Source { place, issuer: profile.issuer.clone(), allowances, key_origins, client };
    let issuer = Arc::new(Issuer::new(profile, source, timing.clone(), runtime.clone()));
    read_at_start(&issuer)?;
    if let Some(watch) = watch {
        issuer.follow(watch);
    }
    Ok(issuer)
}

fn read_at_start(issuer: &Issuer) -> Result<(), KeyringError> {
    let Some((path, Err(fault))) = issuer.read_at_start() else { return Ok(()) };
    let (profile, path) = (issuer.profile.name.clone(), path.to_owned());
    Err(match fault {
        RefreshFault::Content(cause) => KeyringError::FileContent { profile, path, cause },
        RefreshFault::Source(SourceFault::File(cause)) => KeyringError::File { profile, path, cause },
        other => KeyringError::File { profile, path, cause: std::io::Error::other(other) },
    })
}

/// A clock before 1970 reads as 0: every token is then from the future, which fails closed.
fn now_unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.issuers.iter().map(|issuer| &issuer.profile.name).collect();
        f.debug_struct("Keyring").field("profiles", &names).finish_non_exhaustive()
    }
}
