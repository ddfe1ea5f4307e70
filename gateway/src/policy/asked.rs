//! One call outside of any chain: in the plugin's role, with its answer held to the contract and its step recorded.
//!
//! Never part of a request: a stage asks, and nobody acts on the answer.

use std::sync::Arc;

use serde_json::Value;

use super::answer::{self, Worded};
use super::contract::{Held, Rules};
use super::decision::{Call, Summarised};
use super::exchange::Exchange;
use super::fault::Fault;
use super::hidden::Secrets;
use super::plugin::Plugin;
use super::trace::{Step, Trace};
use super::watch::{Onlookers, Watch};
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
    let watch = Watch::begin(
        plugin,
        &Onlookers { tap: None, tape: None, rules: &rules, secrets: &Secrets::default() },
        0,
        call,
        exchange,
    );
    match call {
        Call::Authenticate => {
            let answer = plugin.authenticate(0, exchange).await;
            worded(watch, plugin, answer, exchange, &held)
        }
        Call::Authorize => {
            let answer = plugin.authorize(0, exchange).await;
            worded(watch, plugin, answer, exchange, &held)
        }
        Call::Select => {
            let answer = plugin.select(0, exchange).await;
            worded(watch, plugin, answer, exchange, &held)
        }
        Call::OnRequest => {
            let answer = plugin.on_request(0, exchange).await;
            worded(watch, plugin, answer, exchange, &held)
        }
        Call::OnResponse(status) => {
            let answer = plugin.on_response(0, exchange, status).await;
            worded(watch, plugin, answer, exchange, &held)
        }
    }
}

fn worded<T: Summarised + Worded + Held>(
    watch: Watch,
    plugin: &Plugin,
    answer: Result<T, Fault>,
    exchange: &mut Exchange,
    held: &answer::Rules<'_>,
) -> Result<Value, Fault> {
    watch.end(plugin, answer, exchange)?.worded(exchange, held).map_err(Fault::Contract)
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
