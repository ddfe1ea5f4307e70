//! How sure a request must be that its token is not revoked, and the issuer's own word on one token as the proof of it.
//!
//! Never a proof about another token or another issuer than it was given for, and nobody but the keyring can make one.

use std::fmt;

use witgate_token::Refusal;

use crate::cache::Digest;

/// How sure a request must be that its token is not revoked. One for each request, from
/// [`Keyring::prepare`](crate::Keyring::prepare) to [`Keyring::verify_now`](crate::Keyring::verify_now).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scrutiny(Level);

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
        Self(Level::Sensitive(None))
    }

    /// Whether it is the second one.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.0 != Level::Usual
    }

    /// Whether the issuer's word on this token is needed and not there yet.
    pub(crate) fn lacks(&self, issuer: u64, token: &Digest) -> bool {
        self.is_sensitive() && self.word(issuer, token).is_none()
    }

    /// Takes the issuer's word on a token. It replaces that on any other.
    pub(crate) fn note(&mut self, issuer: u64, token: Digest, word: Word) {
        if self.is_sensitive() {
            self.0 = Level::Sensitive(Some(Said { issuer, token, word }));
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
        match &self.0 {
            Level::Sensitive(Some(said)) if said.issuer == issuer && said.token == *token => Some(said.word),
            _ => None,
        }
    }
}

impl fmt::Debug for Scrutiny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
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
