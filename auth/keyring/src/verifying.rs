//! How a keyring verifies: what may wait, then what never waits, from the cache where the token is known.
//!
//! Never passes a token that was not asked about again: time, demands and revocations count on each request, cached or not.

use std::sync::Arc;

use http::HeaderValue;
use witgate_token::{
    Claims, Demands, KeySet, Profile, Refusal, Verified, peek, unverified_issuer, verify, verify_profile,
};

use crate::cache::CacheReport;
use crate::cached::Under;
use crate::clock::now_unix;
use crate::digest::Digest;
use crate::issuer::Issuer;
use crate::keyring::Keyring;
use crate::keys::Held;
use crate::scrutiny::Scrutiny;
use crate::token_text::TokenText;

impl Keyring {
    /// What may wait: makes sure that the key this token names is there if it can be had, and under
    /// [`Scrutiny::sensitive`] the issuer's own word on the token where the feed's is not young.
    ///
    /// Waits at most 5 seconds, for keys and revocations together, and then at most 2 for the issuer's word, which only a
    /// token that verifies is worth. Never fails: `verify_now` tells. A token that verified lately is not even parsed.
    pub async fn prepare(&self, token: &str, scrutiny: &mut Scrutiny) {
        self.prepare_text(token, token.into(), scrutiny).await;
    }

    /// As [`Keyring::prepare`], for a token in the value of a header: its text is not copied.
    pub async fn prepare_in(&self, value: &HeaderValue, token: &str, scrutiny: &mut Scrutiny) {
        self.prepare_text(token, TokenText::in_header(token, value), scrutiny).await;
    }

    async fn prepare_text(&self, token: &str, text: TokenText, scrutiny: &mut Scrutiny) {
        scrutiny.prepare(token, text, self.cache());
        self.obtain(token, scrutiny).await;
        if scrutiny.is_sensitive() {
            self.introspect(token, scrutiny).await;
        }
    }

    async fn obtain(&self, token: &str, scrutiny: &Scrutiny) {
        if let Some(issuer) = self.recalled(token, scrutiny) {
            issuer.keys.keep_fresh();
            if issuer.revoked.is_fed() {
                issuer.revoked.ensure(issuer.keys.wait_end()).await;
            }
            return;
        }
        let Ok(header) = peek(token) else { return };
        let Some(issuer) = unverified_issuer(token).and_then(|iss| self.issuing(&iss)) else { return };
        // A token that will be refused for its algorithm must not cause a fetch.
        if header.alg.parse().is_ok_and(|algorithm| issuer.profile.algorithms.contains(&algorithm)) {
            let until = issuer.keys.wait_end();
            tokio::join!(issuer.keys.ensure(header.kid.as_deref(), until), issuer.revoked.ensure(until));
        }
    }

    /// Asks the issuer about a token that is good as far as anybody else can tell.
    async fn introspect(&self, token: &str, scrutiny: &mut Scrutiny) {
        let Some(issuer) = self.issuer_of(token, scrutiny) else { return };
        let Some(introspection) = &issuer.introspection else { return };
        let digest = scrutiny.digest_of(token);
        if issuer.revoked.stays_young() || !scrutiny.lacks(issuer.id, &digest) {
            return;
        }
        let name = &issuer.profile.name;
        if self.verify_now(name, token, &Demands::default(), now_unix(), &Scrutiny::usual()).is_ok() {
            let word = introspection.ask(token, digest).await;
            scrutiny.note(issuer.id, digest, word);
        }
    }

    /// Verifies with the keys that are there. Never waits.
    ///
    /// # Errors
    /// `KeysUnavailable` when no key set was ever obtained, or when the key is not there and the last fetch failed;
    /// `RevocationsUnavailable` when the configured feed of
    /// revocations has said nothing for too long, or under [`Scrutiny::sensitive`] when its word is not young and `prepare`
    /// brought none of the issuer; otherwise as [`witgate_token::verify`], or `Revoked`.
    pub fn verify_now(
        &self,
        profile: &str,
        token: &str,
        demands: &Demands,
        now_unix: u64,
        scrutiny: &Scrutiny,
    ) -> Result<Claims, Refusal> {
        let issuer = self.named(profile).ok_or(Refusal::UnknownProfile)?;
        match &*issuer.keys.held_now() {
            Some(held) => self.verify_with(held, issuer, token, (demands, scrutiny), now_unix),
            None => Err(refused_without_keys(issuer, token, demands, now_unix)),
        }
    }

    /// Prepares, chooses the profile by the token's issuer and verifies by the system's clock. For services.
    ///
    /// # Errors
    /// `UnknownIssuer` when no profile has the token's issuer; otherwise as `verify_now`.
    pub async fn authenticate(&self, token: &str) -> Result<Claims, Refusal> {
        self.authenticate_for(token, &Demands::default(), &mut Scrutiny::usual()).await
    }

    /// As [`Keyring::authenticate`], with demands on top of the profile's. A scrutiny that was used for a token before
    /// is not obtained again.
    ///
    /// # Errors
    /// As [`Keyring::authenticate`].
    pub async fn authenticate_for(
        &self,
        token: &str,
        demands: &Demands,
        scrutiny: &mut Scrutiny,
    ) -> Result<Claims, Refusal> {
        self.prepare(token, scrutiny).await;
        let Some(profile) = self.profile_of(token, scrutiny) else {
            peek(token)?;
            return Err(Refusal::UnknownIssuer);
        };
        self.verify_now(&profile.name, token, demands, now_unix(), scrutiny)
    }

    /// The profile of the issuer that this token names, verified or not. A token that verified lately is not parsed.
    pub fn profile_for_token(&self, token: &str) -> Option<&Profile> {
        let mut scrutiny = Scrutiny::usual();
        scrutiny.prepare(token, token.into(), self.cache());
        self.profile_of(token, &scrutiny)
    }

    /// As [`Keyring::profile_for_token`], where the scrutiny of the request is at hand: a token that was prepared with it
    /// is not looked up again.
    pub fn profile_of(&self, token: &str, scrutiny: &Scrutiny) -> Option<&Profile> {
        self.issuer_of(token, scrutiny).map(|issuer| &issuer.profile)
    }

    /// How the cache of verified tokens stands.
    pub fn cache_report(&self) -> CacheReport {
        self.cache().report()
    }

    fn issuer_of(&self, token: &str, scrutiny: &Scrutiny) -> Option<&Arc<Issuer>> {
        self.recalled(token, scrutiny).or_else(|| self.issuing(&unverified_issuer(token)?))
    }

    /// The issuer under whose present keys the token verified lately.
    fn recalled(&self, token: &str, scrutiny: &Scrutiny) -> Option<&Arc<Issuer>> {
        let (_, under) = scrutiny.known(token)?;
        self.issuers().iter().find(|issuer| issuer.id == under.issuer && issuer.keys.has_key_set(under.keys))
    }

    /// What a token verified as under this.
    fn known(&self, digest: &Digest, lately: Option<&(Verified, Under)>, under: Under) -> Option<Verified> {
        match lately {
            Some((known, was)) if *was == under => {
                self.cache().note_hit(digest);
                Some(known.clone())
            }
            _ => self.cache().get(digest, under),
        }
    }

    fn verify_with(
        &self,
        held: &Held,
        issuer: &Issuer,
        token: &str,
        (demands, scrutiny): (&Demands, &Scrutiny),
        now: u64,
    ) -> Result<Claims, Refusal> {
        let under = Under { issuer: issuer.id, keys: held.id };
        let (digest, lately) = scrutiny.looked_up(token);
        if let Some(known) = self.known(&digest, lately, under) {
            let verdict = issuer.judge(&known, &digest, scrutiny);
            let verdict = verdict.and_then(|()| known.meets(&issuer.profile, demands, now));
            return self.admit_known(&known, &digest, verdict);
        }
        let verified = verify_profile(token, &issuer.profile, &held.keys, now);
        let verified = verified.map_err(|refusal| issuer.refused(token, refusal))?;
        issuer.judge(&verified, &digest, scrutiny)?;
        let ends = verified.claims().expires_at().saturating_add(issuer.profile.leeway_seconds);
        self.cache().insert(digest, under, &verified, ends, now);
        verified.meets(&issuer.profile, demands, now)?;
        Ok(verified.claims().clone())
    }

    fn admit_known(&self, known: &Verified, digest: &Digest, verdict: Result<(), Refusal>) -> Result<Claims, Refusal> {
        if matches!(verdict, Err(Refusal::Expired | Refusal::Revoked)) {
            self.cache().remove(digest);
        }
        verdict.map(|()| known.claims().clone())
    }
}

/// Without keys a malformed or disallowed token is still the caller's fault; the rest nobody can tell.
fn refused_without_keys(issuer: &Issuer, token: &str, demands: &Demands, now: u64) -> Refusal {
    match verify(token, &issuer.profile, demands, &KeySet::default(), now) {
        Ok(_) | Err(Refusal::UnknownKey) => Refusal::KeysUnavailable,
        Err(other) => other,
    }
}
