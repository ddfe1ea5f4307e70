//! Where a JWKS document comes from: an address, a file, or an issuer's discovery document.
//!
//! Never judges a key: it brings bytes, and how long they count as fresh.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::config::KeySource;
use crate::fetch::{self, FetchFault, Fetched};

/// Why no document came. For the operator's log only.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceFault {
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    #[error("cannot read the file")]
    File(#[from] std::io::Error),
    #[error("the file is longer than 524288 bytes")]
    FileTooLarge,
    #[error("the discovery document is no JSON object with 'issuer' and 'jwks_uri'")]
    DiscoveryContent,
    #[error("the discovery document names another issuer")]
    DiscoveryIssuer,
    #[error("the discovery document of an https issuer names a jwks_uri that is not https")]
    DiscoveryDowngrade,
}

/// How to get the document of one issuer.
pub(crate) struct Source {
    pub place: KeySource,
    pub issuer: String,
    pub allow_http: bool,
    pub client: reqwest::Client,
}

/// A document, not parsed yet.
pub(crate) struct Obtained {
    pub document: Vec<u8>,
    /// What the server said about freshness. A file says nothing.
    pub max_age: Option<Duration>,
}

impl Source {
    /// Gets the document. The caller sets the deadline.
    pub async fn obtain(&self) -> Result<Obtained, SourceFault> {
        match &self.place {
            KeySource::JwksUrl(address) => Ok(self.get(address).await?.into()),
            KeySource::JwksFile(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
                let document = read.map_err(std::io::Error::other)??;
                Ok(Obtained { document, max_age: None })
            }
            KeySource::Discovery(issuer) => Ok(self.discover(issuer).await?.into()),
        }
    }

    async fn get(&self, address: &Url) -> Result<Fetched, FetchFault> {
        fetch::get(&self.client, address, self.allow_http).await
    }

    /// OpenID Connect Discovery 1.0 section 4, and where it gives nothing RFC 8414 section 3.
    async fn discover(&self, issuer: &Url) -> Result<Fetched, SourceFault> {
        let document = match self.get(&openid_address(issuer)).await {
            Ok(document) => document,
            Err(FetchFault::Status(_)) => self.get(&oauth_address(issuer)).await?,
            Err(fault) => return Err(fault.into()),
        };
        let metadata: Metadata = serde_json::from_slice(&document.body).map_err(|_| SourceFault::DiscoveryContent)?;
        if metadata.issuer != self.issuer {
            return Err(SourceFault::DiscoveryIssuer);
        }
        let keys = key_address(issuer, &metadata.jwks_uri)?;
        Ok(self.get(&keys).await?)
    }
}

impl From<Fetched> for Obtained {
    fn from(fetched: Fetched) -> Self {
        Self { document: fetched.body, max_age: fetched.max_age }
    }
}

/// The two members that matter. serde refuses a second one of the same name.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Where the keys are, as the discovery document says. The same guards as for any address come on top.
fn key_address(issuer: &Url, jwks_uri: &str) -> Result<Url, SourceFault> {
    let keys: Url = jwks_uri.parse().map_err(|_| SourceFault::DiscoveryContent)?;
    if issuer.scheme() == "https" && keys.scheme() != "https" {
        return Err(SourceFault::DiscoveryDowngrade);
    }
    Ok(keys)
}

/// Reads a JWKS file, and no more than a JWKS may have.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, SourceFault> {
    use std::io::Read as _;
    let mut document = Vec::new();
    let limit = fetch::MAX_BODY_BYTES as u64 + 1;
    std::fs::File::open(path)?.take(limit).read_to_end(&mut document)?;
    if document.len() > fetch::MAX_BODY_BYTES {
        return Err(SourceFault::FileTooLarge);
    }
    Ok(document)
}

/// Appended to the issuer's path.
fn openid_address(issuer: &Url) -> Url {
    let mut address = issuer.clone();
    address.set_path(&format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/')));
    address
}

/// Inserted before the issuer's path.
fn oauth_address(issuer: &Url) -> Url {
    let mut address = issuer.clone();
    address.set_path(&format!("/.well-known/oauth-authorization-server{}", issuer.path().trim_end_matches('/')));
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_addresses_follow_their_specifications() {
        for (issuer, openid, oauth) in [
            (
                "https://id.example.com",
                "https://id.example.com/.well-known/openid-configuration",
                "https://id.example.com/.well-known/oauth-authorization-server",
            ),
            (
                "https://id.example.com/realms/a/",
                "https://id.example.com/realms/a/.well-known/openid-configuration",
                "https://id.example.com/.well-known/oauth-authorization-server/realms/a",
            ),
        ] {
            let issuer: Url = issuer.parse().expect("a URL");
            assert_eq!(openid_address(&issuer).as_str(), openid);
            assert_eq!(oauth_address(&issuer).as_str(), oauth);
        }
    }

    #[test]
    fn an_https_issuer_keeps_its_keys_on_https() {
        let (secure, plain) = ("https://id.example.com", "http://127.0.0.1:9000");
        let judged = |issuer: &str, keys: &str| key_address(&issuer.parse().expect("a URL"), keys);
        assert!(judged(secure, "https://keys.example.com/k").is_ok());
        assert!(judged(plain, "http://127.0.0.1:9000/k").is_ok());
        assert!(matches!(judged(secure, "http://127.0.0.1/k"), Err(SourceFault::DiscoveryDowngrade)));
        assert!(matches!(judged(secure, "/k"), Err(SourceFault::DiscoveryContent)));
    }
}
