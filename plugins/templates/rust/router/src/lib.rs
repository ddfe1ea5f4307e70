//! Sends callers to the upstream that their plan has.
//!
//! Never guesses: whoever has no listed plan goes where the route says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::{Plugin, Router, Selection, claims, debug};

/// What the operator writes in `[plugins.{{name}}.config]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The claim that chooses: a name, or a pointer such as `/org/plan`.
    #[serde(default = "usual_claim")]
    claim: String,
    /// A value of the claim, and the upstream it leads to. The route must list the upstream, too.
    upstreams: BTreeMap<String, String>,
}

fn usual_claim() -> String {
    "plan".to_owned()
}

/// The policy, configured.
#[derive(Debug)]
pub struct {{type}} {
    config: Config,
}

impl Plugin for {{type}} {
    type Config = Config;
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    /// Once for each instance. What is refused here refuses the load: the gateway keeps what it had.
    fn configure(config: Config) -> Result<Self, String> {
        match config.upstreams.is_empty() {
            true => Err("upstreams: must name an upstream, such as { gold = \"fast\" }".to_owned()),
            false => Ok(Self { config }),
        }
    }
}

impl Router for {{type}} {
    fn select(&self) -> Selection {
        let plan: Option<String> = claims::get(&self.config.claim);
        match plan.and_then(|plan| self.config.upstreams.get(&plan)) {
            Some(upstream) => Selection::to(upstream),
            None => {
                debug!("no listed plan");
                Selection::Default
            }
        }
    }
}

witgate_plugin::export!(router: {{type}});

#[cfg(test)]
mod tests;
