//! Runs a plugin's cases.toml: a request and what is known of it, and what the policy must answer.
//!
//! ```toml
//! [config]                                  # for cases without their own
//! [[case]]
//! name = "staff may read any order"         # unique
//! config = {}                               # instead of the file's
//! request = { method = "GET", path = "/orders/1", headers = {}, query = {}, attributes = {}, peer = "192.0.2.1" }
//! claims = { roles = ["staff"] }            # verified already
//! issuers = { main = "https://issuer" }     # for an authenticator: profile to issuer
//! token = { header = { alg = "ES256" }, claims = { iss = "https://issuer" }, now = 0, leeway = 30 }
//! response = { status = 200 }               # for a filter: asks on-response
//! expect = { outcome = "allow" }
//! ```
//!
//! `outcome` is `authenticated`, `anonymous`, `allow`, `abstain`, `to`, `default`, `forward`, `response` or `refused`;
//! beside it may stand `status`, `code`, `attributes`, `upstream`, `path`, `set`, `append`, `remove`. Each must be equal;
//! what is not written is not compared. An answer that breaks the contract is a fault, whatever the case expects. Never
//! passes an empty file.
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Request, answer, configure, request};
use crate::plugin::{Authenticator, Authorizer, Filter, Router};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    config: Option<Value>,
    case: Vec<Case>,
}

/// One case; see the module's page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    name: String,
    config: Option<Value>,
    request: Asked,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    issuers: BTreeMap<String, String>,
    token: Option<Token>,
    response: Option<Response>,
    expect: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    peer: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    header: Value,
    claims: Value,
    #[serde(default)]
    now: u64,
    leeway: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
}

/// Runs every case; `answer` is one of [`authenticator`], [`authorizer`], [`router`], [`filter`] for the plugin's type.
///
/// # Panics
/// With every case that does not hold, or with what is wrong with the file.
pub fn check(cases_toml: &str, answer: impl Fn(&Case, &str) -> Value) {
    let file: File = toml::from_str(cases_toml).unwrap_or_else(|error| panic!("cases.toml: {error}"));
    assert!(!file.case.is_empty(), "cases.toml has no case");
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for case in &file.case {
        assert!(names.insert(&case.name), "two cases have the name {:?}", case.name);
        let config = case.config.as_ref().or(file.config.as_ref()).map_or_else(|| "{}".to_owned(), Value::to_string);
        faults.extend(case.fault(&answer(case, &config)));
    }
    assert!(faults.is_empty(), "{} of {} cases do not hold:\n{}", faults.len(), file.case.len(), faults.join("\n"));
}

/// Answers a case as an authenticator.
pub fn authenticator<P: Authenticator>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    answer::of(case.request().try_run(|head| policy.authenticate(head)), answer::of_outcome)
}

/// Answers a case as an authorizer.
pub fn authorizer<P: Authorizer>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    answer::of(case.request().try_run(|head| policy.authorize(head)), answer::of_decision)
}

/// Answers a case as a router.
pub fn router<P: Router>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    answer::of(case.request().try_run(|head| policy.select(head)), answer::of_selection)
}

/// Answers a case as a filter: of the request, or of the response where the case has one.
pub fn filter<P: Filter>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    match &case.response {
        None => answer::of(case.request().try_run(|head| policy.on_request(head)), answer::of_action),
        Some(Response { status }) => {
            let ops = case.request().try_run(|head| policy.on_response(head, *status));
            answer::of(ops, |ops| answer::of_ops("response", &ops))
        }
    }
}

fn configured<P: crate::plugin::Plugin>(case: &Case, config: &str) -> P {
    configure(config).unwrap_or_else(|error| panic!("{}: config: {error}", case.name))
}

impl Case {
    fn request(&self) -> Request {
        let asked = &self.request;
        let mut made = request(&asked.method, &asked.path);
        made = asked.headers.iter().fold(made, |made, (name, value)| made.header(name, value));
        made = asked.query.iter().fold(made, |made, (name, value)| made.query(name, value));
        made = asked.attributes.iter().fold(made, |made, (name, value)| made.attribute(name, value));
        made = asked.peer.iter().fold(made, |made, address| made.peer(address));
        made = self.claims.iter().fold(made, |made, (name, value)| made.claim(name, value.clone()));
        made = self.issuers.iter().fold(made, |made, (profile, issuer)| made.issuer(profile, issuer));
        match &self.token {
            Some(token) => {
                made = token.leeway.iter().fold(made, |made, seconds| made.leeway(*seconds));
                made.now(token.now).token(token.header.clone(), token.claims.clone())
            }
            None => made,
        }
    }

    fn fault(&self, answer: &Value) -> Option<String> {
        let holds = self.expect.contains_key("outcome")
            && answer.get(answer::FAULT).is_none()
            && self.expect.iter().all(|(key, wanted)| answer.get(key) == Some(wanted));
        (!holds).then(|| format!("  {}: expected {}, got {answer}", self.name, Value::Object(self.expect.clone())))
    }
}

#[cfg(test)]
mod tests;
