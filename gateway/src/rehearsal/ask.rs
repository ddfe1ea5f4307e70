//! A made-up request, and a plugin's answer to it in the words of cases.toml.
//!
//! Never carries a keyring: nothing of a rehearsal is verified for anybody.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use url::form_urlencoded;

use crate::config::World;
use crate::policy::answer;
use crate::policy::bindings::types::RequestHead;
use crate::policy::exchange::{Attributes, Exchange};
use crate::policy::plugin::Plugin;
use crate::policy::rehearsed::Rehearsed;
use crate::policy::tokens::Tokens;

/// The route of a made-up request.
const ROUTE: &str = "test";
/// What its client asked for.
const AUTHORITY: &str = "gateway.test";
/// Where its client is (RFC 5737).
const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
/// What a policy's log lines carry as the request's id.
const REQUEST_ID: &str = "rehearsal";

/// A request without headers or claims, whose tokens `host` answers for.
///
/// # Errors
/// When the method is none.
pub(super) fn request(method: &str, path: &str, host: Rehearsed) -> Result<Exchange, String> {
    let parsed = Method::from_bytes(method.as_bytes()).map_err(|_| format!("{method:?} is no method"))?;
    Ok(Exchange {
        method: parsed,
        head: Arc::new(RequestHead { method: method.to_owned(), path: path.to_owned(), route: ROUTE.to_owned() }),
        authority: AUTHORITY.to_owned(),
        peer: PEER,
        tokens: Tokens::Rehearsed(Box::new(host)),
        request_id: REQUEST_ID.to_owned(),
        ..Exchange::vacant()
    })
}

/// Adds a header.
///
/// # Errors
/// When HTTP has no such name or value.
pub(super) fn add_header(headers: &mut HeaderMap, name: &str, value: &[u8]) -> Result<(), String> {
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is no header name"))?;
    let value = HeaderValue::from_bytes(value).map_err(|_| format!("the value of {name:?} is no header value"))?;
    headers.append(parsed, value);
    Ok(())
}

/// The raw query of decoded parameters.
pub(super) fn query<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    (!written.is_empty()).then_some(written)
}

/// Gathers attributes.
///
/// # Errors
/// When they are more or larger than a request may carry.
pub(super) fn attributes<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Attributes, String> {
    let mut attributes = Attributes::default();
    for (name, value) in given {
        if !attributes.set(name.to_owned(), value.to_owned()) {
            return Err("more or larger attributes than a request may carry".to_owned());
        }
    }
    Ok(attributes)
}

/// Asks in the plugin's role: a filter about the response where there is one.
///
/// # Errors
/// The plugin's fault, or the part of the contract that its answer breaks.
pub(super) async fn ask(
    plugin: &Plugin,
    exchange: Exchange,
    response: Option<u16>,
    identity_prefix: &str,
) -> Result<Value, String> {
    let mut exchange = Box::new(exchange);
    let rules = answer::Rules { identity_prefix, limits: plugin.limits() };
    let told = |fault: crate::policy::fault::Fault| fault.to_string();
    match (plugin.world(), response) {
        (World::Authenticator, _) => {
            let outcome = plugin.authenticate(0, &mut exchange).await.map_err(told)?;
            answer::of_outcome(outcome, &exchange, &rules)
        }
        (World::Authorizer, _) => {
            let decision = plugin.authorize(0, &mut exchange).await.map_err(told)?;
            answer::of_decision(decision, &exchange)
        }
        (World::Router, _) => {
            let selection = plugin.select(0, &mut exchange).await.map_err(told)?;
            answer::of_selection(selection, &exchange, &rules)
        }
        (World::Filter, None) => {
            let action = plugin.on_request(0, &mut exchange).await.map_err(told)?;
            answer::of_action(action, &exchange, &rules)
        }
        (World::Filter, Some(status)) => {
            let ops = plugin.on_response(0, &mut exchange, status).await.map_err(told)?;
            answer::of_ops("response", &ops, &rules)
        }
    }
}
