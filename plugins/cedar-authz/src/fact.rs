//! Where each attribute of `context` comes from, checked once, and read with each request.
//!
//! Never reads what the config does not name, and never makes up a value for what is absent.
use cedar_policy::RestrictedExpression;
use witgate_plugin::{claims, contract, path, request};

use crate::config::{RequestFact, WrittenFact};
use crate::value;

/// A source of a value.
#[derive(Debug)]
pub enum Fact {
    Claim(String),
    Attribute(String),
    Header(String),
    Query(String),
    Scopes(Vec<String>),
    Request(RequestFact),
}

impl Fact {
    /// Checks that exactly one source is written.
    pub fn new(written: WrittenFact) -> Result<Self, String> {
        let WrittenFact { claim, attribute, header, query, scopes, request } = written;
        let named =
            [claim.map(Self::Claim), attribute.map(Self::Attribute), header.map(Self::Header), query.map(Self::Query)];
        let other = [scopes.map(Self::Scopes), request.map(Self::Request)];
        let mut facts = named.into_iter().chain(other).flatten();
        match (facts.next(), facts.next()) {
            (Some(fact), None) => fact.checked(),
            _ => Err("give exactly one of `claim`, `attribute`, `header`, `query`, `scopes`, `request`".to_owned()),
        }
    }

    /// The value; nothing where it is absent.
    ///
    /// # Errors
    /// Why it has no form in Cedar, without its value.
    pub fn read(&self) -> Result<Option<RestrictedExpression>, String> {
        match self {
            Self::Claim(name) => value::of_claim(name),
            Self::Attribute(name) => Ok(request::attribute(name).map(RestrictedExpression::new_string)),
            Self::Query(name) => Ok(request::query_param(name).map(RestrictedExpression::new_string)),
            Self::Header(name) => header(name),
            Self::Scopes(scopes) => {
                let held = scopes.iter().filter(|scope| claims::has_scope(scope)).cloned();
                Ok(Some(RestrictedExpression::new_set(held.map(RestrictedExpression::new_string))))
            }
            Self::Request(fact) => Ok(Some(of_request(*fact))),
        }
    }

    fn checked(self) -> Result<Self, String> {
        match &self {
            Self::Claim(name) | Self::Attribute(name) | Self::Query(name) if name.is_empty() => {
                Err("the name must not be empty".to_owned())
            }
            // A policy that waits for a header which the gateway takes off would take every caller for one without it.
            Self::Header(name) => {
                contract::readable_header(name).map(Self::Header).map_err(|why| format!("header: {why}"))
            }
            Self::Scopes(scopes) if scopes.is_empty() || scopes.iter().any(String::is_empty) => {
                Err("scopes: there must be some, and none may be empty".to_owned())
            }
            _ => Ok(self),
        }
    }
}

/// Of two values the upstream might take the other one.
fn header(name: &str) -> Result<Option<RestrictedExpression>, String> {
    let sole = request::sole_header(name);
    let sole = sole.map_err(|request::Ambiguous| format!("the header `{name}` is there twice, or not UTF-8"))?;
    Ok(sole.map(RestrictedExpression::new_string))
}

fn of_request(fact: RequestFact) -> RestrictedExpression {
    match fact {
        RequestFact::Method => RestrictedExpression::new_string(request::method()),
        RequestFact::Path => RestrictedExpression::new_string(path::decoded(&request::path()).into_owned()),
        RequestFact::Route => RestrictedExpression::new_string(request::route()),
        RequestFact::Authority => RestrictedExpression::new_string(request::authority()),
        RequestFact::Peer => RestrictedExpression::new_ip(request::peer_address()),
    }
}
