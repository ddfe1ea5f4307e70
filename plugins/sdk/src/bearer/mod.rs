//! The token's part of an authenticator: finds the issuer profile, verifies with the demands of a config, maps claims
//! to attributes, and refuses in a few words. jwt-policy is this and nothing more; a policy that asks for a second
//! credential has it as a part.
//!
//! Never sees a key and never decides about a signature: the gateway verifies. Never tells the caller why a token that
//! was there is not good: the gateway's log and metrics do.
mod refusals;
mod config;
mod attributes;

pub use config::Config;
pub use refusals::{INVALID, MISSING, NO_KEYS};

/// Every code of a [`Bearer`]'s refusals, for a plugin's `CODES`.
pub const CODES: [&str; 3] = [MISSING, INVALID, NO_KEYS];

use crate::types::{Demands, Failure, Outcome};
use crate::{debug, jwt};

/// A [`Config`], checked.
///
/// ```
/// use witgate_plugin::bearer::{Bearer, Config};
/// use witgate_plugin::{Outcome, mock};
///
/// let bearer = Bearer::new(Config { optional: true, ..Config::default() })?;
/// assert_eq!(mock::request("GET", "/").run(move || bearer.authenticate()), Outcome::Anonymous);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct Bearer {
    config: Config,
    demands: Demands,
}

impl Bearer {
    /// Checks a config.
    ///
    /// ```
    /// use witgate_plugin::bearer::{Bearer, Config};
    ///
    /// let none = Bearer::new(Config { max_age_seconds: Some(0), ..Config::default() });
    /// assert_eq!(none.unwrap_err(), "max-age-seconds: 0 accepts no token; give at least 1");
    /// ```
    ///
    /// # Errors
    /// The key and what is wrong with it.
    pub fn new(config: Config) -> Result<Self, String> {
        config.check()?;
        let demands = config.demands();
        Ok(Self { config, demands })
    }

    /// What an authenticator answers for the token of the request under way: `authenticated` with the attributes of its
    /// claims, `anonymous` where there is none and it is optional, or a refusal with one of the codes `token_missing`,
    /// `token_invalid`, `keys_unavailable`.
    ///
    /// ```
    /// use serde_json::json;
    /// use witgate_plugin::bearer::{Bearer, Config};
    /// use witgate_plugin::{Outcome, mock};
    ///
    /// let bearer = Bearer::new(Config { attributes: [("user".into(), "sub".into())].into(), ..Config::default() })?;
    /// let request = mock::request("GET", "/").issuer("main", "https://id");
    /// let request = request.token(json!({"alg": "ES256"}), json!({"iss": "https://id", "sub": "alice"}));
    /// assert_eq!(request.run(move || bearer.authenticate()), Outcome::authenticated([("user", "alice")]));
    /// # Ok::<(), String>(())
    /// ```
    pub fn authenticate(&self) -> Outcome {
        match self.verify() {
            Ok(()) => Outcome::Authenticated(attributes::of_claims(&self.config.attributes)),
            Err(Failure::Missing) if self.config.optional => Outcome::Anonymous,
            Err(failure) => Outcome::Refused(refusals::of(failure)),
        }
    }

    fn verify(&self) -> Result<(), Failure> {
        // The profile first: a token that verified lately names it unread. Where there is none, the token tells why.
        let Some(profile) = jwt::profile() else {
            jwt::peek()?;
            return Err(Failure::UnknownIssuer);
        };
        if !self.config.accepts(&profile) {
            debug!("the token's profile is not in `profiles`", profile = profile);
            return Err(Failure::UnknownIssuer);
        }
        jwt::verify(&profile, &self.demands)
    }
}
