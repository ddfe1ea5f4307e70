//! What a gateway.toml means: every name resolved, every default filled in, every limit in its unit.
//!
//! Never holds a half-checked value: a `Config` exists only when the file had no fault. Never prints plugin config,
//! which may hold secrets.

use super::loading::Loading;
use super::operations::{ShowGeneration, TakeoverSocket};
use super::pattern::{HostPattern, PathPattern};
use super::plugin::Plugin;
use super::recording::Recording;
use super::secret::Secret;
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Method};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use witgate_keyring::{ClientCredentials, DEFAULT_CACHE_BYTES, Origin};
use witgate_settings::fault::{Source, Span};
use witgate_wire::TrustedProxies;

/// A whole gateway.toml, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from, as given by the caller.
    pub path: PathBuf,
    /// The text, for faults that are found later (plugin loading).
    pub source: Arc<Source>,
    /// Worker threads, 1..=1024.
    pub threads: usize,
    /// Lower-case prefix of the header names that only the gateway may set, such as `x-identity-`.
    pub identity_prefix: String,
    /// Whose word counts about where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// When an answer names its generation.
    pub show_generation: ShowGeneration,
    /// Where a new process can take over, if anywhere.
    pub takeover_socket: Option<TakeoverSocket>,
    /// Where requests are accepted; at least one.
    pub listeners: Vec<SocketAddr>,
    /// Where the admin console listens, if anywhere.
    pub admin: Option<SocketAddr>,
    /// Whether the admin console may be asked from elsewhere, by any name.
    pub is_admin_exposed: bool,
    /// Whose debug headers count, if anybody's.
    pub debug_key: Option<DebugKey>,
    /// Limits on connections and requests.
    pub limits: Limits,
    /// The issuers whose tokens may be verified, in the order written.
    pub issuers: Vec<Issuer>,
    /// The upstreams, in the order written.
    pub upstreams: Vec<Upstream>,
    /// Where values are that plugins get without this file holding them.
    pub secrets: Vec<Secret>,
    /// How components are compiled and kept.
    pub loading: Loading,
    /// How requests are recorded, if they are.
    pub recording: Option<Recording>,
    /// The plugins, in the order written.
    pub plugins: Vec<Plugin>,
    /// The routes, in the order written; the order has no meaning.
    pub routes: Vec<Route>,
}

/// The public key of an operator who may trace live requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugKey {
    /// A PEM file, joined to the folder of gateway.toml.
    pub file: PathBuf,
    /// Where it was written.
    pub span: Span,
}

/// Limits on connections and requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest request head, in bytes.
    pub header_bytes: usize,
    /// Most header fields in one request.
    pub headers: usize,
    /// Largest request body, in bytes.
    pub body_bytes: u64,
    /// A request head must be complete within this time.
    pub header_timeout: Duration,
    /// A request must be answered within this time.
    pub request_timeout: Duration,
    /// An idle keep-alive connection is closed after this time.
    pub idle_timeout: Duration,
    /// Most connections open at once, over all listeners.
    pub connections: usize,
    /// Memory for tokens that verified, in bytes; with 0 each is verified each time.
    pub token_cache_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            header_bytes: 32 << 10,
            headers: 100,
            body_bytes: 16 << 20,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(75),
            connections: 10_000,
            token_cache_bytes: DEFAULT_CACHE_BYTES,
        }
    }
}

/// An issuer of tokens; its name is the profile name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The name after `issuers.`.
    pub name: String,
    /// The exact `iss` string.
    pub issuer: String,
    /// A token must name one of these.
    pub audiences: Vec<String>,
    /// JOSE names of the allowed algorithms.
    pub algorithms: Vec<String>,
    /// Whether only `at+jwt` is accepted, or plain JWTs too.
    pub typ: Typ,
    /// Clock leeway, in seconds, 0..=300.
    pub leeway_seconds: u64,
    /// Longest accepted `exp - iat`, in seconds.
    pub max_lifetime_seconds: u64,
    /// Where the keys come from.
    pub source: KeySource,
    /// Whether plain http may be used to a host that is not loopback.
    pub allow_http: bool,
    /// Whether the keys may be in a private network.
    pub allow_private: bool,
    /// Where a discovery document may place the keys, beside the issuer's own origin.
    pub key_origins: Vec<Origin>,
    /// Where its revocations are; without it there is no feed of them.
    pub revocations: Option<Url>,
    /// How long the feed's last word counts, where the operator says it.
    pub revocations_max_stale: Option<Duration>,
    /// Where it says of one token whether it is active (RFC 7662).
    pub introspection: Option<Url>,
    /// Who the gateway is there and at the feed. The file is joined to the folder of gateway.toml.
    pub client: Option<ClientCredentials>,
    /// Where its name stands, for faults of its keys that are found later.
    pub span: Span,
}

/// What `typ` a token must carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typ {
    /// RFC 9068: `at+jwt` only.
    AccessToken,
    /// Also `JWT` or none.
    JwtCompatible,
}

impl Typ {
    /// Both, in the words of gateway.toml.
    pub const WORDS: [(&'static str, Typ); 2] = [("at+jwt", Typ::AccessToken), ("jwt-compatible", Typ::JwtCompatible)];
}

/// Where an issuer's keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A JWKS document.
    JwksUrl(Url),
    /// A JWKS file. The files of all sources are joined to the folder of gateway.toml.
    JwksFile(PathBuf),
    /// The issuer's own metadata document.
    Discovery(Url),
    /// One public key, for the issuer's one algorithm.
    PemFile(PathBuf),
    /// The secret of the issuer's one HMAC.
    SecretFile(PathBuf),
}

impl KeySource {
    /// The file, where the keys are in one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::JwksFile(path) | Self::PemFile(path) | Self::SecretFile(path) => Some(path),
            Self::JwksUrl(_) | Self::Discovery(_) => None,
        }
    }
}

/// A service behind the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The name after `upstreams.`.
    pub name: Arc<str>,
    /// Host and port; plain http.
    pub authority: Authority,
    /// Time to open a connection.
    pub connect_timeout: Duration,
    /// Time from the request sent to the response head.
    pub response_timeout: Duration,
}

/// One route: which requests, which policies, which upstreams.
#[derive(Debug, Clone)]
pub struct Route {
    /// Unique, `[a-z0-9-]{1,64}`.
    pub name: String,
    /// Which hosts; `None` is any.
    pub host: Option<HostPattern>,
    /// Which paths.
    pub path: PathPattern,
    /// Which methods; `None` is any.
    pub methods: Option<Vec<Method>>,
    /// Headers that must be there exactly once, with exactly this value.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Indexes into `Config::plugins`, in the order they run.
    pub policies: Vec<usize>,
    /// Index into `Config::upstreams`: the default.
    pub upstream: usize,
    /// Every upstream a router may choose, the default first. No duplicates.
    pub choices: Vec<usize>,
    /// Header to set, and the claim name or RFC 6901 pointer it comes from.
    pub identity_headers: Vec<(HeaderName, String)>,
    /// Whether anonymous callers are let in.
    pub public: bool,
    /// Whether a token needs a young word of its issuer: of the feed, or of introspection.
    pub sensitive: bool,
    /// The value of `name`.
    pub span: Span,
}
