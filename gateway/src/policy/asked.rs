//! One call outside of any chain: in the plugin's role, with its answer held to the contract and its step recorded.
//!
//! Never part of a request: a stage asks, and nobody acts on the answer.

use std::sync::Arc;

use serde_json::Value;

use super::answer::{self, Broken};
use super::contract::Rules;
use super::decision::Call;
use super::exchange::Exchange;
use super::fault::Fault;
use super::plugin::Plugin;
use super::trace::{Step, Trace};
use super::watch::Watch;
use crate::config::World;

/// What came of a call: the answer in the words of cases.toml, and what the policy read and said on the way.
pub(crate) type Asked = (Result<Value, Fault>, Step);

/// Asks: a filter about the response where there is one.
pub(crate) async fn ask(
    plugin: &Plugin,
    exchange: &mut Box<Exchange>,
    response: Option<u16>,
    identity_prefix: &str,
) -> Asked {
    let trace = Trace::default();
    exchange.trace = Some(trace.clone());
    let answer = answered(plugin, exchange, response, identity_prefix).await;
    (answer, trace.last().unwrap_or_default())
}

async fn answered(
    plugin: &Plugin,
    exchange: &mut Box<Exchange>,
    response: Option<u16>,
    identity_prefix: &str,
) -> Result<Value, Fault> {
    let rules = Arc::new(Rules { identity_prefix: identity_prefix.to_owned(), choices: Vec::new() });
    let held = answer::Rules { identity_prefix, limits: plugin.limits() };
    let call = call(plugin.world(), response);
    let watch = Watch::begin(plugin, (None, &rules), 0, call, exchange);
    match call {
        Call::Authenticate => {
            let outcome = plugin.authenticate(0, exchange).await;
            let outcome = watch.end(plugin, outcome, exchange)?;
            kept(answer::of_outcome(outcome, exchange, &held))
        }
        Call::Authorize => {
            let decision = plugin.authorize(0, exchange).await;
            kept(answer::of_decision(watch.end(plugin, decision, exchange)?, exchange))
        }
        Call::Select => {
            let selection = plugin.select(0, exchange).await;
            let selection = watch.end(plugin, selection, exchange)?;
            kept(answer::of_selection(selection, exchange, &held))
        }
        Call::OnRequest => {
            let action = plugin.on_request(0, exchange).await;
            kept(answer::of_action(watch.end(plugin, action, exchange)?, exchange, &held))
        }
        Call::OnResponse(status) => {
            let ops = plugin.on_response(0, exchange, status).await;
            kept(answer::of_ops("response", &watch.end(plugin, ops, exchange)?, &held))
        }
    }
}

fn call(world: World, response: Option<u16>) -> Call {
    match (world, response) {
        (World::Authenticator, _) => Call::Authenticate,
        (World::Authorizer, _) => Call::Authorize,
        (World::Router, _) => Call::Select,
        (World::Filter, None) => Call::OnRequest,
        (World::Filter, Some(status)) => Call::OnResponse(status),
    }
}

fn kept(answer: Result<Value, Broken>) -> Result<Value, Fault> {
    answer.map_err(Fault::Contract)
}
