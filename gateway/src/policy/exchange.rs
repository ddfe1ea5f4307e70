//! The facts of one request as policies may read them, moved into an instance for the length of a call.
//!
//! Never holds the body, and never a key: `jwt.verify` asks the keyring, which lives in the host.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use serde_json::Value;
use witgate_keyring::Scrutiny;
use witgate_token::Claims;

use super::bearer::Foreseen;
use super::query;
use super::tokens::Tokens;
use super::trace::Trace;
use super::transcript::Transcript;
use crate::observe::request_id::RequestId;

/// The id between two requests.
const NOBODYS: RequestId = RequestId::made_up("");

/// One request on its way through its route's policies.
pub struct Exchange {
    /// the request's method
    pub method: Method,
    /// the one canonical path that routing, policies and the upstream all see
    pub path: Arc<str>,
    /// the name of the matched route in gateway.toml
    pub route: Arc<str>,
    /// the request's headers, after admission stripped what no client may set
    pub headers: HeaderMap,
    /// the raw query, without the question mark
    pub query: Option<String>,
    /// host and port as routing saw them
    pub authority: String,
    /// the peer's address
    pub peer: IpAddr,
    /// what earlier stages left for later ones
    pub attributes: Attributes,
    /// the verified claims; only `jwt.verify` sets them
    pub claims: Option<Claims>,
    /// why the host last found the token bad, precisely; the guest learns the class only
    pub token_refusal: Option<&'static str>,
    /// where tokens are verified
    pub tokens: Tokens,
    /// how sure the route must be that a token is not revoked; the host brings the issuer's word into it
    pub scrutiny: Scrutiny,
    /// when it is asked, in Unix seconds, where that is not now: only for a made-up request
    pub at: Option<u64>,
    /// for the guest's log lines
    pub request_id: RequestId,
    /// whether this request is recorded
    pub recorded: bool,
    /// where every read and decision is recorded, for a request that is traced
    pub trace: Option<Trace>,
    /// what the last policy call cost; only measured where this is set before the call, since clocks are system calls
    pub cost: Option<CallCost>,
    /// what the host notes for itself during a call
    pub notes: Notes,
}

/// What the host notes for itself during one call, whose answer may be kept.
#[derive(Default)]
pub struct Notes {
    /// what the call asks and is told; in a box, since it is rarely there
    pub(super) transcript: Option<Box<Transcript>>,
    /// a verification that was made on the way to the call
    pub(super) foreseen: Option<Foreseen>,
}

/// What one policy call cost.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct CallCost {
    /// thread CPU time, the host's answers included
    pub cpu: Duration,
    /// linear memory the instance holds after the call, in bytes
    pub memory_bytes: usize,
}

impl Exchange {
    /// What an instance holds between calls: nothing of anybody's request.
    pub fn vacant() -> Self {
        Self {
            method: Method::GET,
            path: Arc::default(),
            route: Arc::default(),
            headers: HeaderMap::new(),
            query: None,
            authority: String::new(),
            peer: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            attributes: Attributes::default(),
            claims: None,
            token_refusal: None,
            tokens: Tokens::Nowhere,
            scrutiny: Scrutiny::sensitive(),
            at: None,
            request_id: NOBODYS,
            cost: None,
            recorded: false,
            trace: None,
            notes: Notes::default(),
        }
    }

    /// A copy of everything a policy may read, for a candidate that is asked the same question.
    pub(super) fn facts(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: Arc::clone(&self.path),
            route: Arc::clone(&self.route),
            headers: self.headers.clone(),
            query: self.query.clone(),
            authority: self.authority.clone(),
            peer: self.peer,
            attributes: self.attributes.clone(),
            claims: self.claims.clone(),
            token_refusal: None,
            tokens: self.tokens.keyring().cloned().map_or(Tokens::Nowhere, Tokens::Keyring),
            scrutiny: self.scrutiny.clone(),
            at: self.at,
            request_id: self.request_id.clone(),
            recorded: false,
            trace: None,
            cost: None,
            notes: Notes::default(),
        }
    }
}

impl Exchange {
    /// The first value of a parameter of the query, decoded.
    pub(super) fn query_param(&self, name: &str) -> Option<String> {
        query::parameter(self.query.as_deref()?, name)
    }

    /// Whether it is a request like any other, on which nobody looks: then an equal one may be answered without asking.
    pub(super) fn is_plain(&self) -> bool {
        self.trace.is_none() && self.cost.is_none() && self.at.is_none() && self.tokens.keyring().is_some()
    }
}

/// What a policy may read of the claims: of a verified token, or of a rehearsal's case.
impl Exchange {
    pub(super) fn claim(&self, name: &str) -> Option<&Value> {
        let verified = self.claims.as_ref().and_then(|claims| claims.get(name));
        verified.or_else(|| self.tokens.rehearsed().and_then(|case| case.claim(name)))
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.claims.as_ref().is_some_and(|claims| claims.has_scope(scope))
            || self.tokens.rehearsed().is_some_and(|case| case.has_scope(scope))
    }

    /// Before a verification: what an earlier one found must not outlive it.
    pub(super) fn forget_claims(&mut self) {
        self.claims = None;
        self.token_refusal = None;
        if let Some(case) = self.tokens.rehearsed_mut() {
            case.forget();
        }
    }
}

/// Named facts, few enough that a list is faster than a map. A later value replaces an earlier one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Attributes(Vec<(Arc<str>, String)>);

impl Attributes {
    /// How many attributes a request may gather.
    pub const MOST: usize = 64;
    /// The longest name and value together, in bytes.
    pub const MOST_BYTES: usize = 8 * 1024;

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.as_str())
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, value.as_str()))
    }

    /// Sets a value; false when that would pass a bound.
    #[must_use]
    pub fn set(&mut self, name: Arc<str>, value: String) -> bool {
        if name.len() + value.len() > Self::MOST_BYTES {
            return false;
        }
        if let Some(entry) = self.0.iter_mut().find(|(known, _)| *known == name) {
            entry.1 = value;
            return true;
        }
        let room = self.0.len() < Self::MOST;
        if room {
            self.0.push((name, value));
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_replace_and_are_bounded() {
        let mut attributes = Attributes::default();
        assert!(attributes.set("tenant".into(), "acme".into()));
        assert!(attributes.set("tenant".into(), "globex".into()));
        assert_eq!(attributes.get("tenant"), Some("globex"));
        for n in 1..Attributes::MOST {
            assert!(attributes.set(format!("a{n}").into(), String::new()));
        }
        assert!(!attributes.set("one-more".into(), String::new()));
        assert!(!attributes.set("tenant".into(), "x".repeat(Attributes::MOST_BYTES)));
        assert_eq!(attributes.get("tenant"), Some("globex"));
    }
}
