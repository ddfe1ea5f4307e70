//! What a `[plugins.NAME.grants]` table means: what a plugin may use beyond the imports of its world.
//!
//! Never holds a value of the environment: only names.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What one plugin may use beyond its world; by default nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    /// The time, and the time that passes.
    pub clock: bool,
    /// Randomness for secrets.
    pub random: bool,
    /// The variables of the gateway's environment that it sees. They were set when the file was read.
    pub environment: Vec<String>,
    /// A store of keys and values.
    pub store: Option<StoreGrant>,
    /// HTTP to some hosts.
    pub http: Option<HttpGrant>,
}

/// A store by its name. Every plugin that names it says the same of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoreGrant {
    /// `[a-z0-9-]{1,64}`.
    pub name: String,
    /// Most entries.
    pub entries: usize,
    /// Most memory of keys and values with what they need around them, in bytes.
    pub bytes: usize,
    /// How long an entry lives, at most and where the plugin does not say.
    pub ttl: Duration,
}

/// Where a plugin may send HTTP requests to, and how large and slow they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpGrant {
    /// At least one.
    pub hosts: Vec<HostPort>,
    /// From the call to the whole answer.
    pub deadline: Duration,
    /// Largest body in either direction, in bytes.
    pub body_bytes: usize,
    /// Whether names may lead to private networks and to this machine.
    pub allow_private: bool,
    /// Whether plain http may be used to a host that is not loopback.
    pub allow_http: bool,
}

/// A host as a URL has it (lower case, punycode, addresses in one spelling), and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    pub host: String,
    /// 443 where it was not written.
    pub port: u16,
}

impl Grants {
    /// The same interfaces for one whose deeds must not count: HTTP without a host, and an empty store that is never given
    /// out again: its name begins with this one and has a number that no other store of the process has.
    #[must_use]
    pub fn apart(&self, store_name: &str) -> Self {
        static STORES: AtomicU64 = AtomicU64::new(0);
        let name = || format!("{store_name}.{}", STORES.fetch_add(1, Ordering::Relaxed));
        let store = |store: &StoreGrant| StoreGrant { name: name(), ..store.clone() };
        let http = |http: &HttpGrant| HttpGrant { hosts: Vec::new(), ..http.clone() };
        Self { store: self.store.as_ref().map(store), http: self.http.as_ref().map(http), ..self.clone() }
    }

    /// One phrase for each thing that is granted, for operators and for comparing.
    pub fn phrases(&self) -> Vec<String> {
        let flag = |granted: bool, word: &str| granted.then(|| word.to_owned());
        let mut phrases: Vec<String> =
            [flag(self.clock, "clock"), flag(self.random, "random")].into_iter().flatten().collect();
        phrases.extend(self.environment.iter().map(|name| format!("environment {name}")));
        phrases.extend(self.store.iter().map(|store| format!("store {}", store.name)));
        phrases.extend(self.http.iter().flat_map(HttpGrant::phrases));
        phrases
    }
}

impl HttpGrant {
    fn phrases(&self) -> Vec<String> {
        let mut phrases: Vec<String> = self.hosts.iter().map(|host| format!("http {host}")).collect();
        phrases.extend(self.allow_private.then(|| "http to private networks".to_owned()));
        phrases.extend(self.allow_http.then(|| "http in plain text".to_owned()));
        phrases
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
