//! The token of a case: one that is well formed, or one that nobody can read.
//!
//! Never a real one: nothing is signed, and the case says what a check would find.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::TokenFailure;

/// The leeway of a profile where the case does not say it, in seconds.
const LEEWAY_SECONDS: u64 = 30;

/// What is at the route's place for a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Token {
    /// header and claims can be read
    Signed(Signed),
    /// nothing can be read: every question about it fails with this
    Unreadable(TokenFailure),
}

/// A token whose form is good.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// the JOSE header
    pub header: Map<String, Value>,
    /// the payload, unverified until the policy verifies it
    pub claims: Map<String, Value>,
    /// the clock that a maximum age is measured by, in Unix seconds
    pub now: u64,
    /// the profile's `leeway-seconds`; 30 where nobody says otherwise
    pub leeway: u64,
    /// what only keys, clocks and feeds could find wrong
    pub fails: Option<TokenFailure>,
}

impl Default for Signed {
    fn default() -> Self {
        Self { header: Map::new(), claims: Map::new(), now: 0, leeway: LEEWAY_SECONDS, fails: None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leeway: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<TokenFailure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<TokenFailure>,
}

impl TryFrom<Written> for Token {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written { header: None, claims: None, now: None, leeway: None, fails: None, unreadable: Some(failure) } => {
                Ok(Self::Unreadable(failure))
            }
            Written { header: Some(header), claims: Some(claims), now, leeway, fails, unreadable: None } => {
                let (now, leeway) = (now.unwrap_or_default(), leeway.unwrap_or(LEEWAY_SECONDS));
                Ok(Self::Signed(Signed { header, claims, now, leeway, fails }))
            }
            _ => Err("a token has `header` and `claims`, or `unreadable` alone".to_owned()),
        }
    }
}

impl From<Token> for Written {
    fn from(token: Token) -> Self {
        let nothing = Self { header: None, claims: None, now: None, leeway: None, fails: None, unreadable: None };
        match token {
            Token::Unreadable(failure) => Self { unreadable: Some(failure), ..nothing },
            Token::Signed(signed) => Self {
                header: Some(signed.header),
                claims: Some(signed.claims),
                now: (signed.now != 0).then_some(signed.now),
                leeway: (signed.leeway != LEEWAY_SECONDS).then_some(signed.leeway),
                fails: signed.fails,
                ..nothing
            },
        }
    }
}
