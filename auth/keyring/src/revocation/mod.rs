//! What one issuer revoked: as its feed says, and as the program itself says.
//!
//! Never lets a token pass because a feed is silent: what nobody can tell is 503, as it is with keys.

mod fill;
mod document;
mod kept;
mod pace;
mod line;
mod feed;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::time::Instant;
use witgate_token::{Refusal, Revocation, Revocations, Verified};

pub(crate) use feed::Feed;

use crate::clock::now_unix;
use crate::config::IssuerConfig;
use fill::Fill;

/// Of the time that a word of the feed does for a sensitive request, this part is left to bring it to its verdict.
const YOUNG_RESERVE: u32 = 10;

/// Why a revocation was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RevokeError {
    /// No profile has this name.
    #[error("no such issuer profile is configured")]
    UnknownProfile,
    /// The set is full; nothing of this call was taken.
    #[error(transparent)]
    Full(#[from] witgate_token::RevocationsFull),
}

/// How a feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedState {
    /// None is configured: tokens of this issuer count until they expire.
    Off,
    /// It has not been obtained yet: no token of this issuer passes.
    Awaited,
    /// Its last word is so old.
    Fresh(Duration),
    /// Its last word is so old, and that is longer than [`crate::FeedTiming::alarm_after`]. Tokens pass, but not by
    /// themselves where the request is sensitive.
    Alarmed(Duration),
    /// Its last word is too old: no token of this issuer passes until it answers again.
    Stale(Duration),
}

/// Both lists of one issuer. Judged on each request.
pub(crate) struct RevocationList {
    said: Arc<Said>,
    feed: Option<Arc<Feed>>,
    /// How long the feed's last word counts, where the operator says it.
    max_stale: Option<Duration>,
}

/// What the program said about one issuer. It outlives each reload that keeps the issuer.
#[derive(Default)]
pub(crate) struct Said {
    revoked: ArcSwap<Revocations>,
    saying: Mutex<()>,
    fill: Fill,
}

impl RevocationList {
    /// A list with this feed, whose last word counts for so long, and what the program said under the former
    /// configurations of the issuer.
    pub fn new(feed: Option<Arc<Feed>>, max_stale: Option<Duration>, said: Arc<Said>) -> Self {
        Self { said, feed, max_stale }
    }

    /// What the program said so far, and will say.
    pub fn said(&self) -> Arc<Said> {
        Arc::clone(&self.said)
    }

    /// The feed, where it is the one that this configuration names.
    pub fn feed_of(&self, config: &IssuerConfig) -> Option<Arc<Feed>> {
        self.feed.clone().filter(|feed| feed.is_of(config))
    }

    /// Whether its feed is the one that this configuration names, or neither has one.
    pub fn is_from(&self, config: &IssuerConfig) -> bool {
        let is_fed = self.feed.as_ref().map_or(config.revocations.is_none(), |feed| feed.is_of(config));
        is_fed && self.max_stale == config.revocations_max_stale
    }

    /// Whether there is a feed.
    pub fn is_fed(&self) -> bool {
        self.feed.is_some()
    }

    /// What may wait: the first answer of the feed, until then at most.
    pub async fn ensure(&self, until: Instant) {
        if let Some(feed) = &self.feed {
            feed.ensure(until).await;
        }
    }

    /// Judges one verified token. Never waits.
    pub fn judge(&self, token: &Verified) -> Result<(), Refusal> {
        self.said.revoked.load().judge(token)?;
        self.feed.as_ref().map_or(Ok(()), |feed| feed.judge(token, self.max_stale_of(feed)))
    }

    /// Whether the feed's last word does for a sensitive request. Without a feed it never does.
    pub fn is_young(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| !feed.young_for().0.is_zero())
    }

    /// As [`Self::is_young`], and for a while longer: as long as a request may need from here to its verdict.
    pub fn stays_young(&self) -> bool {
        let lasts = |(left, whole): (Duration, Duration)| left > whole / YOUNG_RESERVE;
        self.feed.as_ref().is_some_and(|feed| lasts(feed.young_for()))
    }

    /// Whether the last word, or the first one, has been awaited for too long.
    pub fn is_alarming(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.is_alarming())
    }

    fn max_stale_of(&self, feed: &Feed) -> Duration {
        self.max_stale.unwrap_or_else(|| feed.default_max_stale())
    }

    /// Takes all of them or none. Each call copies the set. The profile's name is for the log.
    pub fn say(&self, profile: &str, revocations: impl IntoIterator<Item = Revocation>) -> Result<(), RevokeError> {
        // It guards no data: two calls at once must not lose each other's revocations.
        let _one_at_a_time = self.said.saying.lock().unwrap_or_else(PoisonError::into_inner);
        let mut said = Revocations::clone(&self.said.revoked.load());
        said.forget_expired(now_unix());
        for revocation in revocations {
            said.insert(revocation)?;
        }
        self.said.fill.note(profile, "the program", said.len());
        self.said.revoked.store(Arc::new(said));
        Ok(())
    }

    /// How full the fuller one of both lists is, in percent.
    pub fn percent(&self) -> usize {
        let from_feed = self.feed.as_ref().map_or(0, |feed| feed.report(self.max_stale_of(feed)).1);
        fill::percent(from_feed.max(self.said.revoked.load().len()))
    }

    /// How the feed stands, and how many revocations are in force, from the feed and from the program.
    pub fn report(&self) -> (FeedState, usize) {
        let (state, from_feed) =
            self.feed.as_ref().map_or((FeedState::Off, 0), |feed| feed.report(self.max_stale_of(feed)));
        (state, self.said.revoked.load().len() + from_feed)
    }
}
