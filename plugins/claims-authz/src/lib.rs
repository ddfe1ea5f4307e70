//! Authorizes by rules: methods, paths, then conditions over claims, scopes and attributes. The first match decides.
//!
//! Never allows by default: what no rule matches is denied, or left to the next authorizer.

mod config;
mod condition;
mod rule;

use witgate_plugin::ruling::{DENIED_CODE, NO_RULE_MATCHED, NoMatch, Ruling};
use witgate_plugin::{Authorizer, Decision, Plugin, info};

pub use config::Config;
use rule::Rule;

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct ClaimsAuthz {
    rules: Vec<Rule>,
    no_match: NoMatch,
}

impl Plugin for ClaimsAuthz {
    type Config = Config;
    const CODES: &'static [&'static str] = &[NO_RULE_MATCHED, DENIED_CODE];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        Ok(Self { no_match: config.default, rules: rule::compile(config.rules)? })
    }
}

impl Authorizer for ClaimsAuthz {
    fn authorize(&self) -> Decision {
        match self.rules.iter().find(|rule| rule.matches()) {
            Some(rule) => decide(rule),
            None => self.without_a_rule(),
        }
    }
}

impl ClaimsAuthz {
    fn without_a_rule(&self) -> Decision {
        if self.no_match == NoMatch::Deny {
            info!("no rule matched");
        }
        self.no_match.decide(NO_RULE_MATCHED)
    }
}

fn decide(rule: &Rule) -> Decision {
    match &rule.ruling {
        // Not logged: each event is a call into the host, and this is the usual way.
        Ruling::Allow => Decision::Allow,
        Ruling::Deny(refusal) => {
            info!("denied", rule = rule.name, code = refusal.code);
            Decision::Deny(refusal.clone())
        }
    }
}

witgate_plugin::export!(authorizer: ClaimsAuthz);

#[cfg(test)]
mod tests;
