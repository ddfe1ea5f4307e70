//! What an operator demands of a token.
//!
//! Every key only narrows what the issuer's profile in gateway.toml allows; it never widens it.
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::contract::MAX_ATTRIBUTES;
use crate::types::Demands;

/// The asymmetric JOSE algorithms. `none` and the shared-secret ones are not here on purpose.
const ALGORITHMS: [&str; 10] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"];

/// What the operator wrote. All keys are optional.
///
/// ```
/// use witgate_plugin::bearer::Config;
///
/// let config: Config = serde_json::from_str(r#"{"audiences": ["orders"], "attributes": {"tenant": "tenant"}}"#).unwrap();
/// assert!(config.audiences == ["orders"] && !config.optional);
/// ```
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Profiles (names of `[issuers.*]`) whose tokens are accepted here; absent: any configured.
    pub profiles: Option<Vec<String>>,
    /// The token must name one of these; empty: whatever the profile demands.
    pub audiences: Vec<String>,
    /// JOSE names; empty: whatever the profile allows.
    pub algorithms: Vec<String>,
    /// Names or pointers that must be present and not null.
    pub required_claims: Vec<String>,
    /// Seconds since `iat`; the profile's leeway comes on top.
    pub max_age_seconds: Option<u32>,
    /// Attribute name to claim name or pointer.
    pub attributes: BTreeMap<String, String>,
    /// Whether a request without a token is anonymous. A bad token is refused all the same.
    pub optional: bool,
}

impl Config {
    /// What serde cannot say.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.profiles.as_ref().is_some_and(Vec::is_empty) {
            return Err("profiles: an empty list accepts no token; name a profile or leave the key out".into());
        }
        if self.max_age_seconds == Some(0) {
            return Err("max-age-seconds: 0 accepts no token; give at least 1".into());
        }
        self.check_algorithms()?;
        self.check_names()
    }

    /// What to demand of each token.
    pub(super) fn demands(&self) -> Demands {
        Demands {
            algorithms: self.algorithms.clone(),
            audiences: self.audiences.clone(),
            required_claims: self.required_claims.clone(),
            max_age_seconds: self.max_age_seconds,
        }
    }

    /// Whether tokens of this profile are accepted.
    pub(super) fn accepts(&self, profile: &str) -> bool {
        self.profiles.as_ref().is_none_or(|names| names.iter().any(|name| name == profile))
    }

    fn check_algorithms(&self) -> Result<(), String> {
        for (index, name) in self.algorithms.iter().enumerate() {
            if !ALGORITHMS.contains(&name.as_str()) {
                let known = ALGORITHMS.join(", ");
                return Err(format!("algorithms[{index}]: `{name}` is not allowed; use one of {known}"));
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), String> {
        let lists = [("audiences", &self.audiences), ("required-claims", &self.required_claims)];
        for (key, names) in lists {
            if let Some(index) = names.iter().position(String::is_empty) {
                return Err(format!("{key}[{index}]: must not be empty"));
            }
        }
        if self.attributes.len() > MAX_ATTRIBUTES {
            return Err(format!("attributes: {} of them; {MAX_ATTRIBUTES} are allowed", self.attributes.len()));
        }
        match self.attributes.iter().find(|(name, claim)| name.is_empty() || claim.is_empty()) {
            Some((name, _)) => Err(format!("attributes.{name}: attribute and claim need a name")),
            None => Ok(()),
        }
    }
}
