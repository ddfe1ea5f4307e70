//! A token that passed signature and profile: what may be kept and asked again on each request.
//!
//! Never holds the token's text, and never answers for another issuer than the one whose profile it passed.

use std::fmt;
use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::claim_rules;
use crate::claims::Claims;
use crate::demand_rules;
use crate::profile::{Demands, Profile};
use crate::refusal::Refusal;

/// A token that passed signature and profile: what may be cached until it expires. Clones share one copy.
#[derive(Clone)]
pub struct Verified {
    claims: Claims,
}

impl Verified {
    /// Only the pipeline makes one, and only after the signature and every rule of the profile.
    pub(crate) fn new(claims: Claims) -> Self {
        Self { claims }
    }

    /// What the token says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims alone, where nothing is to be asked again.
    pub(crate) fn into_claims(self) -> Claims {
        self.claims
    }

    /// The key's own `kid`, also where the token names none. Nothing where the key has no name of its own, such as one
    /// from a PEM file or a JWK without `kid`: what the token calls it is the choice of whoever holds the key.
    pub fn key_id(&self) -> Option<&str> {
        self.claims.proof().key_id.as_deref()
    }

    /// The algorithm that verified the token.
    pub fn algorithm(&self) -> Algorithm {
        self.claims.proof().algorithm
    }

    /// Has the processor fetch the list of claims, and the texts of this token alone, for who is about to ask. Changes nothing.
    pub fn fetch(&self) {
        self.claims.fetch();
    }

    /// Roughly how many bytes it holds, heap and all, rather more than less: for a cache that is bounded in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.claims.bytes()
    }

    /// What depends on the call and not on the token: the time (exp, nbf, iat with the profile's leeway) and the
    /// policy's demands. Also that the profile is one of the same issuer that still allows the algorithm. Does not
    /// allocate on success.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn meets(&self, profile: &Profile, demands: &Demands, now_unix: u64) -> Result<(), Refusal> {
        let algorithm = self.algorithm();
        if !profile.algorithms.contains(&algorithm) || !demand_rules::allows(demands, algorithm) {
            return Err(Refusal::AlgorithmNotAllowed);
        }
        let issuer = &self.claims.registered().issuer;
        // Mostly the very same text, which needs no look at it.
        if !Arc::ptr_eq(issuer, &profile.issuer) && *issuer != profile.issuer {
            return Err(Refusal::Issuer);
        }
        claim_rules::judge_again(self.claims.registered(), profile, now_unix)?;
        demand_rules::judge(&self.claims, demands, profile.leeway_seconds, now_unix)
    }
}

/// Shows no claim, as [`Claims`] does.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}
