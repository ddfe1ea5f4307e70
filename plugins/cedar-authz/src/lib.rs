//! Authorizes by policies written in Cedar, with the crate of that language inside the component.
//!
//! Never decides past a policy that could not be evaluated: Cedar skips it, this policy refuses the request.

mod config;
mod value;
mod fact;
mod principal;
mod resource;
mod policies;
mod question;

use std::fmt;

use cedar_policy::{Decision as Verdict, Response};
use witgate_plugin::ruling::NoMatch;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, debug, info, warn};

pub use config::Config;
use policies::Policies;
use question::{Asker, Unasked};

/// The most policies that one decision names in the log.
const MAX_NAMED: usize = 8;

const NO_POLICY_PERMITS: &str = "no_policy_permits";
const POLICY_FAILED: &str = "policy_failed";

/// What the caller reads, where a policy has no message of its own.
const MESSAGE: &str = "You may not do this.";

/// The policy, configured. See the README for its config.
pub struct CedarAuthz {
    policies: Policies,
    asker: Asker,
    no_match: NoMatch,
}

impl Plugin for CedarAuthz {
    type Config = Config;
    const CODES: &'static [&'static str] = &[
        NO_POLICY_PERMITS,
        policies::FORBIDDEN_CODE,
        POLICY_FAILED,
        question::PRINCIPAL_MISSING,
        question::REQUEST_UNREADABLE,
        question::NOT_IN_SCHEMA,
    ];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let schema = config.schema.as_deref().map(policies::schema).transpose()?;
        let policies = Policies::new(&config.policies, schema.as_ref())?;
        let no_match = config.default;
        Ok(Self { policies, asker: Asker::new(config, schema)?, no_match })
    }
}

impl Authorizer for CedarAuthz {
    fn authorize(&self) -> Decision {
        let (request, entities) = match self.asker.ask() {
            Ok(question) => question,
            Err(unasked) => return refused(unasked),
        };
        let response = self.policies.answer(&request, &entities);
        match failed(&response) {
            Some(refusal) => Decision::Deny(refusal),
            None => self.decide(&response),
        }
    }
}

impl CedarAuthz {
    fn decide(&self, response: &Response) -> Decision {
        let determining = self.policies.determining(response);
        if response.decision() == Verdict::Allow {
            determining.iter().take(MAX_NAMED).for_each(|policy| debug!("allowed", rule = policy.name));
            return Decision::Allow;
        }
        for policy in determining.iter().take(MAX_NAMED) {
            info!("denied", rule = policy.name, code = policy.refusal.code);
        }
        if let Some(policy) = determining.first() {
            return Decision::Deny(policy.refusal.clone());
        }
        if self.no_match == NoMatch::Deny {
            info!("no policy permits");
        }
        self.no_match.decide(NO_POLICY_PERMITS)
    }
}

/// Cedar leaves out a policy that fails. Were it a `forbid`, that would let the request through.
fn failed(response: &Response) -> Option<Refusal> {
    let mut names: Vec<&str> = policies::failed(response).collect();
    names.sort_unstable();
    names.iter().take(MAX_NAMED).for_each(|name| warn!("the policy failed", rule = name));
    (!names.is_empty()).then(|| Refusal::forbidden(POLICY_FAILED, MESSAGE))
}

fn refused(unasked: Unasked) -> Decision {
    let Unasked { code, reason } = unasked;
    warn!("not asked", code = code, reason = reason);
    Decision::Deny(Refusal::forbidden(code, MESSAGE))
}

impl fmt::Debug for CedarAuthz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CedarAuthz").field("policies", &self.policies.len()).finish_non_exhaustive()
    }
}

witgate_plugin::export!(authorizer: CedarAuthz);

#[cfg(test)]
mod tests;
