//! Lets the gateway verify the token, demands one claim of it, and leaves that claim as an attribute.
//!
//! Never sees a key, and never tells the caller what is wrong with a token: the gateway's log and metrics do.

use serde::Deserialize;
use witgate_plugin::{Authenticator, Demands, Failure, Outcome, Plugin, Refusal, RequestHead, claims, jwt};

/// What the operator writes in `[plugins.{{name}}.config]`.
#[derive(Debug, Deserialize)]
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
    witgate_plugin::metadata!();

    /// Once for each instance. What is refused here refuses the load: the gateway keeps what it had.
    fn configure(config: Config) -> Result<Self, String> {
        if config.claim.is_empty() {
            return Err("claim: must not be empty".to_owned());
        }
        let demands = Demands { required_claims: vec![config.claim.clone()], ..Demands::default() };
        Ok(Self { claim: config.claim, demands })
    }
}

impl Authenticator for {{type}} {
    fn authenticate(&self, _head: RequestHead) -> Outcome {
        match self.verify() {
            Ok(()) => Outcome::Authenticated(self.attributes()),
            Err(failure) => Outcome::Refused(refusal(failure)),
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

    fn attributes(&self) -> Vec<(String, String)> {
        let value: Option<String> = claims::get(&self.claim);
        value.map(|value| (self.claim.clone(), value)).into_iter().collect()
    }
}

fn refusal(failure: Failure) -> Refusal {
    match failure {
        Failure::Missing => Refusal::unauthorized("token_missing", "This resource needs an access token."),
        Failure::KeysUnavailable => Refusal::unavailable("keys_unavailable", "Tokens cannot be verified now."),
        _ => Refusal::unauthorized("token_invalid", "The access token is not valid here."),
    }
}

witgate_plugin::export!(authenticator: {{type}});

#[cfg(test)]
mod tests;
