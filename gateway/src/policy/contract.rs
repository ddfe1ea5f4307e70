//! What every answer is held to before anybody acts on it, or compares it: a candidate by the same rules as a live plugin.
//!
//! Never changes anything: an answer that breaks the contract is a fault, not repaired.

use http::HeaderMap;

use super::bindings::types::Refusal;
use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection, router};
use super::exchange::{Attributes, Exchange};
use super::fault::Fault;
use super::plugin::Plugin;
use super::{header_ops, returned, verdict};
use crate::admission::path;
use crate::config::PluginLimits;
use crate::refusal::Refused;

type Target = router::exports::witgate::policy::router::Target;

/// What a route holds its policies to.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// the prefix of the headers that no policy may set
    pub(super) identity_prefix: String,
    /// the upstreams that a router may name
    pub(super) choices: Vec<(String, usize)>,
}

impl Rules {
    /// The upstream of a target.
    ///
    /// # Errors
    /// When the route does not allow it, or its path is not canonical.
    pub(super) fn chosen(&self, target: &Target) -> Result<usize, Fault> {
        let broken = |how: &str| Fault::Contract(how.to_owned());
        let named = self.choices.iter().find(|(name, _)| *name == target.upstream);
        let (_, upstream) = named.ok_or_else(|| broken("an upstream that the route does not allow"))?;
        if !is_canonical(target) {
            return Err(broken(NOT_CANONICAL));
        }
        Ok(*upstream)
    }
}

/// What a target is whose path routing and policies would see otherwise.
pub(super) const NOT_CANONICAL: &str = "a path that is not canonical";

/// Whether the path of a target, where it has one, is the canonical one.
pub(super) fn is_canonical(target: &Target) -> bool {
    let same = |chosen: &String| path::canonical(chosen).is_ok_and(|path| path.as_str() == chosen);
    target.path.as_ref().is_none_or(same)
}

/// An answer that can break the contract.
pub(super) trait Held {
    /// Checks an answer that nobody will act on.
    ///
    /// # Errors
    /// The fault that it would be.
    fn check(&self, plugin: &Plugin, exchange: &Exchange, rules: &Rules) -> Result<(), Fault>;
}

impl Held for Outcome {
    fn check(&self, plugin: &Plugin, exchange: &Exchange, _rules: &Rules) -> Result<(), Fault> {
        match self {
            Self::Authenticated(_) if exchange.claims.is_none() => Err(without_the_deed()),
            Self::Authenticated(given) => attributes(given, exchange, plugin.limits()),
            Self::Anonymous => Ok(()),
            Self::Refused(refusal) => refused(plugin, refusal.clone(), &exchange.headers).map(drop),
        }
    }
}

impl Held for Decision {
    fn check(&self, plugin: &Plugin, exchange: &Exchange, _rules: &Rules) -> Result<(), Fault> {
        match self {
            Self::Allow | Self::Abstain => Ok(()),
            Self::Deny(refusal) => refused(plugin, refusal.clone(), &exchange.headers).map(drop),
        }
    }
}

impl Held for Selection {
    fn check(&self, plugin: &Plugin, exchange: &Exchange, rules: &Rules) -> Result<(), Fault> {
        match self {
            Self::Default => Ok(()),
            Self::Refused(refusal) => refused(plugin, refusal.clone(), &exchange.headers).map(drop),
            Self::To(target) => {
                rules.chosen(target)?;
                attributes(&target.attributes, exchange, plugin.limits())
            }
        }
    }
}

impl Held for Action {
    fn check(&self, plugin: &Plugin, exchange: &Exchange, rules: &Rules) -> Result<(), Fault> {
        match self {
            Self::Forward(ops) => ops.check(plugin, exchange, rules),
            Self::Refused(refusal) => refused(plugin, refusal.clone(), &exchange.headers).map(drop),
        }
    }
}

impl Held for Vec<HeaderOp> {
    fn check(&self, plugin: &Plugin, _exchange: &Exchange, rules: &Rules) -> Result<(), Fault> {
        header_ops::check(self, &rules.identity_prefix, plugin.limits())
    }
}

/// The word counts only with the deed.
pub(super) fn without_the_deed() -> Fault {
    Fault::Contract("`authenticated` without a verified token".to_owned())
}

/// The host's refusal for a guest's. The message goes to the caller, who must not read a secret of the plugin's config
/// there.
///
/// # Errors
/// When it does not fit the contract.
pub(super) fn refused(plugin: &Plugin, mut refusal: Refusal, headers: &HeaderMap) -> Result<Refused, Fault> {
    refusal.message = plugin.hidden().hide(&refusal.message).into_owned();
    verdict::refused(refusal, headers).map_err(Fault::Contract)
}

/// Leaves attributes for later stages.
///
/// # Errors
/// When there are more, or larger ones, than a call may return or a request may carry.
pub(super) fn set_attributes(
    given: &[(String, String)],
    attributes: &mut Attributes,
    limits: &PluginLimits,
) -> Result<(), Fault> {
    returned::check(given.iter().map(|(name, value)| name.len() + value.len()), limits)?;
    for (name, value) in given {
        if !attributes.set(name.as_str().into(), value.clone()) {
            return Err(Fault::Contract("more or larger attributes than a request may carry".to_owned()));
        }
    }
    Ok(())
}

fn attributes(given: &[(String, String)], exchange: &Exchange, limits: &PluginLimits) -> Result<(), Fault> {
    set_attributes(given, &mut exchange.attributes.clone(), limits)
}
