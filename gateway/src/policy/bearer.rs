//! What an exchange knows of its token: unverified for choosing a profile, and verified by the keyring.
//!
//! Never waits, never hands out a key, and never keeps a token.

use witgate_keyring::resource_server::bearer_token;
use witgate_token::{Claims, Failure, Refusal};

use super::bindings::jwt;
use super::exchange::Exchange;
use super::transcript::{Demanded, Wanted};
use crate::unix_time;

/// A verification that was made on the way to this call, for a policy that asks for the same again.
pub(super) struct Foreseen {
    /// what was asked for
    pub(super) wanted: Wanted,
    /// what came of it
    pub(super) outcome: Result<Claims, Refusal>,
}

impl Exchange {
    /// The unverified header of the token.
    pub(super) fn token_header(&mut self) -> Result<jwt::Header, jwt::Failure> {
        let peeked = self.bearer().and_then(witgate_token::peek);
        let header = peeked.map(|header| jwt::Header { alg: header.alg, kid: header.kid, typ: header.typ });
        header.map_err(|refusal| self.noted(&refusal))
    }

    /// The unverified issuer of the token.
    pub(super) fn unverified_issuer(&mut self) -> Option<String> {
        self.issuer_claimed().map_err(|refusal| self.noted(&refusal)).ok()
    }

    /// The name of the profile of the token's issuer.
    pub(super) fn token_profile(&mut self) -> Option<String> {
        let named = self.profile_of_token().map(str::to_owned);
        named.map_err(|refusal| self.noted(&refusal)).ok()
    }

    /// Verifies the token by the keyring.
    ///
    /// # Errors
    /// Why the token is refused.
    pub(super) fn verified(&self, profile: &str, demands: &Demanded) -> Result<Claims, Refusal> {
        let demands = demands.as_ref().map_err(|_| Refusal::AlgorithmNotAllowed)?;
        let keyring = self.tokens.keyring().ok_or(Refusal::KeysUnavailable)?;
        let token = bearer_token(&self.headers)?;
        let now = self.at.unwrap_or_else(unix_time::now);
        keyring.verify_now(profile, token, demands, now, &self.scrutiny)
    }

    /// Verifies by the case of a rehearsal.
    ///
    /// # Errors
    /// Why the token is refused.
    pub(super) fn rehearse(&mut self, profile: &str, demands: &Demanded) -> Result<(), Refusal> {
        let demands = demands.as_ref().map_err(|_| Refusal::AlgorithmNotAllowed)?;
        let token = self.bearer()?.to_owned();
        let case = self.tokens.rehearsed_mut().ok_or(Refusal::KeysUnavailable)?;
        case.verify(profile, &token, demands)
    }

    /// Makes the claims of a verified token readable; those of a rehearsal's case are so already.
    ///
    /// # Errors
    /// What a guest learns of a refusal.
    pub(super) fn take_claims(&mut self, verified: Result<Option<Claims>, Refusal>) -> Result<(), jwt::Failure> {
        match verified {
            Ok(None) => Ok(()),
            Ok(claims) => {
                self.claims = claims;
                Ok(())
            }
            Err(refusal) => Err(self.noted(&refusal)),
        }
    }

    /// What the guest learns of a refusal: its class. The precise reason stays here, for log and metrics.
    pub(super) fn noted(&mut self, refusal: &Refusal) -> jwt::Failure {
        self.token_refusal = Some(refusal.code());
        failure(refusal.failure())
    }

    /// Whether the token verified before: then all that is left is to look it up and to judge it again.
    pub(super) fn knows_token(&self) -> bool {
        bearer_token(&self.headers).is_ok_and(|token| self.scrutiny.knows(token))
    }

    /// The token of the request; on a stage there may be one that nobody can read.
    fn bearer(&self) -> Result<&str, Refusal> {
        match self.tokens.rehearsed().and_then(|case| case.unreadable.clone()) {
            Some(why) => Err(why),
            None => bearer_token(&self.headers),
        }
    }

    fn issuer_claimed(&self) -> Result<String, Refusal> {
        witgate_token::claimed_issuer(self.bearer()?)
    }

    /// A token that was verified before names its profile without being read again; any other is asked why it does not.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn profile_of_token(&self) -> Result<&str, Refusal> {
        let token = self.bearer()?;
        if let Some(case) = self.tokens.rehearsed() {
            let issuer = witgate_token::claimed_issuer(token)?;
            return case.profile_of(&issuer).ok_or(Refusal::UnknownIssuer);
        }
        let keyring = self.tokens.keyring().ok_or(Refusal::UnknownIssuer)?;
        match keyring.profile_of(token, &self.scrutiny) {
            Some(profile) => Ok(&profile.name),
            None => Err(self.issuer_claimed().map_or_else(|refusal| refusal, |_| Refusal::UnknownIssuer)),
        }
    }
}

fn failure(failure: Failure) -> jwt::Failure {
    match failure {
        Failure::Missing => jwt::Failure::Missing,
        Failure::Malformed => jwt::Failure::Malformed,
        Failure::UnknownIssuer => jwt::Failure::UnknownIssuer,
        Failure::UnknownKey => jwt::Failure::UnknownKey,
        Failure::Algorithm => jwt::Failure::Algorithm,
        Failure::Signature => jwt::Failure::Signature,
        Failure::Expired => jwt::Failure::Expired,
        Failure::NotYetValid => jwt::Failure::NotYetValid,
        Failure::Issuer => jwt::Failure::Issuer,
        Failure::Audience => jwt::Failure::Audience,
        Failure::Claim => jwt::Failure::Claim,
        Failure::Revoked => jwt::Failure::Revoked,
        Failure::KeysUnavailable => jwt::Failure::KeysUnavailable,
        Failure::Other => jwt::Failure::Other,
    }
}
