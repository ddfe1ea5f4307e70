//! Authorizes by rules: each is an expression of the Common Expression Language. The first that holds decides.
//!
//! Never takes an expression that failed for one that does not hold: the request is refused.

mod config;
mod reason;
mod names;
mod lookup;
mod facts;
mod language;
mod rule;

use std::fmt;

use witgate_plugin::ruling::{DENIED_CODE, NO_RULE_MATCHED, NoMatch, Ruling};
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, debug, info, warn};

pub use config::Config;
use language::Language;
use rule::Rule;

const RULE_FAILED: &str = "rule_failed";

/// The policy, configured. See the README for its config.
pub struct CelAuthz {
    language: Language,
    rules: Vec<Rule>,
    no_match: NoMatch,
}

impl Plugin for CelAuthz {
    type Config = Config;
    const CODES: &'static [&'static str] = &[NO_RULE_MATCHED, DENIED_CODE, RULE_FAILED];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let language = Language::new()?;
        let rules = rule::compile(&language, config.rules)?;
        Ok(Self { language, rules, no_match: config.default })
    }
}

impl Authorizer for CelAuthz {
    fn authorize(&self) -> Decision {
        for rule in &self.rules {
            match rule.holds(self.language.context()) {
                Ok(true) => return decide(rule),
                Ok(false) => {}
                Err(reason) => return failed(rule, &reason),
            }
        }
        self.without_a_rule()
    }
}

impl CelAuthz {
    fn without_a_rule(&self) -> Decision {
        if self.no_match == NoMatch::Deny {
            info!("no rule matched");
        }
        self.no_match.decide(NO_RULE_MATCHED)
    }
}

impl fmt::Debug for CelAuthz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CelAuthz").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}

fn decide(rule: &Rule) -> Decision {
    match &rule.ruling {
        Ruling::Allow => {
            debug!("allowed", rule = rule.name);
            Decision::Allow
        }
        Ruling::Deny(refusal) => {
            info!("denied", rule = rule.name, code = refusal.code);
            Decision::Deny(refusal.clone())
        }
    }
}

/// Whatever the rule would have done: nobody knows whether it holds, so nothing after it may decide.
fn failed(rule: &Rule, reason: &str) -> Decision {
    warn!("the expression failed", rule = rule.name, reason = reason);
    Decision::Deny(Refusal::forbidden(RULE_FAILED, "You may not do this."))
}

witgate_plugin::export!(authorizer: CelAuthz);

#[cfg(test)]
mod tests;
