//! Lets the gateway verify the token, demands one claim of it, and leaves that claim as an attribute.
//!
//! Never sees a key, and never tells the caller what is wrong with a token: the gateway's log and metrics do.

use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::{Authenticator, Demands, Failure, Outcome, Plugin, Refusal, claims, jwt};

const TOKEN_MISSING: &str = "token_missing";
const TOKEN_INVALID: &str = "token_invalid";
const KEYS_UNAVAILABLE: &str = "keys_unavailable";

/// What the operator writes in `[plugins.{{name}}.config]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The claim that a token must have; it becomes the attribute of this name.
    claim: String,
}

/// The policy, configured.
#[derive(Debug)]
pub struct {{type}} {
    claim: String,
    demands: Demands,
}

impl Plugin for {{type}} {
    type Config = Config;
    const CODES: &'static [&'static str] = &[TOKEN_MISSING, TOKEN_INVALID, KEYS_UNAVAILABLE];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    /// Once for each instance. What is refused here refuses the load: the gateway keeps what it had.
    fn configure(config: Config) -> Result<Self, String> {
        if config.claim.is_empty() {
            return Err("claim: must not be empty".to_owned());
        }
        let demands = Demands {
            required_claims: vec![config.claim.clone()],
            ..Demands::default()
        };
        Ok(Self {
            claim: config.claim,
            demands,
        })
    }
}

impl Authenticator for {{type}} {
    fn authenticate(&self) -> Outcome {
        match self.verify() {
            Ok(()) => Outcome::authenticated(self.attributes()),
            Err(failure) => refusal(failure).into(),
        }
    }
}

impl {{type}} {
    fn verify(&self) -> Result<(), Failure> {
        jwt::peek()?;
        // the profile of gateway.toml whose issuer the token names
        let profile = jwt::profile().ok_or(Failure::UnknownIssuer)?;
        jwt::verify(&profile, &self.demands)
    }

    /// The claim, where it is a text: a list or an object has no one spelling.
    fn attributes(&self) -> Option<(String, String)> {
        Some((self.claim.clone(), claims::get(&self.claim)?))
    }
}

fn refusal(failure: Failure) -> Refusal {
    match failure {
        Failure::Missing => {
            Refusal::unauthorized(TOKEN_MISSING, "This resource needs an access token.")
        }
        Failure::KeysUnavailable => {
            Refusal::unavailable(KEYS_UNAVAILABLE, "Tokens cannot be verified now.")
        }
        _ => Refusal::unauthorized(TOKEN_INVALID, "The access token is not valid here."),
    }
}

witgate_plugin::export!(authenticator: {{type}});

#[cfg(test)]
mod tests;
