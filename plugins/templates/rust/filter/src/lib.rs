//! Tells the upstream a claim in a header, and takes headers off the answer.
//!
//! Never lets the client's own header through: where the claim is not there it is removed.

use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::{Action, Filter, HeaderOp, Plugin, claims, contract};

/// What the operator writes in `[plugins.{{name}}.config]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What the upstream reads.
    header: String,
    /// Where its value comes from: a claim, or a pointer such as `/org/tenant`.
    claim: String,
    /// What the client does not need to see.
    #[serde(default)]
    remove: Vec<String>,
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
        // a header that belongs to the gateway, such as `host`, is refused now and not at each request
        contract::header_name(&config.header).map_err(|why| format!("header: {why}"))?;
        for name in &config.remove {
            contract::header_name(name).map_err(|why| format!("remove: {why}"))?;
        }
        Ok(Self { config })
    }
}

impl Filter for {{type}} {
    fn on_request(&self) -> Action {
        let value: Option<String> = claims::get(&self.config.claim);
        let header = self.config.header.clone();
        // a claim with a line break is no header: the gateway would refuse the request
        let op = match value.filter(|value| contract::header_value(value.as_bytes()).is_ok()) {
            Some(value) => HeaderOp::set(header, value),
            None => HeaderOp::remove(header),
        };
        Action::forward([op])
    }

    fn on_response(&self, _status: u16) -> Vec<HeaderOp> {
        self.config
            .remove
            .iter()
            .cloned()
            .map(HeaderOp::remove)
            .collect()
    }
}

witgate_plugin::export!(filter: {{type}});

#[cfg(test)]
mod tests;
