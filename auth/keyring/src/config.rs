//! What the operator says about an issuer: its profile and where its keys are.
//!
//! Never holds a secret: key sets are public.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;
use witgate_token::{KeySetError, Profile};

/// One issuer whose tokens are accepted.
#[derive(Debug, Clone)]
pub struct IssuerConfig {
    /// How its tokens must look.
    pub profile: Profile,
    /// Where its public keys are.
    pub source: KeySource,
    /// Allow http to an address that is not loopback. Loopback http is always allowed.
    pub allow_http: bool,
    /// Where its revocations are: the document that README.md describes. Nothing: revocation by feed is off.
    pub revocations: Option<Url>,
}

/// Where an issuer's public keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A JWKS document at this address (RFC 7517 section 5).
    JwksUrl(Url),
    /// A JWKS document in this file: read at start, then read again about every 10 seconds once it is in use.
    JwksFile(PathBuf),
    /// The issuer's address: OpenID Connect Discovery 1.0, then RFC 8414. The document must name the exact issuer.
    Discovery(Url),
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
    /// A caller waits at most this for a fetch.
    pub wait_deadline: Duration,
    /// Shortest time a key set is taken for fresh, whatever the server says.
    pub min_fresh: Duration,
    /// Longest time a key set is taken for fresh, whatever the server says.
    pub max_fresh: Duration,
    /// How long a key set is taken for fresh where the server says nothing.
    pub default_fresh: Duration,
    /// How often a key set in a file is read again.
    pub file_check: Duration,
    /// When revocations are fetched.
    pub feed: FeedTiming,
}

/// When a feed of revocations is fetched, and how long its word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTiming {
    /// Pause between two polls, unless the server asks for a longer one.
    pub poll: Duration,
    /// Longest pause that the server's `max-age` can ask for.
    pub max_poll: Duration,
    /// One fetch takes at most this, and a caller waits at most this for the first one.
    pub deadline: Duration,
    /// How long a snapshot counts when no later one can be had. Then no token of the issuer passes.
    pub max_stale: Duration,
}

impl Default for FeedTiming {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(2),
            max_poll: Duration::from_secs(15),
            deadline: Duration::from_secs(5),
            max_stale: Duration::from_secs(60),
        }
    }
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
    /// A revocations address that may not be asked.
    #[error(
        "the revocations address of profile '{profile}' must be https, or http to a loopback address or with \
         allow-http = true, with a host and without credentials"
    )]
    RevocationsAddress {
        /// The profile's name.
        profile: String,
    },
    /// The JWKS file cannot be read.
    #[error("cannot read the key set file '{}' of profile '{profile}': {cause}", path.display())]
    File {
        /// The profile's name.
        profile: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The JWKS file is no JWKS document.
    #[error("the key set file '{}' of profile '{profile}' is no usable key set: {cause}", path.display())]
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

/// Why a document is no usable key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// The document as a whole.
    #[error(transparent)]
    Document(#[from] KeySetError),
    /// Not one key in it can be used.
    #[error("the document holds no usable key")]
    NoUsableKey,
}
