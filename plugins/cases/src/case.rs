//! One case: the request, what the host knows, and what must be answered.
//!
//! Never a template: by the time it is a [`Case`] its matrix is spread.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::expect::Expect;
use crate::moment::Moment;
use crate::texts::Texts;
use crate::token::Token;

/// One case. Its JSON has the keys of cases.toml.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// its name, unique in a file
    pub name: String,
    /// the policy's config instead of the file's
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Value>,
    /// what is asked
    pub request: Request,
    /// claims that are verified already
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// for an authenticator: profile to issuer
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub issuers: BTreeMap<String, String>,
    /// for an authenticator: the token of the request
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// what a granted clock shows; 1970 where nobody says otherwise
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Moment>,
    /// where granted randomness starts; 0 where nobody says otherwise
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// values of granted variables
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// entries of the granted store
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub store: BTreeMap<String, String>,
    /// what granted outbound HTTP comes back with; any other URL is denied
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// for a filter: asks on-response
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// what must be answered
    pub expect: Expect,
}

/// The request of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// such as `GET`
    pub method: String,
    /// the canonical path
    pub path: String,
    /// the route's name
    #[serde(default = "route", skip_serializing_if = "is_usual_route")]
    pub route: String,
    /// host and port that the client asked for
    #[serde(default = "authority", skip_serializing_if = "is_usual_authority")]
    pub authority: String,
    /// the headers
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Texts>,
    /// the decoded query parameters
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// what earlier stages left, and parameters of the path
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// the peer's address
    #[serde(default = "peer", skip_serializing_if = "is_usual_peer")]
    pub peer: IpAddr,
}

/// The response that a filter is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// its status
    pub status: u16,
}

/// The route of a request that names none.
const ROUTE: &str = "test";
/// What the client asked for where the case does not say it.
const AUTHORITY: &str = "gateway.test";
/// Where the client is where the case does not say it (RFC 5737).
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

impl Request {
    /// A request with nothing but method and path.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            route: route(),
            authority: authority(),
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            attributes: BTreeMap::new(),
            peer: PEER,
        }
    }
}

impl Default for Request {
    fn default() -> Self {
        Self::new("GET", "/")
    }
}

fn route() -> String {
    ROUTE.to_owned()
}

fn authority() -> String {
    AUTHORITY.to_owned()
}

fn peer() -> IpAddr {
    PEER
}

fn is_usual_route(route: &str) -> bool {
    route == ROUTE
}

fn is_usual_authority(authority: &str) -> bool {
    authority == AUTHORITY
}

fn is_usual_peer(peer: &IpAddr) -> bool {
    *peer == PEER
}
