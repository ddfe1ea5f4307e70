//! What operators may know about each issuer's keys, for metrics.
//!
//! Never holds a key, and never waits.

use std::time::Duration;

use witgate_token::DroppedKey;

use crate::issuer::Issuer;
use crate::keyring::Keyring;
use crate::revocation::FeedState;

/// One issuer's keys and fetches at one moment.
///
/// The counters live as long as the keys do: [`Keyring::renewed`] keeps them where the source is unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerReport {
    /// The profile's name.
    pub name: String,
    /// The number of the key set: 0 before the first, then one more with each change.
    pub generation: u64,
    /// How many keys are in force.
    pub keys: usize,
    /// The keys of the document in force that were left out, each with its reason, and its `kid` up to 256 bytes.
    pub dropped: Vec<DroppedKey>,
    /// How many fetches brought a usable key set. The reading of a file counts as one.
    pub fetches_succeeded: u64,
    /// How many did not.
    pub fetches_failed: u64,
    /// Why the last one that failed did, whether or not a later one succeeded. For operators only.
    pub last_failure: Option<String>,
    /// How long ago the last one succeeded.
    pub since_success: Option<Duration>,
    /// How the feed of revocations stands.
    pub feed: FeedState,
    /// Whether the feed's last word, or its first one, has been awaited for longer than
    /// [`crate::FeedTiming::alarm_after`].
    pub feed_alarm: bool,
    /// How many revocations are in force, from the feed and from the program.
    pub revocations: usize,
    /// How full the fuller one of both lists is, in percent of [`witgate_token::MAX_REVOCATIONS`].
    pub revocations_percent: usize,
}

impl Keyring {
    /// What is known about each issuer, in the order of the configuration.
    pub fn report(&self) -> Vec<IssuerReport> {
        self.issuers().iter().map(|issuer| of(issuer)).collect()
    }
}

fn of(issuer: &Issuer) -> IssuerReport {
    let (held, known) = (issuer.keys.held(), issuer.keys.known());
    let held = held.as_deref();
    let (feed, revocations) = issuer.revoked.report();
    IssuerReport {
        name: issuer.profile.name.clone(),
        generation: held.map_or(0, |held| held.generation),
        keys: held.map_or(0, |held| held.keys.len()),
        dropped: held.map(|held| held.dropped.clone()).unwrap_or_default(),
        fetches_succeeded: known.succeeded,
        fetches_failed: known.failed,
        last_failure: known.last_failure,
        since_success: known.last_success.map(|at| at.elapsed()),
        feed,
        feed_alarm: issuer.revoked.is_alarming(),
        revocations,
        revocations_percent: issuer.revoked.percent(),
    }
}
