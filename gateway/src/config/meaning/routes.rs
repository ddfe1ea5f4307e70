//! The routes: names resolved, conditions parsed, identity headers checked.
//!
//! Never relates one route to another beyond their names: that is the overlap's part.

use super::names::{self, Known};
use super::{conditions, policies};
use crate::config::model::Route;
use crate::config::written::{Written, WrittenPair, WrittenRoute};
use http::HeaderName;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// Every `[[routes]]` that can be meant.
pub(super) fn routes(written: &Written, prefix: &str, faults: &mut Faults) -> Vec<Route> {
    let given: Vec<Spanned<String>> = written.routes.iter().filter_map(|route| route.name.clone()).collect();
    names::refuse_repeated("route", &given, faults);
    let known = Names {
        plugins: Known::of("plugin", written.plugins.iter().map(|plugin| &plugin.name)),
        upstreams: Known::of("upstream", written.upstreams.iter().map(|upstream| &upstream.name)),
    };
    written.routes.iter().filter_map(|route| one(route, (written, &known), prefix, faults)).collect()
}

/// What a route may name, found once for all routes.
struct Names<'w> {
    plugins: Known<'w>,
    upstreams: Known<'w>,
}

fn one(
    route: &WrittenRoute,
    (written, known): (&Written, &Names<'_>),
    prefix: &str,
    faults: &mut Faults,
) -> Option<Route> {
    if let Some(name) = &route.name {
        names::check(name, faults);
    }
    let host = conditions::host(route.host.as_ref(), faults);
    let path = conditions::path(route, faults);
    let methods = conditions::methods(route, faults);
    let headers = conditions::headers(&route.headers, prefix, faults);
    let policies = policies::policies(route, &written.plugins, &known.plugins, faults);
    let choices = choices(route, &known.upstreams, faults);
    let identity_headers = identity_headers(&route.identity_headers, prefix, faults);
    let name = route.name.as_ref()?;
    Some(Route {
        name: name.get_ref().clone(),
        host: host?,
        path: path?,
        methods,
        headers,
        policies,
        upstream: *choices.first()?,
        choices,
        identity_headers,
        public: route.public,
        sensitive: route.sensitive.is_some(),
        span: at(name),
    })
}

/// The default upstream first, then the others.
fn choices(route: &WrittenRoute, known: &Known<'_>, faults: &mut Faults) -> Vec<usize> {
    let given: Vec<Spanned<String>> = route.upstream.iter().chain(&route.upstreams).cloned().collect();
    names::refuse_repeated("upstream", &given, faults);
    given.iter().filter_map(|name| known.resolve(name, faults)).collect()
}

fn identity_headers(written: &[WrittenPair], prefix: &str, faults: &mut Faults) -> Vec<(HeaderName, String)> {
    let mut headers: Vec<(HeaderName, String)> = Vec::new();
    for (name, claim) in written {
        let Some(header) = conditions::header_name(name, faults) else { continue };
        if !header.as_str().starts_with(prefix) {
            let hint = format!("begin it with {prefix}: only those names are stripped from what a client sends");
            faults.push(at(name), format!("a client could forge {header}"), hint);
        }
        if headers.iter().any(|(earlier, _)| *earlier == header) {
            let hint = "header names have no case: keep one of them";
            faults.push(at(name), format!("the identity header {header} is there twice"), hint);
        }
        check_claim(claim, faults);
        headers.push((header, claim.get_ref().clone()));
    }
    headers
}

/// A claim is a top-level name, or a JSON pointer: '~' only as `~0` and `~1` (RFC 6901, section 3).
fn check_claim(claim: &Spanned<String>, faults: &mut Faults) {
    let text = claim.get_ref();
    let bad_escape = text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
    if text.is_empty() {
        faults.push(
            at(claim),
            "a claim has a name",
            "a claim such as \"sub\", or a JSON pointer such as \"/realm/roles\"",
        );
    } else if text.starts_with('/') && bad_escape {
        faults.push(at(claim), format!("{text:?} is no JSON pointer"), "in a pointer '~' is written ~0 and '/' ~1");
    }
}
