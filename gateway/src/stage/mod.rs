//! The stage: one component under one entry and one config in the real host, asked with cases.
//!
//! Never serves a request, and never sees this machine: clock, randomness, variables, the store and the answers from
//! outside come from the case.

mod bare;
pub(crate) mod exchange;
mod heard;

use std::collections::BTreeMap;

use witgate_cases::Case;

use crate::config::{self, Breaker, Isolation, PluginLimits, World};
use crate::policy::asked;
use crate::policy::component::{Compiler, Digest};
use crate::policy::exchange::Exchange;
use crate::policy::grants::Resources;
use crate::policy::instance::Description;
use crate::policy::plugin::{Plugin, PluginError};
use crate::policy::tokens::Tokens;

pub use bare::{bare, grant_variables};
pub use heard::Heard;

/// The name of a stage's store: with a dot, which none in gateway.toml has. Nothing is ever in it.
const STORE: &str = "stage.store";
/// A stage asks on after every fault. More than twice as many as a file has cases.
const FAULTS_ALLOWED: usize = 4 * witgate_cases::MOST_CASES;

/// What a stage is made of.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// where the component is compiled
    pub compiler: &'a Compiler,
    /// what grants are made of
    pub resources: &'a Resources,
    /// limits, grants and world: an entry of gateway.toml, or a [`bare`] one
    pub entry: &'a config::Plugin,
    /// the component
    pub bytes: &'a [u8],
    /// the prefix of the headers that no policy may set
    pub identity_prefix: &'a str,
}

/// One component, one entry, one config, one instance that is asked again and again. After a fault the next question
/// gets a new instance, as in the gateway.
pub struct Stage {
    plugin: Plugin,
    identity_prefix: String,
    /// the variables that the entry grants
    variables: Vec<String>,
}

impl Stage {
    /// Starts the instance under a config, which is JSON.
    ///
    /// # Errors
    /// When the component does not fit its entry, breaks while it is started, or refuses its configuration.
    pub fn new(piece: &Piece<'_>, config_json: &str) -> Result<Self, PluginError> {
        Self::with_environment(piece, config_json, &BTreeMap::new())
    }

    /// The stage for the cases that have this one's config and variables.
    ///
    /// # Errors
    /// As [`Stage::new`].
    pub fn for_case(piece: &Piece<'_>, config_json: &str, case: &Case) -> Result<Self, PluginError> {
        Self::with_environment(piece, config_json, &case.environment)
    }

    /// As [`Stage::new`], for an instance that sees these variables while it starts, where its entry grants them: many
    /// languages read the environment once.
    ///
    /// # Errors
    /// As [`Stage::new`].
    pub fn with_environment(
        piece: &Piece<'_>,
        config_json: &str,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, PluginError> {
        let entry = config::Plugin {
            config_json: config_json.to_owned(),
            grants: piece.entry.grants.apart(STORE),
            isolation: Isolation::Instance,
            breaker: Breaker { faults: FAULTS_ALLOWED, ..piece.entry.breaker },
            ..piece.entry.clone()
        };
        let variables = entry.grants.environment.clone();
        let seen = environment.iter().filter(|(name, _)| variables.contains(name));
        let seen = seen.map(|(name, value)| (name.clone(), value.clone())).collect();
        let plugin = Plugin::stage((piece.compiler, piece.resources), &entry, piece.bytes, seen)?;
        Ok(Self { plugin, identity_prefix: piece.identity_prefix.to_owned(), variables })
    }

    /// Asks what a case asks. Never waits for anything outside: answers are scripted.
    pub async fn ask(&self, case: &Case) -> Heard {
        let ungranted = case.environment.keys().find(|name| !self.variables.contains(name));
        if let Some(name) = ungranted {
            return Heard::unasked(format!("the case gives the variable `{name}`, which the entry does not grant"));
        }
        match exchange::of(case) {
            Ok(exchange) => self.hear(exchange, case.response.map(|response| response.status)).await,
            Err(why) => Heard::unasked(why),
        }
    }

    /// Asks about an exchange that carries a case. What is heard holds names in place of secrets.
    pub(crate) async fn hear(&self, exchange: Exchange, response: Option<u16>) -> Heard {
        let mut exchange = Box::new(exchange);
        let (answer, step) = asked::ask(&self.plugin, &mut exchange, response, &self.identity_prefix).await;
        let log = match &mut exchange.tokens {
            Tokens::Rehearsed(case) => std::mem::take(&mut case.log),
            Tokens::Nowhere | Tokens::Keyring(_) => Vec::new(),
        };
        let said = |text: &str| self.plugin.said(text).into_owned();
        let (answer, fault) = match answer {
            Ok(answer) => {
                let told = serde_json::from_str(&said(&answer.to_string()));
                (told.map_err(|_| "its answer cannot be told without its secrets".to_owned()), None)
            }
            Err(fault) => (Err(said(&fault.to_string())), Some(fault)),
        };
        Heard { answer, fault, step, log }
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        self.plugin.description()
    }

    /// Its role.
    pub fn world(&self) -> World {
        self.plugin.world()
    }

    /// Its digest.
    pub fn digest(&self) -> Digest {
        self.plugin.digest()
    }

    /// What an instance may use.
    pub fn limits(&self) -> &PluginLimits {
        self.plugin.limits()
    }
}
