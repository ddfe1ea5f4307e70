//! The keys of every configured issuer, and the one way to verify a token with them.
//!
//! Never waits in `verify_now`, and never fetches for an issuer that is not configured.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;
use witgate_token::{Profile, Revocation};

use crate::cache::{Cache, DEFAULT_CACHE_BYTES};
use crate::config::{IssuerConfig, KeySource, KeyringError, Timing};
use crate::fetch;
use crate::guard::{self, AddressFault};
use crate::issuer::Issuer;
use crate::revocation::{Feed, RevocationList, RevocationReport, RevokeError};
use crate::source::{self, Source, SourceFault};

/// All configured issuers with their keys. Clones share them.
#[derive(Clone)]
pub struct Keyring {
    pub(crate) issuers: Arc<[Arc<Issuer>]>,
    /// Outlives a renewal: an entry says itself which issuer object it belongs to.
    pub(crate) cache: Arc<Cache>,
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
        let client = fetch::client().map_err(KeyringError::Client)?;
        let timing = Timing::default();
        let made = issuers.into_iter().map(|config| match self.issuers.iter().find(|issuer| issuer.is_of(&config)) {
            Some(unchanged) => Ok(Arc::clone(unchanged)),
            None => make_issuer(config, &client, &timing, runtime),
        });
        Ok(Self { issuers: made.collect::<Result<_, _>>()?, cache: Arc::clone(&self.cache) })
    }

    /// As [`Keyring::new`], with other times than the defaults.
    ///
    /// # Errors
    /// As [`Keyring::new`].
    pub fn with_timing(issuers: Vec<IssuerConfig>, runtime: Handle, timing: &Timing) -> Result<Self, KeyringError> {
        refuse_duplicates(&issuers)?;
        let client = fetch::client().map_err(KeyringError::Client)?;
        let made = issuers.into_iter().map(move |config| make_issuer(config, &client, timing, &runtime));
        let cache = Arc::new(Cache::new(DEFAULT_CACHE_BYTES));
        Ok(Self { issuers: made.collect::<Result<_, _>>()?, cache })
    }

    /// The profile of this name.
    pub fn profile_named(&self, name: &str) -> Option<&Profile> {
        self.named(name).map(|issuer| &issuer.profile)
    }

    /// The profile whose issuer is exactly this string.
    pub fn profile_for_issuer(&self, iss: &str) -> Option<&Profile> {
        self.issuing(iss).map(|issuer| &issuer.profile)
    }

    /// The number of the profile's key set: 0 before the first, then one more with each change.
    pub fn generation(&self, profile: &str) -> u64 {
        self.named(profile).and_then(|issuer| issuer.held()).map_or(0, |held| held.generation)
    }

    /// Refuses from now on what these revocations mean, besides what the issuer's feed says. Takes all or none.
    ///
    /// They are kept as long as the issuer's configuration stays the same. Each call copies the set: give many at once.
    ///
    /// # Errors
    /// `UnknownProfile`, or `Full` where there are too many.
    pub fn revoke(&self, profile: &str, revoked: impl IntoIterator<Item = Revocation>) -> Result<(), RevokeError> {
        self.named(profile).ok_or(RevokeError::UnknownProfile)?.revoked.say(revoked)
    }

    /// How the revocations of each issuer stand.
    pub fn revocation_reports(&self) -> Vec<RevocationReport> {
        self.issuers.iter().map(|issuer| issuer.revoked.report(&issuer.profile.name)).collect()
    }

    /// With a cache of verified tokens of this size instead of [`DEFAULT_CACHE_BYTES`]. With 0 each token is verified
    /// each time.
    #[must_use]
    pub fn with_cache_bytes(self, bytes: usize) -> Self {
        Self { cache: Arc::new(Cache::new(bytes)), ..self }
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Issuer>> {
        self.issuers.iter().find(|issuer| issuer.profile.name == name)
    }

    pub(crate) fn issuing(&self, iss: &str) -> Option<&Arc<Issuer>> {
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
    client: &reqwest::Client,
    timing: &Timing,
    runtime: &Handle,
) -> Result<Arc<Issuer>, KeyringError> {
    judge_address(&config)?;
    let revoked = revocations(&config, client, timing, runtime)?;
    let IssuerConfig { profile, source: place, allow_http, .. } = config;
    let file = if let KeySource::JwksFile(path) = &place { Some(path.clone()) } else { None };
    let source = Source { place, issuer: profile.issuer.clone(), allow_http, client: client.clone() };
    let issuer = Issuer::new(profile, source, revoked, timing.clone(), runtime.clone());
    if let Some(path) = file {
        read_at_start(&issuer, path)?;
    }
    Ok(Arc::new(issuer))
}

fn revocations(
    config: &IssuerConfig,
    client: &reqwest::Client,
    timing: &Timing,
    runtime: &Handle,
) -> Result<RevocationList, KeyringError> {
    let name = &config.profile.name;
    let Some(address) = &config.revocations else {
        tracing::info!(profile = %name, "no feed of revocations is configured: tokens count until they expire");
        return Ok(RevocationList::new(None));
    };
    guard::judge(address, config.allow_http).map_err(|_| KeyringError::RevocationsAddress { profile: name.clone() })?;
    let (address, client, timing) = (address.clone(), client.clone(), timing.feed.clone());
    Ok(RevocationList::new(Some(Feed::new(name, address, config.allow_http, client, timing, runtime.clone()))))
}

fn judge_address(config: &IssuerConfig) -> Result<(), KeyringError> {
    let (KeySource::JwksUrl(address) | KeySource::Discovery(address)) = &config.source else { return Ok(()) };
    let profile = config.profile.name.clone();
    guard::judge(address, config.allow_http).map_err(|fault| match fault {
        AddressFault::Shape => KeyringError::Address { profile },
        AddressFault::PlainHttp => {
            KeyringError::PlainHttp { profile, host: address.host_str().unwrap_or_default().to_owned() }
        }
    })
}

fn read_at_start(issuer: &Issuer, path: std::path::PathBuf) -> Result<(), KeyringError> {
    let profile = issuer.profile.name.clone();
    let document = match source::read_file(&path) {
        Ok(document) => document,
        Err(SourceFault::File(cause)) => return Err(KeyringError::File { profile, path, cause }),
        Err(other) => return Err(KeyringError::File { profile, path, cause: std::io::Error::other(other) }),
    };
    issuer.accept(document).map_err(|cause| KeyringError::FileContent { profile, path, cause })
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.issuers.iter().map(|issuer| &issuer.profile.name).collect();
        f.debug_struct("Keyring").field("profiles", &names).finish_non_exhaustive()
    }
}
