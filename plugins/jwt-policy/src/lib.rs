//! Authenticates by JWT: finds the issuer profile, verifies with the demands of its config, maps claims to attributes.
//!
//! Never sees a key and never decides about a signature: the gateway verifies. Never tells the caller why a token that
//! was there is not good: the gateway's log and metrics do.

mod refusals;
mod config;
mod attributes;

use witgate_plugin::{Authenticator, Demands, Failure, Outcome, Plugin, RequestHead, debug, jwt};

pub use config::Config;

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct JwtPolicy {
    config: Config,
    demands: Demands,
}

impl Plugin for JwtPolicy {
    type Config = Config;
    const CODES: &'static [&'static str] = &refusals::CODES;
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        config.check()?;
        let demands = config.demands();
        Ok(Self { config, demands })
    }
}

impl Authenticator for JwtPolicy {
    fn authenticate(&self, _head: RequestHead) -> Outcome {
        match self.verify() {
            Ok(()) => Outcome::Authenticated(attributes::of_claims(&self.config.attributes)),
            Err(Failure::Missing) if self.config.optional => Outcome::Anonymous,
            Err(failure) => Outcome::Refused(refusals::of(failure)),
        }
    }
}

impl JwtPolicy {
    fn verify(&self) -> Result<(), Failure> {
        jwt::peek()?;
        let profile = jwt::profile().ok_or(Failure::UnknownIssuer)?;
        if !self.config.accepts(&profile) {
            debug!("the token's profile is not in `profiles`", profile = profile);
            return Err(Failure::UnknownIssuer);
        }
        jwt::verify(&profile, &self.demands)
    }
}

witgate_plugin::export!(authenticator: JwtPolicy);

#[cfg(test)]
mod tests;
