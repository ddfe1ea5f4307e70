//! How full a list of revocations is, and the warning before nothing more fits. Never refuses anything itself.

use std::sync::atomic::{AtomicBool, Ordering};

use witgate_token::MAX_REVOCATIONS;

/// From here on the operator is warned, in percent.
const WARNED_PERCENT: usize = 80;

/// How many percent of the most revocations these are.
pub(super) fn percent(revocations: usize) -> usize {
    revocations.saturating_mul(100) / MAX_REVOCATIONS
}

/// Whether the operator was warned about one list.
#[derive(Default)]
pub(super) struct Fill(AtomicBool);

impl Fill {
    /// Warns once each time the list becomes nearly full.
    pub fn note(&self, profile: &str, list: &str, revocations: usize) {
        if self.is_news(revocations) {
            tracing::warn!(profile, list, revocations, most = MAX_REVOCATIONS, "the revocations are nearly too many");
        }
    }

    fn is_news(&self, revocations: usize) -> bool {
        let is_nearly_full = percent(revocations) >= WARNED_PERCENT;
        !self.0.swap(is_nearly_full, Ordering::Relaxed) && is_nearly_full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_becomes_nearly_full_is_news_once() {
        let (fill, edge) = (Fill::default(), MAX_REVOCATIONS / 100 * WARNED_PERCENT);
        assert_eq!([0, edge - 1, edge, MAX_REVOCATIONS].map(percent), [0, 79, 80, 100]);
        let news = [0, edge - 1, edge, edge + 1, edge, edge - 1, edge].map(|revocations| fill.is_news(revocations));
        assert_eq!(news, [false, false, true, false, false, false, true]);
    }
}
