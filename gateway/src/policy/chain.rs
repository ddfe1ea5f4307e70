//! One route's policies, in the order they run, and the only door from one step to the next.
//!
//! Authentication and authorization fail closed: a fault, a missing answer or a word without its deed is a refusal.
//! Never waits by itself: only a policy that was granted something that waits does, within its `wall-ms`.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::bindings::types::Refusal;
use super::bindings::{Action, Decision, Outcome, Selection, router};
use super::contract::Rules;
use super::decision::Call;
use super::evidence::{Permitted, Verified};
use super::exchange::Exchange;
use super::fault::Fault;
use super::header_ops;
use super::hidden::Secrets;
use super::plugin::Plugin;
use super::shadow::Tap;
use super::tape::Tape;
use super::watch::{Onlookers, Watch};
use super::{contract, verdict};
use crate::config::{PluginLimits, World};
use crate::refusal::{Challenge, Refused};

type Target = router::exports::witgate::policy::router::Target;

/// The policies of one route, and what a router may choose from.
pub struct Chain {
    /// whether anonymous callers are let in
    pub public: bool,
    authenticator: Option<Arc<Plugin>>,
    authorizers: Vec<Arc<Plugin>>,
    router: Option<Arc<Plugin>>,
    filters: Vec<Arc<Plugin>>,
    default: usize,
    rules: Arc<Rules>,
    /// the candidates beside some of the plugins
    taps: Vec<Arc<Tap>>,
    /// what records some of the requests
    tape: Option<Arc<Tape>>,
    /// the secrets of all its plugins
    secrets: Secrets,
}

/// Where a permitted request goes.
#[derive(Debug)]
pub struct Destination {
    /// whose request it is
    pub verified: Verified,
    /// index into the generation's upstreams
    pub upstream: usize,
    /// another canonical path, when a router chose one
    pub path: Option<String>,
}

impl Chain {
    /// Sorts the plugins of a route by role. `choices` are the upstreams a router may name; `default` is one of them.
    pub fn new(
        public: bool,
        plugins: &[Arc<Plugin>],
        default: usize,
        choices: Vec<(String, usize)>,
        identity_prefix: &str,
    ) -> Self {
        let of = |world| plugins.iter().filter(move |plugin| plugin.world() == world).cloned();
        Self {
            public,
            authenticator: of(World::Authenticator).next(),
            authorizers: of(World::Authorizer).collect(),
            router: of(World::Router).next(),
            filters: of(World::Filter).collect(),
            default,
            rules: Arc::new(Rules { identity_prefix: identity_prefix.to_owned(), choices }),
            taps: Vec::new(),
            tape: None,
            secrets: plugins.iter().map(|plugin| plugin.hidden_shared()).collect(),
        }
    }

    /// With the candidates beside these plugins; others than the chain's own are left out.
    #[must_use]
    pub fn with_taps(mut self, taps: &[Arc<Tap>]) -> Self {
        let own = |tap: &&Arc<Tap>| {
            let once = self.authenticator.iter().chain(&self.router);
            once.chain(&self.authorizers).chain(&self.filters).any(|plugin| plugin.name() == tap.identity().plugin)
        };
        self.taps = taps.iter().filter(own).cloned().collect();
        self
    }

    /// With the recording of some of its requests.
    #[must_use]
    pub fn with_tape(mut self, tape: Option<&Arc<Tape>>) -> Self {
        self.tape = tape.cloned();
        self
    }

    fn watch(&self, plugin: &Plugin, worker: usize, call: Call, exchange: &mut Exchange) -> Watch {
        let tap = self.taps.iter().find(|tap| tap.identity().plugin == plugin.name());
        let onlookers = Onlookers { tap, tape: self.tape.as_ref(), rules: &self.rules, secrets: &self.secrets };
        Watch::begin(plugin, &onlookers, worker, call, exchange)
    }

    /// Whether this route looks at tokens at all.
    pub fn authenticates(&self) -> bool {
        self.authenticator.is_some()
    }

    /// Whether any policy runs after the upstream answered.
    pub fn filters_responses(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Who is calling.
    ///
    /// # Errors
    /// The authenticator's refusal, or 500 for its fault.
    pub async fn authenticate(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Verified, Refused> {
        exchange.claims = None;
        exchange.token_refusal = None;
        // It is the first step of each request, which is recorded whole or not at all.
        exchange.recorded = self.tape.as_ref().is_some_and(|tape| tape.takes(worker));
        let Some(plugin) = &self.authenticator else {
            return if self.public { Ok(Verified::anonymous()) } else { Err(closed("no authenticator")) };
        };
        let watch = self.watch(plugin, worker, Call::Authenticate, exchange);
        let outcome = watch.end(plugin, plugin.authenticate(worker, exchange).await, exchange);
        match outcome.map_err(|fault| plugin.refuse(&fault))? {
            Outcome::Authenticated(attributes) => authenticated(plugin, &attributes, exchange),
            Outcome::Anonymous => {
                exchange.claims = None;
                if self.public { Ok(Verified::anonymous()) } else { Err(anonymous_refused(exchange)) }
            }
            Outcome::Refused(refusal) => Err(verdict::of_the_token(refused(plugin, refusal, exchange), exchange)),
        }
    }

    /// Whether the caller may do this.
    ///
    /// # Errors
    /// The first authorizer's refusal that does not abstain, 403 when all abstain, or 500 for a fault.
    pub async fn authorize(
        &self,
        worker: usize,
        verified: Verified,
        exchange: &mut Box<Exchange>,
    ) -> Result<Permitted<Verified>, Refused> {
        if self.public && self.authorizers.is_empty() {
            return Ok(verified.permitted());
        }
        for plugin in &self.authorizers {
            let watch = self.watch(plugin, worker, Call::Authorize, exchange);
            let decision = watch.end(plugin, plugin.authorize(worker, exchange).await, exchange);
            match decision.map_err(|fault| plugin.refuse(&fault))? {
                Decision::Allow => return Ok(verified.permitted()),
                Decision::Abstain => {}
                Decision::Deny(refusal) => return Err(refused(plugin, refusal, exchange)),
            }
        }
        Err(not_permitted())
    }

    /// Where the request goes: the router's choice among what the route allows, or the default.
    ///
    /// # Errors
    /// The router's refusal, or 500 for a fault or a choice it may not make.
    pub async fn select(
        &self,
        worker: usize,
        permitted: Permitted<Verified>,
        exchange: &mut Box<Exchange>,
    ) -> Result<Permitted<Destination>, Refused> {
        let (upstream, path) = match &self.router {
            None => (self.default, None),
            Some(plugin) => {
                match self.selected(plugin, worker, exchange).await.map_err(|fault| plugin.refuse(&fault))? {
                    Selection::Default => (self.default, None),
                    Selection::Refused(refusal) => return Err(refused(plugin, refusal, exchange)),
                    Selection::To(target) => {
                        self.chosen(target, exchange, plugin.limits()).map_err(|fault| plugin.broke(fault))?
                    }
                }
            }
        };
        Ok(permitted.map(|verified| Destination { verified, upstream, path }))
    }

    /// Lets every filter change the request's headers.
    ///
    /// # Errors
    /// A filter's refusal, or that of its fault unless its entry says that it may be skipped.
    pub async fn filter_request(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<(), Refused> {
        for plugin in &self.filters {
            match self.request_filtered(plugin, worker, exchange).await {
                Ok(None) => {}
                Ok(Some(refused)) => return Err(refused),
                Err(fault) => plugin.skip(&fault)?,
            }
        }
        Ok(())
    }

    /// Lets every filter change the response's headers, the last one first.
    ///
    /// # Errors
    /// The refusal for a fault, unless the filter's entry says that it may be skipped.
    pub async fn filter_response(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        status: StatusCode,
        headers: &mut HeaderMap,
    ) -> Result<(), Refused> {
        for plugin in self.filters.iter().rev() {
            let watch = self.watch(plugin, worker, Call::OnResponse(status.as_u16()), exchange);
            let returned = plugin.on_response(worker, exchange, status.as_u16()).await;
            let filtered = match watch.end(plugin, returned, exchange) {
                Ok(ops) => header_ops::apply(&ops, headers, &self.rules.identity_prefix, plugin.limits())
                    .map_err(|fault| plugin.noted(fault)),
                Err(fault) => Err(fault),
            };
            if let Err(fault) = filtered {
                plugin.skip(&fault)?;
            }
        }
        Ok(())
    }

    /// The filter's refusal, if it has one; the fault is noted.
    async fn request_filtered(
        &self,
        plugin: &Plugin,
        worker: usize,
        exchange: &mut Box<Exchange>,
    ) -> Result<Option<Refused>, Fault> {
        let watch = self.watch(plugin, worker, Call::OnRequest, exchange);
        match watch.end(plugin, plugin.on_request(worker, exchange).await, exchange)? {
            Action::Forward(ops) => {
                header_ops::apply(&ops, &mut exchange.headers, &self.rules.identity_prefix, plugin.limits())
                    .map(|()| None)
                    .map_err(|fault| plugin.noted(fault))
            }
            Action::Refused(refusal) => {
                checked(plugin, refusal, exchange).map(Some).map_err(|fault| plugin.noted(fault))
            }
        }
    }

    async fn selected(&self, plugin: &Plugin, worker: usize, exchange: &mut Box<Exchange>) -> Result<Selection, Fault> {
        let watch = self.watch(plugin, worker, Call::Select, exchange);
        watch.end(plugin, plugin.select(worker, exchange).await, exchange)
    }

    fn chosen(
        &self,
        target: Target,
        exchange: &mut Exchange,
        limits: &PluginLimits,
    ) -> Result<(usize, Option<String>), Fault> {
        let upstream = self.rules.chosen(&target)?;
        contract::set_attributes(&target.attributes, &mut exchange.attributes, limits)?;
        Ok((upstream, target.path))
    }
}

/// The word `authenticated` counts only with the deed: claims that `jwt.verify` set in this very call.
fn authenticated(
    plugin: &Plugin,
    attributes: &[(String, String)],
    exchange: &mut Exchange,
) -> Result<Verified, Refused> {
    let Some(claims) = exchange.claims.clone() else { return Err(plugin.broke(contract::without_the_deed())) };
    contract::set_attributes(attributes, &mut exchange.attributes, plugin.limits())
        .map_err(|fault| plugin.broke(fault))?;
    Ok(Verified::principal(claims))
}

fn refused(plugin: &Plugin, refusal: Refusal, exchange: &Exchange) -> Refused {
    checked(plugin, refusal, exchange).unwrap_or_else(|fault| plugin.broke(fault))
}

fn checked(plugin: &Plugin, refusal: Refusal, exchange: &Exchange) -> Result<Refused, Fault> {
    let refused = contract::refused(plugin, refusal, &exchange.headers)?;
    Ok(refused.because(format!("plugin `{}`", plugin.name())))
}

fn anonymous_refused(exchange: &Exchange) -> Refused {
    let mut refused = Refused::new(StatusCode::UNAUTHORIZED, "anonymous_refused", "A bearer token is required.")
        .because("the authenticator answered `anonymous` on a route that is not public");
    refused.challenge = Challenge::Missing;
    refused.token_refusal = exchange.token_refusal;
    refused
}

fn not_permitted() -> Refused {
    let mut refused = Refused::new(StatusCode::FORBIDDEN, "not_permitted", "You may not do this.")
        .because("no authorizer of the route allowed it");
    refused.challenge = Challenge::InsufficientScope;
    refused
}

fn closed(why: &str) -> Refused {
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "policy_fault", "A policy of this route failed.")
        .because(format!("{why} on a route that is not public"))
}
