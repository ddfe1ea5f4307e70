//! What the gateway itself did with a traced request, for its record.
//!
//! Never called for a request that is not traced.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::admission::Admitted;
use crate::config::Config;
use crate::policy::secrecy;
use crate::policy::trace::{Asked, Candidate, Trace};
use crate::routing::{RouteTable, Weighed};

/// What was asked, and which routes were weighed.
pub fn routing(trace: &Trace, config: &Config, table: &RouteTable, admitted: &Admitted, parts: &Parts, peer: IpAddr) {
    let weighed = table.weigh(&admitted.host, &admitted.path, &parts.method, &parts.headers);
    let name = |index: usize| config.routes[index].name.clone();
    trace.note(|record| {
        record.asked = Some(Asked {
            method: parts.method.to_string(),
            path: admitted.path.as_str().to_owned(),
            authority: admitted.authority.clone(),
            peer: peer.to_canonical().to_string(),
        });
        record.route = weighed.iter().find(|(_, verdict)| *verdict == Weighed::Chosen).map(|(index, _)| name(*index));
        record.candidates = weighed
            .iter()
            .map(|(index, verdict)| Candidate { route: name(*index), verdict: verdict.words().to_owned() })
            .collect();
    });
}

/// Where it went, and whose it was said to be.
pub fn onward(trace: &Trace, upstream: &str, path: &str, headers: &HeaderMap, identity: &[(HeaderName, String)]) {
    trace.note(|record| {
        record.upstream = Some(upstream.to_owned());
        record.target = Some(path.to_owned());
        record.identity_headers = identity
            .iter()
            .filter_map(|(name, _)| Some((name, headers.get(name)?)))
            .map(|(name, value)| (name.to_string(), secrecy::clipped(value.as_bytes())))
            .collect();
    });
}
