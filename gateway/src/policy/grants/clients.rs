//! The HTTP clients of all plugins: one that reaches private networks and one that does not. Made when first needed.
//!
//! Never follows a redirect, never keeps a cookie, and never takes a proxy from the environment.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use witgate_keyring::{Names, guarded};

/// Connections that are kept open to one host and port.
const IDLE_CONNECTIONS: usize = 8;
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Names that are looked up at once for all plugins: the feeds and key sets of issuers need threads of the same pool.
const LOOK_UPS: usize = 8;

/// See the module.
pub(super) struct Clients {
    names: Names,
    public: OnceLock<reqwest::Client>,
    private: OnceLock<reqwest::Client>,
}

impl Default for Clients {
    fn default() -> Self {
        let names = Names::Bounded(Arc::new(Semaphore::new(LOOK_UPS)));
        Self { names, public: OnceLock::new(), private: OnceLock::new() }
    }
}

impl Clients {
    /// Clients that ask these names, for tests.
    #[cfg(test)]
    pub(super) fn knowing(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// The client under these allowances.
    pub(super) fn under(&self, allow_private: bool) -> Result<reqwest::Client, reqwest::Error> {
        let place = if allow_private { &self.private } else { &self.public };
        if let Some(client) = place.get() {
            return Ok(client.clone());
        }
        let made = guarded(reqwest::Client::builder(), self.names.clone(), allow_private)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("witgate/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(place.get_or_init(|| made).clone())
    }
}
