//! What granted outbound HTTP comes back with, for one URL.
//!
//! Never sent anywhere: any URL that no answer names is denied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::texts::Texts;

/// The answer for exactly one URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Answer {
    /// the whole URL, as the policy writes it
    pub url: String,
    /// what comes back
    pub result: Result<Replied, OutboundFailure>,
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// the status; 200 where the case does not say it
    pub status: u16,
    /// its headers
    pub headers: BTreeMap<String, Texts>,
    /// its body
    pub body: String,
}

impl Replied {
    /// Each header line, its name in lower case, as a policy is given them.
    pub fn header_lines(&self) -> Vec<(String, Vec<u8>)> {
        let lines = self.headers.iter().flat_map(|(name, texts)| texts.0.iter().map(move |text| (name, text)));
        lines.map(|(name, text)| (name.to_ascii_lowercase(), text.as_bytes().to_vec())).collect()
    }
}

/// Why there is no response, in the words of `outbound.error` in wit/grants.wit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutboundFailure {
    /// no such method, URL or header
    Invalid,
    /// a host that is not granted
    Denied,
    /// larger than granted
    TooLarge,
    /// no answer in time
    Timeout,
    /// no connection
    Unreachable,
    /// too many calls at once
    Busy,
    /// a connection that broke
    Broken,
}

/// The status where the case does not say it.
const STATUS: u16 = 200;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Texts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<OutboundFailure>,
}

impl TryFrom<Written> for Answer {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { url, status, headers, body, fails } = written;
        let result = match fails {
            None => Ok(Replied { status: status.unwrap_or(STATUS), headers, body: body.unwrap_or_default() }),
            Some(failure) if status.is_none() && headers.is_empty() && body.is_none() => Err(failure),
            Some(_) => return Err("an answer that fails has no status, headers or body".to_owned()),
        };
        Ok(Self { url, result })
    }
}

impl From<Answer> for Written {
    fn from(Answer { url, result }: Answer) -> Self {
        match result {
            Ok(Replied { status, headers, body }) => {
                Self { url, status: Some(status), headers, body: Some(body), fails: None }
            }
            Err(failure) => Self { url, status: None, headers: BTreeMap::new(), body: None, fails: Some(failure) },
        }
    }
}
