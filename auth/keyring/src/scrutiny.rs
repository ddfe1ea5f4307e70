//! How sure a request must be that its token is not revoked, and the issuer's own word on one token as the proof of it.
//!
//! Never a proof about another token or another issuer than it was given for, and nobody but the keyring can make one.

use std::fmt;

use witgate_token::{Refusal, Verified};

use crate::cache::Cache;
use crate::cached::Under;
use crate::digest::Digest;
use crate::token_text::TokenText;

/// How sure a request must be that its token is not revoked. One for each request, from
/// [`Keyring::prepare`](crate::Keyring::prepare) to [`Keyring::verify_now`](crate::Keyring::verify_now).
///
/// It remembers the token that was prepared, so that its digest is made and looked up once for each request.
#[derive(Clone, Default)]
pub struct Scrutiny {
    level: Level,
    prepared: Option<Prepared>,
}

/// A token that was looked up.
#[derive(Clone)]
struct Prepared {
    token: TokenText,
    digest: Digest,
    /// What it verified as lately, and under what.
    known: Option<(Verified, Under)>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Level {
    /// The feed's word does as long as it counts at all.
    #[default]
    Usual,
    /// The feed's word must be young, or the issuer must say itself that the token is active.
    Sensitive(Option<Said>),
}

/// What an issuer said when it was asked about one token.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Said {
    issuer: u64,
    token: Digest,
    word: Word,
}

/// An issuer's word on one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is active.
    Active,
    /// It is not, for whatever reason.
    Inactive,
    /// There was no answer, or none in time.
    Unknown,
}

impl Scrutiny {
    /// The feed's word does as long as it counts at all; without a feed tokens count until they expire.
    #[must_use]
    pub fn usual() -> Self {
        Self::default()
    }

    /// While the feed's word is not young, or there is no feed, only a token passes that the issuer itself says is active.
    #[must_use]
    pub fn sensitive() -> Self {
        Self { level: Level::Sensitive(None), prepared: None }
    }

    /// Whether it is the second one.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.level != Level::Usual
    }

    /// Whether this very token was prepared, and had verified before: to verify it now is a look-up, unless its keys
    /// changed meanwhile.
    #[must_use]
    pub fn knows(&self, token: &str) -> bool {
        self.known(token).is_some()
    }

    /// Looks a token up, for all who ask about it from now on. It replaces any other.
    pub(crate) fn prepare(&mut self, token: &str, text: TokenText, cache: &Cache) {
        let digest = self.digest_of(token);
        let known = cache.recall(&digest);
        self.prepared = Some(Prepared { token: text, digest, known });
    }

    /// What the token is known by.
    pub(crate) fn digest_of(&self, token: &str) -> Digest {
        self.looked_up(token).0
    }

    /// The same, and what this very token verified as when it was prepared, and under what.
    pub(crate) fn looked_up(&self, token: &str) -> (Digest, Option<&(Verified, Under)>) {
        match self.prepared_for(token) {
            Some(prepared) => (prepared.digest, prepared.known.as_ref()),
            None => (Digest::of(token), None),
        }
    }

    /// What this very token verified as when it was prepared, and under what.
    pub(crate) fn known(&self, token: &str) -> Option<&(Verified, Under)> {
        self.prepared_for(token)?.known.as_ref()
    }

    fn prepared_for(&self, token: &str) -> Option<&Prepared> {
        self.prepared.as_ref().filter(|prepared| prepared.token.is(token))
    }

    /// Whether the issuer's word on this token is needed and not there yet.
    pub(crate) fn lacks(&self, issuer: u64, token: &Digest) -> bool {
        self.is_sensitive() && self.word(issuer, token).is_none()
    }

    /// Takes the issuer's word on a token. It replaces that on any other.
    pub(crate) fn note(&mut self, issuer: u64, token: Digest, word: Word) {
        if self.is_sensitive() {
            self.level = Level::Sensitive(Some(Said { issuer, token, word }));
        }
    }

    /// Judges a token that the revocations do not mean, where the word by which they do not is young or not.
    pub(crate) fn judge(&self, issuer: u64, token: &Digest, is_young: bool) -> Result<(), Refusal> {
        match self.word(issuer, token) {
            // It was asked just before the feed spoke again.
            Some(Word::Inactive) => Err(Refusal::Revoked),
            Some(Word::Active) => Ok(()),
            Some(Word::Unknown) | None if is_young || !self.is_sensitive() => Ok(()),
            Some(Word::Unknown) | None => Err(Refusal::RevocationsUnavailable),
        }
    }

    fn word(&self, issuer: u64, token: &Digest) -> Option<Word> {
        match &self.level {
            Level::Sensitive(Some(said)) if said.issuer == issuer && said.token == *token => Some(said.word),
            _ => None,
        }
    }
}

impl fmt::Debug for Scrutiny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.level {
            Level::Usual => f.write_str("Usual"),
            Level::Sensitive(said) => f.debug_tuple("Sensitive").field(&said.map(|said| said.word)).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_issuers_word_on_this_very_token_counts() {
        let (token, other) = (Digest::of("a.b.c"), Digest::of("a.b.d"));
        let mut scrutiny = Scrutiny::sensitive();
        assert_eq!(scrutiny.judge(1, &token, false), Err(Refusal::RevocationsUnavailable));
        assert_eq!(scrutiny.judge(1, &token, true), Ok(()));
        assert!(scrutiny.lacks(1, &token));
        scrutiny.note(1, token, Word::Active);
        assert!(!scrutiny.lacks(1, &token) && scrutiny.lacks(2, &token) && scrutiny.lacks(1, &other));
        assert_eq!(scrutiny.judge(1, &token, false), Ok(()));
        for (issuer, token) in [(2, token), (1, other)] {
            assert_eq!(scrutiny.judge(issuer, &token, false), Err(Refusal::RevocationsUnavailable));
        }
        for (word, refusal) in [(Word::Inactive, Refusal::Revoked), (Word::Unknown, Refusal::RevocationsUnavailable)] {
            scrutiny.note(1, token, word);
            assert_eq!(scrutiny.judge(1, &token, false), Err(refusal));
        }
        scrutiny.note(1, token, Word::Inactive);
        assert_eq!(scrutiny.judge(1, &token, true), Err(Refusal::Revoked), "the issuer knows better than its feed");
    }

    #[test]
    fn a_usual_request_never_becomes_a_sensitive_one() {
        let (token, mut scrutiny) = (Digest::of("a.b.c"), Scrutiny::usual());
        scrutiny.note(1, token, Word::Inactive);
        assert!(!scrutiny.is_sensitive() && !scrutiny.lacks(1, &token));
        assert_eq!((scrutiny.judge(1, &token, false), format!("{scrutiny:?}")), (Ok(()), "Usual".to_owned()));
        assert_eq!(format!("{:?}", Scrutiny::sensitive()), "Sensitive(None)");
    }
}
