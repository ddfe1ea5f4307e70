//! Chooses the upstream: by claim, attribute or header first, then by weight, sticky on the subject.
//!
//! Never sends a request where the route does not allow: the gateway refuses any other upstream. Never keeps state; the
//! same subject goes to the same upstream because its hash is the same.

mod config;
mod weight;
mod rule;

use witgate_plugin::{Plugin, Refusal, Router, Selection, Target, claims, info, request};

pub use config::Config;
use config::Fallback;
use rule::Rule;
use weight::Split;

const NO_UPSTREAM_MATCHED: &str = "no_upstream_matched";

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct ClaimRouter {
    rules: Vec<Rule>,
    split: Option<Split>,
    fallback: Fallback,
}

impl Plugin for ClaimRouter {
    type Config = Config;
    const CODES: &'static [&'static str] = &[NO_UPSTREAM_MATCHED];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let rules = rule::compile(config.rules)?;
        let split = config.split.map(Split::new).transpose()?;
        if split.is_some() && config.fallback == Fallback::Refuse {
            return Err("fallback: `refuse` never comes to pass beside `split`; remove one of them".into());
        }
        Ok(Self { rules, split, fallback: config.fallback })
    }
}

impl Router for ClaimRouter {
    fn select(&self) -> Selection {
        if let Some(rule) = self.rules.iter().find(|rule| rule.matches()) {
            return to(&rule.upstream);
        }
        match &self.split {
            Some(split) => to(split.choose(&sticky_key())),
            None => self.without_a_match(),
        }
    }
}

impl ClaimRouter {
    fn without_a_match(&self) -> Selection {
        match self.fallback {
            Fallback::Default => Selection::Default,
            Fallback::Refuse => {
                info!("no rule chose an upstream");
                Selection::Refused(Refusal::forbidden(NO_UPSTREAM_MATCHED, "This request has no destination."))
            }
        }
    }
}

fn to(upstream: &str) -> Selection {
    Selection::To(Target::upstream(upstream))
}

/// The subject, so that one user stays with one version; the peer's address where there is none.
fn sticky_key() -> String {
    claims::get("sub").unwrap_or_else(request::peer_address)
}

witgate_plugin::export!(router: ClaimRouter);

#[cfg(test)]
mod tests;
