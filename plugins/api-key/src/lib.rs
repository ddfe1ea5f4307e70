//! Authenticates by a key of the caller's program, beside the token of its user.
//!
//! Never `authenticated` by the key alone: that word needs a verified token, and the gateway sees to it. Never shows a
//! key.

mod config;
mod digest;
mod keyring;

use std::collections::BTreeMap;

use witgate_plugin::bearer::{self, Bearer};
use witgate_plugin::contract::{self, MAX_ATTRIBUTES};
use witgate_plugin::{Authenticator, Outcome, Plugin, Refusal, claims, info, request};

pub use config::Config;
use keyring::{Key, Keyring};

const KEY_MISSING: &str = "api_key_missing";
const KEY_INVALID: &str = "api_key_invalid";
/// The attribute with the id of the key.
const ID_ATTRIBUTE: &str = "api-key.id";
/// The gateway hides what it shows of a header only where the name says that it is a credential.
const CREDENTIAL_NAMES: [&str; 5] = ["api-key", "apikey", "auth", "secret", "token"];

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct ApiKey {
    header: String,
    keys: Keyring,
    token: Bearer,
}

impl Plugin for ApiKey {
    type Config = Config;
    const CODES: &'static [&'static str] =
        &[KEY_MISSING, KEY_INVALID, bearer::MISSING, bearer::INVALID, bearer::NO_KEYS];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let room = MAX_ATTRIBUTES.saturating_sub(config.token.attributes.len() + 1);
        if config.keys.iter().any(|key| !key.attributes.is_empty()) && room == 0 {
            return Err(format!(
                "token.attributes: they leave no room for those of the keys; {MAX_ATTRIBUTES} are allowed"
            ));
        }
        let keys = Keyring::compile(config.keys, room)?;
        let token = Bearer::new(config.token).map_err(|why| format!("token.{why}"))?;
        Ok(Self { header: header(&config.header)?, keys, token })
    }
}

impl Authenticator for ApiKey {
    fn authenticate(&self) -> Outcome {
        match self.key() {
            Ok(key) => self.with_token(key),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }
}

impl ApiKey {
    /// The key first: it costs a hash, the token a signature check.
    fn key(&self) -> Result<&Key, Refusal> {
        match request::sole_header(&self.header) {
            Ok(None) => Err(Refusal::unauthorized(KEY_MISSING, "An API key is required.")),
            Ok(Some(text)) => self.keys.find(&text).ok_or_else(invalid),
            Err(request::Ambiguous) => {
                info!("more than one API key, or one that is no text");
                Err(invalid())
            }
        }
    }

    fn with_token(&self, key: &Key) -> Outcome {
        match self.token.authenticate() {
            Outcome::Authenticated(_) if !key.goes_with(claims::get::<String>("sub").as_deref()) => stranger(key),
            Outcome::Authenticated(attributes) => Outcome::Authenticated(merged(attributes, key)),
            // Without a token there is no subject to go with.
            Outcome::Anonymous if !key.goes_with(None) => stranger(key),
            other => other,
        }
    }
}

/// The token's attributes and the key's. Where both have a name the key's counts: the operator wrote it for this
/// caller.
fn merged(attributes: Vec<(String, String)>, key: &Key) -> Vec<(String, String)> {
    let mut merged: BTreeMap<String, String> = attributes.into_iter().collect();
    merged.extend(key.attributes.clone());
    merged.insert(ID_ATTRIBUTE.to_owned(), key.id.clone());
    merged.into_iter().collect()
}

fn stranger(key: &Key) -> Outcome {
    info!("the API key does not go with this token", id = key.id);
    Outcome::Refused(invalid())
}

/// One refusal for every key that is not good: who guesses learns nothing.
fn invalid() -> Refusal {
    Refusal::unauthorized(KEY_INVALID, "The API key is not valid for this service.")
}

fn header(name: &str) -> Result<String, String> {
    let name = contract::readable_header(name).map_err(|why| format!("header: {why}"))?;
    match CREDENTIAL_NAMES.iter().any(|part| name.contains(part)) {
        true if name != "authorization" => Ok(name),
        true => Err("header: `authorization` is the token's; name another".into()),
        false => Err(format!(
            "header: `{name}` does not say that it is a credential, so traces would show it; have one of {} in its name",
            CREDENTIAL_NAMES.join(", ")
        )),
    }
}

witgate_plugin::export!(authenticator: ApiKey);

#[cfg(test)]
mod tests;
