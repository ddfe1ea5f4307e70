//! Clock, randomness and environment, answered from the made-up request. The native twin of `component::surroundings`.
//!
//! Never the machine's own: time stands still, and the same seed gives the same numbers.
use std::time::SystemTime;

use super::state::with;

/// SplitMix64 (Steele, Lea, Flood 2014): no secret comes of it, and no crate may change what a seed gives.
#[derive(Debug, Clone)]
pub(super) struct Stream(u64);

impl Stream {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

pub fn now() -> SystemTime {
    with(|state| state.clock)
}

pub fn random_u64() -> u64 {
    with(|state| state.random.number())
}

pub fn variable(name: &str) -> Option<String> {
    with(|state| state.variables.get(name).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_never_gives_other_numbers() {
        // The reference's own first numbers.
        let mut stream = Stream::new(1_234_567);
        assert_eq!(
            [stream.number(), stream.number(), stream.number()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
