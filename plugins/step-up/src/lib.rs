//! Demands a stronger or fresher sign-in for some requests: `acr`, `amr`, and how long ago it was (RFC 9470).
//!
//! Never a reason to let pass: it only demands, and what it has nothing against is for the next authorizer.

mod config;
mod demand;
mod rule;

use witgate_plugin::guard::Pass;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, info};

pub use config::Config;
use rule::Rule;

/// The error code of RFC 9470 section 3; the gateway says it in its challenge.
const INSUFFICIENT: &str = "insufficient_user_authentication";
/// How far an issuer's clock may be off, at most, in seconds.
const MAX_LEEWAY_SECONDS: u64 = 300;

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct StepUp {
    rules: Vec<Rule>,
    pass: Pass,
}

impl Plugin for StepUp {
    type Config = Config;
    const CODES: &'static [&'static str] = &[INSUFFICIENT];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        if config.leeway_seconds > MAX_LEEWAY_SECONDS {
            return Err(format!("leeway-seconds: {}; at most {MAX_LEEWAY_SECONDS}", config.leeway_seconds));
        }
        Ok(Self { rules: rule::compile(config.rules, config.leeway_seconds)?, pass: config.pass })
    }
}

impl Authorizer for StepUp {
    fn authorize(&self) -> Decision {
        self.pass.decide(self.rules.iter().find_map(against))
    }
}

fn against(rule: &Rule) -> Option<Refusal> {
    let lacks = rule.lacks()?;
    info!("the sign-in is not strong or fresh enough", rule = rule.name, claim = lacks);
    Some(Refusal::unauthorized(INSUFFICIENT, rule.message.as_str()))
}

witgate_plugin::export!(authorizer: StepUp);

#[cfg(test)]
mod tests;
