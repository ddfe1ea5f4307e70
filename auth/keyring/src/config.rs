//! What the operator says about an issuer: its profile and where its keys are.
//!
//! Never holds a key or a secret: only the place of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;
use witgate_token::{Algorithm, KeyFault, KeySetError, Profile};

use crate::credentials::ClientCredentials;
use crate::feed_timing::FeedTiming;
use crate::guard::{AddressFault, Allowances};
use crate::origin::Origin;

/// One issuer whose tokens are accepted. Made by [`IssuerConfig::new`], strict; then loosened where the operator says so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuerConfig {
    /// How its tokens must look.
    pub profile: Profile,
    /// Where its keys are.
    pub source: KeySource,
    /// Allow http to an address that is not loopback. Loopback http is always allowed.
    pub allow_http: bool,
    /// Allow addresses of private networks, and names that lead to them or to this machine.
    pub allow_private: bool,
    /// Where a discovery document may say that the keys are, beside the issuer's own origin.
    pub key_origins: Vec<Origin>,
    /// Where its revocations are: the document that README.md describes. Nothing: there is no feed.
    pub revocations: Option<Url>,
    /// How long the feed's last word counts. Nothing: as [`FeedTiming::max_stale`] says.
    pub revocations_max_stale: Option<Duration>,
    /// Where it says of one token whether it is active (RFC 7662).
    pub introspection: Option<Url>,
    /// Who we are there, and at the feed. Sent to these two addresses only.
    pub client_credentials: Option<ClientCredentials>,
}

impl IssuerConfig {
    /// With nothing allowed beyond https to the public internet and anything to a loopback address.
    pub fn new(profile: Profile, source: KeySource) -> Self {
        Self {
            profile,
            source,
            allow_http: false,
            allow_private: false,
            key_origins: Vec::new(),
            revocations: None,
            revocations_max_stale: None,
            introspection: None,
            client_credentials: None,
        }
    }

    /// Says whether http to an address that is not loopback is allowed.
    #[must_use]
    pub fn allow_http(self, allow_http: bool) -> Self {
        Self { allow_http, ..self }
    }

    /// Says whether private networks are allowed.
    #[must_use]
    pub fn allow_private(self, allow_private: bool) -> Self {
        Self { allow_private, ..self }
    }

    /// Says on which origins a discovery document may place the keys, beside the issuer's own.
    #[must_use]
    pub fn key_origins(self, key_origins: Vec<Origin>) -> Self {
        Self { key_origins, ..self }
    }

    /// Says where the issuer's revocations are. The allowances count for that address, too.
    #[must_use]
    pub fn revocations(self, revocations: Option<Url>) -> Self {
        Self { revocations, ..self }
    }

    /// Says how long the feed's last word counts.
    #[must_use]
    pub fn revocations_max_stale(self, revocations_max_stale: Option<Duration>) -> Self {
        Self { revocations_max_stale, ..self }
    }

    /// Says where the issuer tells of one token whether it is active. The allowances count for that address, too.
    #[must_use]
    pub fn introspection(self, introspection: Option<Url>) -> Self {
        Self { introspection, ..self }
    }

    /// Says who we are to the issuer: for its feed and its introspection.
    #[must_use]
    pub fn client_credentials(self, client_credentials: Option<ClientCredentials>) -> Self {
        Self { client_credentials, ..self }
    }

    pub(crate) fn allowances(&self) -> Allowances {
        Allowances { http: self.allow_http, private: self.allow_private }
    }
}

/// Where an issuer's keys are. Files are read at start, watched, and read again every 10 seconds in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A JWKS document at this address (RFC 7517 section 5).
    JwksUrl(Url),
    /// A JWKS document in this file.
    JwksFile(PathBuf),
    /// The issuer's address: OpenID Connect Discovery 1.0, then RFC 8414. The document must name the exact issuer.
    Discovery(Url),
    /// One public key in a PEM file (RFC 7468 section 13).
    PemFile {
        /// The file.
        path: PathBuf,
        /// The one algorithm of the key, and of the profile.
        algorithm: Algorithm,
        /// The `kid` of the key. Without one it answers to any.
        kid: Option<String>,
    },
    /// The secret of an HMAC in a file: its bytes without one newline at the end, or `base64:` and their base64.
    SecretFile {
        /// The file.
        path: PathBuf,
        /// The one algorithm of the secret, and of the profile.
        algorithm: Algorithm,
    },
}

impl KeySource {
    /// The file, where the keys are in one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::JwksFile(path) | Self::PemFile { path, .. } | Self::SecretFile { path, .. } => Some(path),
            Self::JwksUrl(_) | Self::Discovery(_) => None,
        }
    }
}

/// When keys are fetched, and how long anybody waits. The defaults fit production; tests shorten them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// Least time between two starts of a fetch for one issuer, whether or not the first one failed.
    pub cooldown: Duration,
    /// The same while no key set was ever obtained, so that a late issuer is found soon.
    pub first_cooldown: Duration,
    /// One fetch takes at most this, discovery included.
    pub fetch_deadline: Duration,
    /// A caller waits at most this for a fetch of keys and the first one of revocations together.
    pub wait_deadline: Duration,
    /// Shortest time a key set is taken for fresh, whatever the server says.
    pub min_fresh: Duration,
    /// Longest time a key set is taken for fresh, whatever the server says.
    pub max_fresh: Duration,
    /// How long a key set is taken for fresh where the server says nothing.
    pub default_fresh: Duration,
    /// How often a file is read again where no event said that it changed.
    pub file_check: Duration,
    /// The issuer's word on one token takes at most this.
    pub introspection_deadline: Duration,
    /// When revocations are fetched.
    pub feed: FeedTiming,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            cooldown: Duration::from_secs(10),
            first_cooldown: Duration::from_secs(1),
            fetch_deadline: Duration::from_secs(5),
            wait_deadline: Duration::from_secs(5),
            min_fresh: Duration::from_secs(60),
            max_fresh: Duration::from_secs(3600),
            default_fresh: Duration::from_secs(600),
            file_check: Duration::from_secs(10),
            introspection_deadline: Duration::from_secs(2),
            feed: FeedTiming::default(),
        }
    }
}

/// Why a keyring cannot be made of a configuration.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// Two profiles have one name.
    #[error("two issuer profiles are named '{0}'; give each its own name")]
    DuplicateName(String),
    /// Two profiles have one issuer, so a token would not tell which one is meant.
    #[error("two issuer profiles are for the issuer '{0}'; keep one and list all its audiences there")]
    DuplicateIssuer(String),
    /// http to an address that is not loopback.
    #[error(
        "the keys of profile '{profile}' would come over plain http from '{host}'; use https, or set allow-http = true"
    )]
    PlainHttp {
        /// The profile's name.
        profile: String,
        /// The host in the address.
        host: String,
    },
    /// An address that is neither http nor https, or that carries credentials.
    #[error("the key address of profile '{profile}' must be http or https, with a host and without credentials")]
    Address {
        /// The profile's name.
        profile: String,
    },
    /// An address of a private network.
    #[error(
        "the keys of profile '{profile}' would come from '{host}', which is in a private network; if that is meant, set allow-private = true"
    )]
    Private {
        /// The profile's name.
        profile: String,
        /// The host in the address.
        host: String,
    },
    /// An address that serves no keys, whatever is allowed.
    #[error(
        "the keys of profile '{profile}' cannot come from '{host}': it is unspecified, multicast, reserved, or a cloud's metadata service"
    )]
    Never {
        /// The profile's name.
        profile: String,
        /// The host in the address.
        host: String,
    },
    /// An address of revocations that may not be asked.
    #[error("the revocations of profile '{profile}' cannot come from there: {cause}")]
    Revocations {
        /// The profile's name.
        profile: String,
        /// What is wrong with the address.
        cause: AddressFault,
    },
    /// An address of introspection that may not be asked.
    #[error("the introspection of profile '{profile}' cannot be there: {cause}")]
    Introspection {
        /// The profile's name.
        profile: String,
        /// What is wrong with the address.
        cause: AddressFault,
    },
    /// The client's secret cannot be read.
    #[error("cannot use the client secret in '{}' of profile '{profile}': {reason}", path.display())]
    ClientSecret {
        /// The profile's name.
        profile: String,
        /// The file.
        path: PathBuf,
        /// Why, with all causes. Nothing of the file.
        reason: String,
    },
    /// An HMAC without a secret of its own: with any other source, whoever knows a public key could sign.
    #[error("profile '{profile}' allows {algorithm}, which counts only with a secret file and alone")]
    Symmetric {
        /// The profile's name.
        profile: String,
        /// The algorithm that is not allowed here.
        algorithm: Algorithm,
    },
    /// A secret that is to serve something else than exactly its one HMAC.
    #[error(
        "the secret of profile '{profile}' serves one of HS256, HS384 and HS512, and the profile must allow that one and nothing else"
    )]
    SecretAlgorithm {
        /// The profile's name.
        profile: String,
    },
    /// A PEM file has one key, and one key has one algorithm.
    #[error(
        "the PEM file of profile '{profile}' is one key for one algorithm, and the profile must allow that one and nothing else"
    )]
    PemAlgorithm {
        /// The profile's name.
        profile: String,
    },
    /// The key file cannot be read.
    #[error("cannot read the key file '{}' of profile '{profile}': {cause}", path.display())]
    File {
        /// The profile's name.
        profile: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The key file holds no usable key.
    #[error("the key file '{}' of profile '{profile}' cannot be used: {cause}", path.display())]
    FileContent {
        /// The profile's name.
        profile: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: KeySetFault,
    },
    /// The HTTP client cannot be made.
    #[error("cannot set up the HTTP client for key sets: {0}")]
    Client(#[source] reqwest::Error),
}

/// Why a document is no usable key set. Never a part of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// The document as a whole.
    #[error(transparent)]
    Document(#[from] KeySetError),
    /// Not one key in it can be used.
    #[error("the document holds no usable key")]
    NoUsableKey,
    /// Not one key in it can be used, the first for this reason.
    #[error("the document holds no usable key; the first was left out: {0}")]
    AllLeftOut(KeyFault),
    /// The one key or secret in a file.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// What follows `base64:` in a secret file.
    #[error("what follows 'base64:' is no base64 with its padding")]
    Base64,
}
