//! Where keys come from: an address, a file, or an issuer's discovery document.
//!
//! Never judges a key: it brings bytes, and how long they count as fresh.

mod discovery;
mod file;
mod content;

pub(crate) use content::keys;

use std::path::Path;
use std::time::Duration;

use url::Url;
use zeroize::Zeroizing;

use crate::config::KeySource;
use crate::fetch::{self, FetchFault, Fetched};
use crate::guard::Allowances;
use crate::origin::Origin;

/// Why no document came. For the operator's log only.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceFault {
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    #[error("cannot read the file")]
    File(#[from] std::io::Error),
    #[error("it is no file")]
    NoFile,
    #[error("the file is longer than {0} bytes")]
    FileTooLarge(usize),
    #[error("the discovery document is no JSON object with 'issuer' and 'jwks_uri'")]
    DiscoveryContent,
    #[error("the discovery document names another issuer")]
    DiscoveryIssuer,
    #[error("the discovery document of an https issuer names a jwks_uri that is not https")]
    DiscoveryDowngrade,
    #[error("the discovery document names a jwks_uri on another origin; if that is meant, list \"{0}\" in key-origins")]
    DiscoveryOrigin(String),
}

/// How to get the document of one issuer.
pub(crate) struct Source {
    pub place: KeySource,
    pub issuer: String,
    pub allowances: Allowances,
    pub key_origins: Vec<Origin>,
    pub client: reqwest::Client,
}

/// A document, not parsed yet. It may be a secret.
pub(crate) struct Obtained {
    pub document: Zeroizing<Vec<u8>>,
    /// What the server said about freshness. A file says nothing.
    pub max_age: Option<Duration>,
    /// Whether it is a secret in a file that its owner's group or everybody may read.
    pub is_open_to_others: bool,
}

impl Source {
    /// Gets the document. The caller sets the deadline.
    pub async fn obtain(&self) -> Result<Obtained, SourceFault> {
        match &self.place {
            KeySource::JwksUrl(address) => Ok(self.get(address).await?.into()),
            KeySource::Discovery(issuer) => Ok(self.discover(issuer).await?.into()),
            KeySource::JwksFile(path) | KeySource::PemFile { path, .. } | KeySource::SecretFile { path, .. } => {
                let (place, path) = (self.place.clone(), path.clone());
                let read = tokio::task::spawn_blocking(move || file::read(&place, &path)).await;
                read.map_err(std::io::Error::other)?
            }
        }
    }

    /// Reads the source's file. Blocks.
    pub fn read(&self, path: &Path) -> Result<Obtained, SourceFault> {
        file::read(&self.place, path)
    }

    async fn get(&self, address: &Url) -> Result<Fetched, FetchFault> {
        fetch::get(&self.client, address, self.allowances).await
    }

    /// OpenID Connect Discovery 1.0 section 4, and where it gives nothing RFC 8414 section 3.
    async fn discover(&self, issuer: &Url) -> Result<Fetched, SourceFault> {
        let document = match self.get(&discovery::openid_address(issuer)).await {
            Err(first @ (FetchFault::Status(_) | FetchFault::RedirectElsewhere(_))) => {
                let second = self.get(&discovery::oauth_address(issuer)).await;
                second.map_err(|second| if let FetchFault::Status(_) = second { first } else { second })?
            }
            other => other?,
        };
        let keys = discovery::key_address(&document.body, &self.issuer, issuer, &self.key_origins)?;
        Ok(self.get(&keys).await?)
    }
}

impl From<Fetched> for Obtained {
    fn from(fetched: Fetched) -> Self {
        let document = Zeroizing::new(fetched.body);
        Self { document, max_age: fetched.max_age, is_open_to_others: false }
    }
}
