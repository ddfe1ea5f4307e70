//! What grants are made of: the runtime, the stores and the HTTP clients of the process.
//!
//! Never makes anything that an entry of gateway.toml did not ask for.

use std::sync::Arc;

use thiserror::Error;
use tokio::runtime::Handle;

use super::clients::Clients;
use super::granted::Granted;
use super::outbound::Outbound;
use super::secrets::{self, SecretFault};
use super::stores::Stores;
use crate::config::{self, HttpGrant};

/// Why a plugin cannot be given what its entry says.
#[derive(Debug, Error)]
pub enum GrantError {
    /// a secret that its config names
    #[error(transparent)]
    Secret(#[from] SecretFault),
    /// a variable that was there when gateway.toml was read
    #[error("the gateway's environment has no `{0}` any more")]
    Environment(String),
    /// TLS cannot start here
    #[error("outbound HTTP cannot start: {0}")]
    Http(String),
}

/// See the module.
pub struct Resources {
    runtime: Handle,
    stores: Stores,
    clients: Clients,
}

impl Resources {
    /// Connections of outbound calls run on `runtime`.
    pub fn new(runtime: Handle) -> Self {
        Self { runtime, stores: Stores::default(), clients: Clients::default() }
    }

    /// Makes what one plugin is granted. Blocks: secrets are read.
    pub(in crate::policy) fn granted(&self, entry: &config::Plugin) -> Result<Granted, GrantError> {
        let environment = entry.grants.environment.iter().map(|name| variable(name)).collect::<Result<_, _>>()?;
        Ok(Granted { environment, ..self.apart_from_the_machine(entry)? })
    }

    /// As [`Resources::granted`], but no variable of this machine is read: a stage has those of its case.
    pub(in crate::policy) fn apart_from_the_machine(&self, entry: &config::Plugin) -> Result<Granted, GrantError> {
        let (config_json, hidden) = secrets::reveal(&entry.config_json, &entry.secrets)?;
        let grants = &entry.grants;
        let outbound = grants.http.as_ref().map(|http| self.outbound(&entry.name, http)).transpose()?;
        Ok(Granted {
            clock: grants.clock,
            random: grants.random,
            environment: Vec::new(),
            store: grants.store.as_ref().map(|store| self.stores.granted(store)),
            outbound: outbound.map(Arc::new),
            config_json,
            hidden: Arc::new(hidden),
        })
    }

    fn outbound(&self, plugin: &str, grant: &HttpGrant) -> Result<Outbound, GrantError> {
        let client = self.clients.under(grant.allow_private).map_err(|error| GrantError::Http(error.to_string()))?;
        Ok(Outbound::new(plugin, grant, client, self.runtime.clone()))
    }
}

fn variable(name: &str) -> Result<(String, String), GrantError> {
    let value = std::env::var(name).map_err(|_| GrantError::Environment(name.to_owned()))?;
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Grants, HostPort, StoreGrant};
    use crate::policy::bindings::outbound::{Error, Request};
    use std::path::Path;
    use std::time::{Duration, Instant};

    fn entry() -> config::Plugin {
        let text =
            "[[listeners]]\naddress = \"127.0.0.1:0\"\n[plugins.one]\nworld = \"authorizer\"\nfile = \"Cargo.toml\"\n";
        let mut config =
            config::parse(Path::new("gateway.toml"), text.to_owned()).unwrap_or_else(|faults| panic!("{faults:?}"));
        let http = HttpGrant {
            hosts: vec![HostPort { host: "127.0.0.1".into(), port: 1 }],
            deadline: Duration::from_secs(20),
            body_bytes: 10,
            allow_private: false,
            allow_http: false,
        };
        let store = StoreGrant { name: "s".into(), entries: 5, bytes: 4096, ttl: Duration::from_secs(60) };
        let mut entry = config.plugins.remove(0);
        entry.grants = Grants { store: Some(store), http: Some(http), ..Grants::default() };
        entry
    }

    async fn sent(granted: &Granted) -> Option<Error> {
        let request =
            Request { method: "GET".into(), url: "http://127.0.0.1:1/".into(), headers: Vec::new(), body: Vec::new() };
        granted.outbound.as_ref().expect("granted").send(request).await.err()
    }

    #[tokio::test]
    async fn what_is_tried_apart_is_seen_nowhere() {
        let (resources, entry) = (Resources::new(Handle::current()), entry());
        let tried = config::Plugin { grants: entry.grants.apart("tried"), ..entry.clone() };
        let (real, apart) = (resources.granted(&entry).expect("granted"), resources.granted(&tried).expect("granted"));
        assert_eq!(sent(&real).await, Some(Error::Unreachable));
        assert_eq!(sent(&apart).await, Some(Error::Denied));
        let now = Instant::now();
        apart.store.as_ref().expect("granted").set("k", Vec::new(), None, now).expect("set");
        assert_eq!(real.store.as_ref().expect("granted").get("k", now), None);
    }
}
