//! Granted randomness in a case: one stream for one seed, the same in the component's host and in the mock.
//!
//! Never secret and never strong: a case must come out alike each time. The stream is a part of the format, so it is
//! written out here (SplitMix64) instead of taken from a library that may change its own.

/// How far the state moves with each number: the odd number nearest to 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers from a seed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chance(u64);

impl Chance {
    /// The stream that begins with `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// So many bytes: the next numbers, each with its lowest byte first; what is left of the last one is lost.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let number = self.number().to_le_bytes();
            let wanted = (length - bytes.len()).min(number.len());
            bytes.extend_from_slice(&number[..wanted]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_stream() {
        // The published first numbers of SplitMix64 for this seed.
        let mut chance = Chance::seeded(1_234_567);
        assert_eq!([chance.number(), chance.number()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        let mut bytes = Chance::seeded(1_234_567);
        assert_eq!(bytes.bytes(3), 6_457_827_717_110_365_317_u64.to_le_bytes()[..3]);
        assert_eq!(bytes.bytes(8), 3_203_168_211_198_807_973_u64.to_le_bytes());
    }
}
