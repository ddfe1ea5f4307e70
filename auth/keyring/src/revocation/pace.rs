//! How soon a feed is asked again, and for what: from where we are, or for everything.
//!
//! Never asks without a pause a server that fails, or that answers at once and brings nothing.

use std::time::Duration;

use crate::feed_timing::FeedTiming;

/// Pause after news, so that a storm of revocations comes in few answers: each one copies the set.
const AFTER_NEWS: Duration = Duration::from_millis(20);

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// What the server wants a client without a cursor to wait.
    Polled { wanted: Option<Duration> },
    /// Something new, or what was asked for.
    News,
    /// Nothing new within the time that the server was to wait.
    Silence,
    /// Nothing new, sooner than the server was to answer, or everything where little was asked for.
    Hasty,
    /// Numbers are missing.
    Gap,
    /// Anything else that failed. Whether what was asked for cannot be had at all.
    Failed { is_hopeless: bool },
}

/// What the attempts so far mean for the next one.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Failures since the last success.
    failures: u32,
    /// Answers in a row that came too soon or had a gap.
    hasty: u32,
    /// Whether only a snapshot helps.
    wants_all: bool,
}

impl Pace {
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether the next attempt is for a snapshot, whatever cursor there is.
    pub fn wants_all(&self) -> bool {
        self.wants_all
    }

    /// Whether the server may hold the next answer back. After a failure nobody knows how old our word is, so it may not.
    pub fn may_wait(&self) -> bool {
        self.failures == 0
    }

    /// How long to pause after an attempt that ended so.
    pub fn after(&mut self, outcome: Outcome, timing: &FeedTiming) -> Duration {
        match outcome {
            Outcome::Gap | Outcome::Failed { .. } => self.failures = self.failures.saturating_add(1),
            _ => self.failures = 0,
        }
        match outcome {
            Outcome::Gap | Outcome::Hasty => self.hasty = self.hasty.saturating_add(1),
            Outcome::Silence | Outcome::Polled { .. } => self.hasty = 0,
            // A snapshot after a gap is news, and heals nothing if the next delta has one again.
            Outcome::News if !self.wants_all => self.hasty = 0,
            Outcome::News | Outcome::Failed { .. } => {}
        }
        let is_refused = matches!(outcome, Outcome::Gap | Outcome::Failed { is_hopeless: true });
        let has_failed = matches!(outcome, Outcome::Failed { .. });
        self.wants_all = is_refused || (self.wants_all && has_failed);
        self.pause(outcome, timing)
    }

    fn pause(&self, outcome: Outcome, timing: &FeedTiming) -> Duration {
        match outcome {
            Outcome::Polled { wanted } => {
                wanted.map_or(timing.poll, |wanted| wanted.clamp(timing.poll, timing.max_poll))
            }
            Outcome::News => AFTER_NEWS,
            Outcome::Silence => Duration::ZERO,
            // The first one is answered at once.
            Outcome::Hasty | Outcome::Gap => {
                self.hasty.checked_sub(2).map_or(Duration::ZERO, |more| doubled(more, timing))
            }
            Outcome::Failed { .. } => doubled(self.failures.saturating_sub(1), timing),
        }
    }
}

fn doubled(times: u32, timing: &FeedTiming) -> Duration {
    let factor = 2_u32.saturating_pow(times);
    timing.first_retry.saturating_mul(factor).min(timing.max_retry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(pace: &mut Pace, outcome: Outcome) -> u128 {
        pace.after(outcome, &FeedTiming::default()).as_millis()
    }

    #[test]
    fn failures_are_answered_ever_more_seldom_up_to_a_bound() {
        let (mut pace, failed) = (Pace::default(), Outcome::Failed { is_hopeless: false });
        let pauses = [0; 7].map(|_| millis(&mut pace, failed));
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 2000, 2000]);
        assert!(!pace.may_wait() && !pace.wants_all() && pace.failures() == 7);
        pace.failures = u32::MAX;
        assert_eq!(millis(&mut pace, failed), 2000);
        assert_eq!(millis(&mut pace, Outcome::Silence), 0);
        assert!(pace.may_wait());
        assert_eq!(millis(&mut pace, failed), 100);
    }

    #[test]
    fn the_first_gap_is_answered_at_once_and_no_loop_of_gaps_is_hot() {
        let mut pace = Pace::default();
        let mut rounds = [0; 4].map(|_| {
            let pause = millis(&mut pace, Outcome::Gap);
            assert!(pace.wants_all());
            assert_eq!(millis(&mut pace, Outcome::News), AFTER_NEWS.as_millis(), "the snapshot");
            assert!(!pace.wants_all() && pace.may_wait());
            pause
        });
        assert_eq!(rounds, [0, 100, 200, 400]);
        assert_eq!(millis(&mut pace, Outcome::News), AFTER_NEWS.as_millis(), "a delta");
        rounds[0] = millis(&mut pace, Outcome::Gap);
        assert_eq!(rounds[0], 0);
    }

    #[test]
    fn all_is_asked_for_until_it_comes() {
        let mut pace = Pace::default();
        for (outcome, wants_all) in [
            (Outcome::Gap, true),
            (Outcome::Failed { is_hopeless: false }, true),
            (Outcome::News, false),
            (Outcome::Failed { is_hopeless: false }, false),
            (Outcome::Failed { is_hopeless: true }, true),
            (Outcome::Polled { wanted: None }, false),
        ] {
            millis(&mut pace, outcome);
            assert_eq!(pace.wants_all(), wants_all, "{outcome:?}");
        }
    }

    #[test]
    fn a_server_that_does_not_wait_is_asked_ever_more_seldom() {
        let mut pace = Pace::default();
        assert_eq!([0; 4].map(|_| millis(&mut pace, Outcome::Hasty)), [0, 100, 200, 400]);
        assert!(pace.may_wait());
        assert_eq!(millis(&mut pace, Outcome::Silence), 0);
        assert_eq!(millis(&mut pace, Outcome::Hasty), 0);
    }

    #[test]
    fn without_a_cursor_the_server_says_how_often_within_bounds() {
        let seconds = |wanted: Option<u64>| Outcome::Polled { wanted: wanted.map(Duration::from_secs) };
        let pauses = [None, Some(0), Some(7), Some(600)].map(|wanted| millis(&mut Pace::default(), seconds(wanted)));
        assert_eq!(pauses, [2000, 2000, 7000, 15_000]);
    }
}
