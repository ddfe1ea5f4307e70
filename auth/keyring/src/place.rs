//! An address of an issuer that is asked as a client of its own: its feed, its introspection.
//!
//! Never sends the client's secret elsewhere than to this one address, and never asks twice but for a changed secret.

use std::sync::Arc;

use http::header::{AUTHORIZATION, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::config::IssuerConfig;
use crate::credentials::{Account, CredentialFault};
use crate::fetch::{self, Answer, FetchFault};
use crate::guard::Allowances;

/// Where something is, and as whom it is asked.
pub(crate) struct Place {
    pub profile: String,
    pub address: Url,
    pub allowances: Allowances,
    pub client: reqwest::Client,
    pub account: Option<Arc<Account>>,
}

/// Why nothing came. For the operator's log only.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceFault {
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    #[error("the client's secret was refused and cannot be read again")]
    Credential(#[from] CredentialFault),
}

impl Place {
    /// Whether it is this address under the name, allowances and credentials of this configuration.
    pub fn is_of(&self, address: Option<&Url>, config: &IssuerConfig) -> bool {
        let same_account = match (&self.account, &config.client_credentials) {
            (Some(account), Some(credentials)) => account.is_of(credentials),
            (None, None) => true,
            _ => false,
        };
        let same_place = address == Some(&self.address) && self.allowances == config.allowances();
        same_place && same_account && self.profile == config.profile.name
    }

    /// Fetches at most `most` bytes unless they are those of `etag`. `query`: more pairs than the address has. The caller
    /// sets the deadline.
    pub async fn get(
        &self,
        query: &[(&str, String)],
        etag: Option<&HeaderValue>,
        most: usize,
    ) -> Result<Answer, PlaceFault> {
        let mut address = self.address.clone();
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        let get = async |authorization: Option<Arc<HeaderValue>>| {
            let named = [(IF_NONE_MATCH, etag), (AUTHORIZATION, authorization.as_deref())];
            let headers: HeaderMap =
                named.into_iter().filter_map(|(name, value)| Some((name, value?.clone()))).collect();
            fetch::get_if_changed(&self.client, &address, self.allowances, &headers, most).await
        };
        match get(self.authorization()).await {
            Err(FetchFault::Status(401)) if self.has_other_secret().await? => Ok(get(self.authorization()).await?),
            other => Ok(other?),
        }
    }

    /// Posts a form and takes at most `most` bytes. The caller sets the deadline.
    pub async fn post(&self, form: &str, most: usize) -> Result<Vec<u8>, PlaceFault> {
        let post = async |authorization: Option<Arc<HeaderValue>>| {
            let form = (form.to_owned(), most);
            fetch::post_form(&self.client, &self.address, self.allowances, authorization.as_deref(), form).await
        };
        match post(self.authorization()).await {
            Err(FetchFault::Status(401)) if self.has_other_secret().await? => Ok(post(self.authorization()).await?),
            other => Ok(other?),
        }
    }

    fn authorization(&self) -> Option<Arc<HeaderValue>> {
        self.account.as_ref().map(|account| account.authorization())
    }

    /// A secret that the server refuses may be an old one: the file tells.
    async fn has_other_secret(&self) -> Result<bool, CredentialFault> {
        match &self.account {
            Some(account) => account.read_again().await,
            None => Ok(false),
        }
    }
}
