//! Access tokens of this very service, verified where users and clients show them here: by `witgate-token`, against the
//! keys in force. Never asks anybody over the network, and never says why a token was refused.

use std::sync::Arc;

use witgate_token::{Algorithm, Claims, Demands, Profile, Typing};

use crate::clock::UnixSeconds;
use crate::config::Config;
use crate::key_keeper::KeyKeeper;
use crate::signing::SigningAlgorithm;

/// Nodes read their clocks apart from each other; in seconds.
const LEEWAY_SECONDS: u64 = 5;

/// Verifies tokens that this service issued. Clones share everything.
#[derive(Debug, Clone)]
pub struct OwnTokens {
    profile: Arc<Profile>,
    keys: KeyKeeper,
}

impl OwnTokens {
    /// As configured: any audience that this service gives counts here.
    pub fn new(config: &Config, keys: KeyKeeper) -> OwnTokens {
        let audiences = std::iter::once(&config.audience).chain(&config.resources).cloned().collect();
        let known = |algorithm: SigningAlgorithm| algorithm.name().parse::<Algorithm>().ok();
        let profile = Profile {
            name: "self".to_owned(),
            issuer: config.issuer.as_str().into(),
            audiences,
            algorithms: SigningAlgorithm::ALL.into_iter().filter_map(known).collect(),
            typ: Typing::AccessToken,
            leeway_seconds: LEEWAY_SECONDS,
            max_lifetime_seconds: witgate_token::DEFAULT_MAX_LIFETIME_SECONDS,
        };
        OwnTokens { profile: Arc::new(profile), keys }
    }

    /// The claims of a token that has not expired and whose key is in force. Revocation is the caller's question.
    pub fn verify(&self, token: &str, now: UnixSeconds) -> Option<Claims> {
        let now = u64::try_from(now).ok()?;
        witgate_token::verify(token, &self.profile, &Demands::default(), self.keys.ring().verifying(), now).ok()
    }
}
