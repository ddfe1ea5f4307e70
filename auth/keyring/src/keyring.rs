//! The keys of every configured issuer, and the one way to verify a token with them.
//!
//! Never waits in `verify_now`, and never fetches for an issuer that is not configured.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;
use url::Url;
use witgate_token::{Profile, Revocation};

use crate::cache::{Cache, DEFAULT_CACHE_BYTES};
use crate::causes::with_causes;
use crate::checks;
use crate::config::{IssuerConfig, KeyringError, Timing};
use crate::credentials::Account;
use crate::fetch::Clients;
use crate::introspection::Introspection;
use crate::issuer::Issuer;
use crate::keys::{Keys, RefreshFault};
use crate::names::Names;
use crate::place::Place;
use crate::revocation::{Feed, RevocationList, RevokeError};
use crate::source::{Source, SourceFault};
use crate::watch::Watch;

/// All configured issuers with their keys. Clones share them: one count, since each request of each worker has a clone.
#[derive(Clone)]
pub struct Keyring(Arc<Shared>);

struct Shared {
    issuers: Arc<[Arc<Issuer>]>,
    /// Outlives a renewal: an entry says itself which issuer object it belongs to.
    cache: Arc<Cache>,
}

impl Keyring {
    /// Background refresh tasks and all fetches run on `runtime`. Reads JWKS files, but fetches nothing yet.
    ///
    /// # Errors
    /// Duplicate names or issuers, addresses that may not be used, unreadable JWKS files.
    pub fn new(issuers: Vec<IssuerConfig>, runtime: Handle) -> Result<Self, KeyringError> {
        Self::with_timing(issuers, runtime, &Timing::default())
    }

    /// As [`Keyring::new`], but what the configuration left as it was goes on for each issuer that `self` already has.
    ///
    /// Its keys and their refresh task, while the source, the allowances and the origins are the same; its feed of
    /// revocations, while the address, the allowances and the credentials are the same; what [`Keyring::revoke`] said, in any case.
    ///
    /// # Errors
    /// As [`Keyring::new`].
    pub fn renewed(&self, issuers: Vec<IssuerConfig>, runtime: &Handle) -> Result<Self, KeyringError> {
        refuse_duplicates(&issuers)?;
        let clients = Clients::new(&Names::System).map_err(KeyringError::Client)?;
        let timing = Timing::default();
        let made = issuers.into_iter().map(|config| match self.issuing(&config.profile.issuer) {
            Some(unchanged) if unchanged.is_of(&config) => Ok(Arc::clone(unchanged)),
            former => make_issuer(config, former.map(Arc::as_ref), &clients, &timing, runtime),
        });
        Ok(Self::of(made.collect::<Result<_, _>>()?, Arc::clone(&self.0.cache)))
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
        let made = issuers.into_iter().map(move |config| make_issuer(config, None, &client, timing, &runtime));
        let cache = Arc::new(Cache::new(DEFAULT_CACHE_BYTES));
        Ok(Self::of(made.collect::<Result<_, _>>()?, cache))
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
        self.named(profile).and_then(|issuer| issuer.keys.held()).map_or(0, |held| held.generation)
    }

    /// Refuses from now on what these revocations mean, besides what the issuer's feed says. Takes all or none.
    ///
    /// They are kept as long as some keyring has the issuer, and go on in one that is renewed. Each call copies the set: give many at once.
    ///
    /// # Errors
    /// `UnknownProfile`, or `Full` where there are too many.
    pub fn revoke(&self, profile: &str, revoked: impl IntoIterator<Item = Revocation>) -> Result<(), RevokeError> {
        self.named(profile).ok_or(RevokeError::UnknownProfile)?.revoked.say(profile, revoked)
    }

    /// Whether each issuer has a feed of revocations or introspection. Where one has neither, no token of it passes a
    /// request under [`Scrutiny::sensitive`](crate::Scrutiny::sensitive).
    pub fn tells_revocations(&self) -> bool {
        self.issuers().iter().all(|issuer| issuer.tells_revocations())
    }

    /// With a cache of verified tokens of this size instead of [`DEFAULT_CACHE_BYTES`]. With 0 each token is verified
    /// each time. The cache is an empty one.
    #[must_use]
    pub fn with_cache_bytes(self, bytes: usize) -> Self {
        Self::of(self.0.issuers.clone(), Arc::new(Cache::new(bytes)))
    }

    /// What the verified tokens may weigh together, in bytes.
    pub fn cache_bytes(&self) -> usize {
        self.cache().most_bytes()
    }

    fn of(issuers: Arc<[Arc<Issuer>]>, cache: Arc<Cache>) -> Self {
        Self(Arc::new(Shared { issuers, cache }))
    }

    pub(crate) fn issuers(&self) -> &[Arc<Issuer>] {
        &self.0.issuers
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.0.cache
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Issuer>> {
        self.issuers().iter().find(|issuer| issuer.profile.name == name)
    }

    pub(crate) fn issuing(&self, iss: &str) -> Option<&Arc<Issuer>> {
        self.issuers().iter().find(|issuer| *issuer.profile.issuer == *iss)
    }
}

fn refuse_duplicates(issuers: &[IssuerConfig]) -> Result<(), KeyringError> {
    for (index, one) in issuers.iter().enumerate() {
        for other in &issuers[..index] {
            if one.profile.name == other.profile.name {
                return Err(KeyringError::DuplicateName(one.profile.name.clone()));
            }
            if one.profile.issuer == other.profile.issuer {
                return Err(KeyringError::DuplicateIssuer(one.profile.issuer.to_string()));
            }
        }
    }
    Ok(())
}

/// One issuer, with what `former` leaves to it: the one that had the same `iss`.
fn make_issuer(
    config: IssuerConfig,
    former: Option<&Issuer>,
    clients: &Clients,
    timing: &Timing,
    runtime: &Handle,
) -> Result<Arc<Issuer>, KeyringError> {
    checks::judge(&config)?;
    let keys = match former.filter(|former| former.keys.are_of(&config)) {
        Some(former) => Arc::clone(&former.keys),
        None => make_keys(&config, clients, timing, runtime)?,
    };
    let kept_feed = former.and_then(|former| former.revoked.feed_of(&config));
    let kept_introspection = former.and_then(|former| former.introspection.clone()).filter(|kept| kept.is_of(&config));
    let made = Asked { config: &config, account: make_account(&config)?, clients, timing, runtime };
    let feed = kept_feed.or_else(|| made.feed());
    let introspection = kept_introspection.or_else(|| made.introspection());
    let said = former.map(|former| former.revoked.said()).unwrap_or_default();
    let revoked = RevocationList::new(feed, config.revocations_max_stale, said);
    Ok(Arc::new(Issuer::new(config.profile, keys, revoked, introspection)))
}

fn make_account(config: &IssuerConfig) -> Result<Option<Arc<Account>>, KeyringError> {
    let Some(credentials) = config.client_credentials.clone() else { return Ok(None) };
    let (profile, path) = (config.profile.name.clone(), credentials.secret_file.clone());
    let account = Account::open(credentials);
    let account = account.map_err(|fault| KeyringError::ClientSecret { profile, path, reason: with_causes(&fault) })?;
    Ok(Some(Arc::new(account)))
}

fn make_keys(
    config: &IssuerConfig,
    clients: &Clients,
    timing: &Timing,
    runtime: &Handle,
) -> Result<Arc<Keys>, KeyringError> {
    // The watch comes before the reading: no change between the two is lost.
    let watch = config.source.file().map(Watch::of);
    let allowances = config.allowances();
    let source = Source {
        place: config.source.clone(),
        issuer: config.profile.issuer.to_string(),
        allowances,
        key_origins: config.key_origins.clone(),
        client: clients.under(allowances),
    };
    let keys = Arc::new(Keys::new(&config.profile.name, source, timing.clone(), runtime.clone()));
    read_at_start(&keys, &config.profile.name)?;
    if let Some(watch) = watch {
        keys.follow(watch);
    }
    Ok(keys)
}

/// What an issuer is asked besides its keys.
struct Asked<'a> {
    config: &'a IssuerConfig,
    account: Option<Arc<Account>>,
    clients: &'a Clients,
    timing: &'a Timing,
    runtime: &'a Handle,
}

impl Asked<'_> {
    fn feed(&self) -> Option<Arc<Feed>> {
        let Some(address) = &self.config.revocations else {
            let profile = &self.config.profile.name;
            tracing::info!(%profile, "no feed of revocations is configured: tokens count until they expire");
            return None;
        };
        Some(Arc::new(Feed::new(self.place(address), self.timing.feed.clone(), self.runtime.clone())))
    }

    fn introspection(&self) -> Option<Arc<Introspection>> {
        let place = self.place(self.config.introspection.as_ref()?);
        Some(Arc::new(Introspection::new(place, self.timing.introspection_deadline, self.runtime.clone())))
    }

    fn place(&self, address: &Url) -> Place {
        let allowances = self.config.allowances();
        Place {
            profile: self.config.profile.name.clone(),
            address: address.clone(),
            allowances,
            client: self.clients.under(allowances),
            account: self.account.clone(),
        }
    }
}

fn read_at_start(keys: &Keys, profile: &str) -> Result<(), KeyringError> {
    let Some((path, Err(fault))) = keys.read_at_start() else { return Ok(()) };
    let (profile, path) = (profile.to_owned(), path.to_owned());
    Err(match fault {
        RefreshFault::Content(cause) => KeyringError::FileContent { profile, path, cause },
        RefreshFault::Source(SourceFault::File(cause)) => KeyringError::File { profile, path, cause },
        other => KeyringError::File { profile, path, cause: std::io::Error::other(other) },
    })
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.issuers().iter().map(|issuer| &issuer.profile.name).collect();
        f.debug_struct("Keyring").field("profiles", &names).finish_non_exhaustive()
    }
}
