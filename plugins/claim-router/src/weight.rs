//! The split by weight: a stable hash of the sticky key, cut into shares.
//!
//! Never random and never seeded: every worker, every restart and every gateway sends one key to one upstream.
use crate::config::Share;

/// FNV-1a, 64 bits: offset basis and prime.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Shares in the order written, with the sum of their weights.
#[derive(Debug)]
pub struct Split {
    shares: Vec<Share>,
    total: u64,
}

impl Split {
    /// Checks that something gets the requests.
    pub fn new(shares: Vec<Share>) -> Result<Self, String> {
        if let Some(index) = shares.iter().position(|share| share.upstream.is_empty()) {
            return Err(format!("split[{index}].upstream: must not be empty"));
        }
        let total = shares.iter().map(|share| u64::from(share.weight)).sum();
        if total == 0 {
            return Err("split: at least one weight must be more than 0".into());
        }
        Ok(Self { shares, total })
    }

    /// The upstream whose share holds `mixed FNV-1a 64 of the key, modulo the total weight`. Shares lie side by side in
    /// the order written, so where the total stays the same, a share that grows at its neighbour's cost keeps its keys.
    pub fn choose(&self, key: &str) -> &str {
        let mut point = hash(key.as_bytes()) % self.total;
        for share in &self.shares {
            match point.checked_sub(u64::from(share.weight)) {
                Some(rest) => point = rest,
                None => return &share.upstream,
            }
        }
        unreachable!("the point is less than the sum of the weights")
    }
}

/// FNV-1a 64, then the finalizer of MurmurHash3: FNV alone spreads short keys that differ in the last byte badly.
fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME));
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(weights: &[u32]) -> Split {
        let share = |(index, weight): (usize, &u32)| Share { upstream: format!("u{index}"), weight: *weight };
        Split::new(weights.iter().enumerate().map(share).collect()).unwrap()
    }

    fn keys() -> impl Iterator<Item = String> {
        (0..20_000).map(|number| format!("user-{number}"))
    }

    #[test]
    fn shares_get_their_weight() {
        for weights in [&[90, 10][..], &[50, 50], &[1, 1, 1], &[99, 1], &[0, 3, 7]] {
            let split = split(weights);
            let total: u32 = weights.iter().sum();
            for (index, weight) in weights.iter().enumerate() {
                let upstream = format!("u{index}");
                let got = keys().filter(|key| split.choose(key) == upstream).count() as f64 / 20_000.0;
                let wanted = f64::from(*weight) / f64::from(total);
                assert!((got - wanted).abs() < 0.015, "{weights:?}: {upstream} got {got}, wanted {wanted}");
            }
        }
    }

    #[test]
    fn a_growing_canary_keeps_its_keys() {
        let (before, after) = (split(&[90, 10]), split(&[70, 30]));
        let moved_back = keys().filter(|key| before.choose(key) == "u1" && after.choose(key) == "u0").count();
        assert_eq!(moved_back, 0);
    }

    #[test]
    fn the_hash_never_changes() {
        // Another value here moves every user of every operator to another upstream.
        assert_eq!(hash(b""), 0xefd0_1f60_ba99_2926);
        assert_eq!(hash(b"alice"), 0x3507_d047_a67c_08f4);
        assert_ne!(hash(b"alice"), hash(b"bob"));
    }

    #[test]
    fn a_split_to_nowhere_is_refused() {
        assert!(Split::new(Vec::new()).is_err());
        assert!(Split::new(vec![Share { upstream: "a".into(), weight: 0 }]).is_err());
        assert!(Split::new(vec![Share { upstream: String::new(), weight: 1 }]).is_err());
    }
}
