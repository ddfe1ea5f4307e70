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
        let address = &address;
        let get = |authorization: Option<Arc<HeaderValue>>| async move {
            let named = [(IF_NONE_MATCH, etag), (AUTHORIZATION, authorization.as_deref())];
            let headers: HeaderMap =
                named.into_iter().filter_map(|(name, value)| Some((name, value?.clone()))).collect();
            fetch::get_if_changed(&self.client, address, self.allowances, &headers, most).await
        };
        self.ask(get).await
    }

    /// Posts a form and takes at most `most` bytes. The caller sets the deadline.
    pub async fn post(&self, form: &str, most: usize) -> Result<Vec<u8>, PlaceFault> {
        let post = |authorization: Option<Arc<HeaderValue>>| async move {
            let form = (form.to_owned(), most);
            fetch::post_form(&self.client, &self.address, self.allowances, authorization.as_deref(), form).await
        };
        self.ask(post).await
    }

    /// Sends it with the secret. One that the server refuses may be an old one: where the file has another by now, once
    /// more with that.
    async fn ask<T, F>(&self, send: impl Fn(Option<Arc<HeaderValue>>) -> F) -> Result<T, PlaceFault>
    where
        F: Future<Output = Result<T, FetchFault>>,
    {
        let sent = self.account.as_ref().map(|account| account.authorization());
        let answer = send(sent.clone()).await;
        let (Err(FetchFault::Status(401)), Some(account), Some(refused)) = (&answer, &self.account, sent) else {
            return Ok(answer?);
        };
        match account.read_again(&refused).await? {
            Some(other) => Ok(send(Some(other)).await?),
            None => Ok(answer?),
        }
    }
}
