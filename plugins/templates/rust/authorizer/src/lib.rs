//! Lets in callers whose token names a role.
//!
//! Never lets in a caller without claims: a claim that is not there names no role.

use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, claims, info};

const ROLE_MISSING: &str = "role_missing";

/// What the operator writes in `[plugins.{{name}}.config]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The role that a caller needs.
    role: String,
    /// The claim that names roles: a name, or a pointer such as `/realm_access/roles`.
    #[serde(default = "usual_claim")]
    claim: String,
}

fn usual_claim() -> String {
    "roles".to_owned()
}

/// The policy, configured.
#[derive(Debug)]
pub struct {{type}} {
    config: Config,
}

impl Plugin for {{type}} {
    type Config = Config;
    const CODES: &'static [&'static str] = &[ROLE_MISSING];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    /// Once for each instance. What is refused here refuses the load: the gateway keeps what it had.
    fn configure(config: Config) -> Result<Self, String> {
        match config.role.as_str() {
            "" => Err("role: must not be empty".to_owned()),
            _ => Ok(Self { config }),
        }
    }
}

impl Authorizer for {{type}} {
    fn authorize(&self) -> Decision {
        let roles: Vec<String> = claims::get(&self.config.claim).unwrap_or_default();
        if roles.contains(&self.config.role) {
            return Decision::Allow;
        }
        info!("the role is missing", role = self.config.role);
        Refusal::forbidden(ROLE_MISSING, "Your token lacks a role.").into()
    }
}

witgate_plugin::export!(authorizer: {{type}});

#[cfg(test)]
mod tests;
