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
use crate::routing::{Found, RouteTable, Weighed};

/// What was asked, and which routes were weighed.
pub fn routing(trace: &Trace, config: &Config, table: &RouteTable, admitted: &Admitted, parts: &Parts, peer: IpAddr) {
    let weighed = table.weigh(admitted.host(), &admitted.path, &parts.method, &parts.headers);
    let path = shown_path(table, admitted, parts);
    let name = |index: usize| config.routes[index].name.clone();
    trace.note(|record| {
        record.asked = Some(Asked {
            method: parts.method.to_string(),
            path,
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

/// The path without those of its parameters that are credentials.
fn shown_path(table: &RouteTable, admitted: &Admitted, parts: &Parts) -> String {
    let params = match table.find(admitted.host(), &admitted.path, &parts.method, &parts.headers) {
        Found::Route { params, .. } => params,
        _ => Vec::new(),
    };
    let attributes = params.iter().map(|(name, value)| (&**name, value.as_str()));
    secrecy::shown_path(admitted.path.as_str(), attributes)
}

/// Where it went (`path` as it may be shown), and whose it was said to be.
pub fn onward(trace: &Trace, upstream: &str, path: &str, headers: &HeaderMap, identity: &[(HeaderName, String)]) {
    trace.note(|record| {
        record.upstream = Some(upstream.to_owned());
        record.target = Some(path.to_owned());
        record.identity_headers = identity
            .iter()
            .filter_map(|(name, _)| Some((name, headers.get(name)?)))
            .map(|(name, value)| (name.to_string(), secrecy::shown(name.as_str(), value.as_bytes())))
            .collect();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_header_with_a_credential_is_hidden() {
        let trace = Trace::default();
        let mut headers = HeaderMap::new();
        headers.insert("x-identity-session", "s-123".parse().expect("a value"));
        headers.insert("x-identity-raw", "eyJh.eyJi.c2ln".parse().expect("a value"));
        headers.insert("x-identity-tenant", "acme".parse().expect("a value"));
        let identity = ["x-identity-session", "x-identity-raw", "x-identity-tenant"]
            .map(|name| (HeaderName::from_static(name), "claim".to_owned()));
        onward(&trace, "orders", "/", &headers, &identity);
        let shown: Vec<String> = trace.record().identity_headers.into_iter().map(|(_, value)| value).collect();
        assert_eq!(shown, ["(secret, 5 bytes)", "(secret, 14 bytes)", "acme"]);
    }
}
