//! What one issuer revoked: as its feed says, and as the program itself says.
//!
//! Never lets a token pass because a feed is silent: what nobody can tell is 503, as it is with keys.

mod fill;
mod document;
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
    /// Obtained so long ago.
    Fresh(Duration),
    /// Obtained too long ago: no token of this issuer passes until it answers again.
    Stale(Duration),
}

/// Both lists of one issuer. Judged on each request.
pub(crate) struct RevocationList {
    said: Arc<Said>,
    feed: Option<Arc<Feed>>,
}

/// What the program said about one issuer. It outlives each reload that keeps the issuer.
#[derive(Default)]
pub(crate) struct Said {
    revoked: ArcSwap<Revocations>,
    saying: Mutex<()>,
    fill: Fill,
}

impl RevocationList {
    /// A list with this feed, and what the program said under the former configurations of the issuer.
    pub fn new(feed: Option<Arc<Feed>>, said: Arc<Said>) -> Self {
        Self { said, feed }
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
        self.feed.as_ref().map_or(config.revocations.is_none(), |feed| feed.is_of(config))
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
        self.feed.as_ref().map_or(Ok(()), |feed| feed.judge(token))
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
        let from_feed = self.feed.as_ref().map_or(0, |feed| feed.report().1);
        fill::percent(from_feed.max(self.said.revoked.load().len()))
    }

    /// How the feed stands, and how many revocations are in force, from the feed and from the program.
    pub fn report(&self) -> (FeedState, usize) {
        let (state, from_feed) = self.feed.as_ref().map_or((FeedState::Off, 0), |feed| feed.report());
        (state, self.said.revoked.load().len() + from_feed)
    }
}
