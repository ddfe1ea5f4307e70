//! Authenticates by JWT: finds the issuer profile, verifies with the demands of its config, maps claims to attributes.
//!
//! Never more than the SDK's [`bearer`], which other authenticators have as a part.
use witgate_plugin::bearer::{self, Bearer};
use witgate_plugin::{Authenticator, Outcome, Plugin};

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct JwtPolicy(Bearer);

impl Plugin for JwtPolicy {
    type Config = bearer::Config;
    const CODES: &'static [&'static str] = &bearer::CODES;
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: bearer::Config) -> Result<Self, String> {
        Bearer::new(config).map(Self)
    }
}

impl Authenticator for JwtPolicy {
    fn authenticate(&self) -> Outcome {
        self.0.authenticate()
    }
}

witgate_plugin::export!(authenticator: JwtPolicy);

#[cfg(test)]
mod tests;
