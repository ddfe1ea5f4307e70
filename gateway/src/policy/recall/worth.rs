//! Whether looking for kept answers pays: a policy about whose requests no two are equal is left alone for a while.
//!
//! Never for good: what callers ask changes.

/// Answers in vain after which it is judged.
const TRIAL: u32 = 1 << 16;
/// Calls in a row whose answer could not be kept, after which it is judged.
const UNKEPT: u32 = 1 << 10;
/// It pays when one of so many looks finds an answer.
const LEAST_SHARE: u32 = 8;
/// Calls without a look for each that was in vain.
const REST: u32 = 8;

/// See the module. One for each worker.
#[derive(Debug, Default)]
pub(super) struct Worth {
    found: u32,
    in_vain: u32,
    unkept: u32,
    resting: u32,
}

impl Worth {
    /// Whether to look this time.
    pub(super) fn looks(&mut self) -> bool {
        if self.resting == 0 {
            return true;
        }
        self.resting -= 1;
        false
    }

    /// An answer was found.
    pub(super) fn found(&mut self) {
        self.found = self.found.saturating_add(1);
        self.unkept = 0;
    }

    /// None was, and the one that was given was kept, or could not be.
    pub(super) fn learned(&mut self, kept: bool) {
        self.in_vain += 1;
        self.unkept = if kept { 0 } else { self.unkept + 1 };
        if self.in_vain >= TRIAL || self.unkept >= UNKEPT {
            let pays = self.found >= self.in_vain / LEAST_SHARE;
            let resting = if pays { 0 } else { self.in_vain.saturating_mul(REST) };
            *self = Self { resting, ..Self::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_never_finds_rests_and_looks_again() {
        let mut worth = Worth::default();
        for _ in 0..TRIAL {
            assert!(worth.looks());
            worth.learned(true);
        }
        assert_eq!((0..=TRIAL * REST).position(|_| worth.looks()), Some((TRIAL * REST) as usize));
    }

    #[test]
    fn one_whose_answers_cannot_be_kept_rests_sooner() {
        let mut worth = Worth::default();
        (0..UNKEPT).for_each(|_| worth.learned(false));
        assert!(!worth.looks());
    }

    #[test]
    fn one_that_finds_now_and_then_goes_on() {
        let mut worth = Worth::default();
        for call in 0..4 * TRIAL {
            assert!(worth.looks(), "{call}");
            if call % LEAST_SHARE == 0 { worth.found() } else { worth.learned(call % 2 == 0) }
        }
    }
}
