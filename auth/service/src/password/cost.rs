//! argon2id itself: what a hash costs, making one, checking one, and whether a stored one is out of date. A stored hash
//! names its own parameters, which are obeyed within bounds only. Never decides which passwords are good.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::try_generate_salt;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use thiserror::Error;

use super::PasswordError;
use super::memory::Memory;

/// Least memory of a new hash, in KiB (OWASP's smallest, with five passes).
pub const MIN_MEMORY_KIB: u32 = 7 * 1024;
/// Most memory of any hash, in KiB. A stored hash that asks for more is refused without any work.
pub const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// Most passes over the memory of any hash.
pub const MAX_PASSES: u32 = 16;
/// Most lanes of any hash.
pub const MAX_LANES: u32 = 16;

/// A cost that no hash may have.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CostError {
    /// Memory outside [`MIN_MEMORY_KIB`] to [`MAX_MEMORY_KIB`].
    #[error("{0} KiB of memory: use {MIN_MEMORY_KIB} to {MAX_MEMORY_KIB}")]
    Memory(u32),
    /// Passes outside 1 to [`MAX_PASSES`].
    #[error("{0} passes: use 1 to {MAX_PASSES}")]
    Passes(u32),
    /// Lanes outside 1 to [`MAX_LANES`].
    #[error("{0} lanes: use 1 to {MAX_LANES}")]
    Lanes(u32),
}

/// What a new hash costs. The default is OWASP's: 19 MiB, two passes, one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Default for HashCost {
    fn default() -> Self {
        HashCost { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

impl HashCost {
    /// Memory in KiB, passes over it, and lanes, each within its bounds.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<HashCost, CostError> {
        if !(MIN_MEMORY_KIB..=MAX_MEMORY_KIB).contains(&memory_kib) {
            return Err(CostError::Memory(memory_kib));
        }
        if !(1..=MAX_PASSES).contains(&passes) {
            return Err(CostError::Passes(passes));
        }
        if !(1..=MAX_LANES).contains(&lanes) {
            return Err(CostError::Lanes(lanes));
        }
        Ok(HashCost { memory_kib, passes, lanes })
    }

    /// How many blocks of 1 KiB a hash works in.
    pub(super) fn blocks(self) -> usize {
        self.memory_kib as usize
    }

    /// Hashes with a fresh salt. Takes tens of milliseconds of a core. The result is a PHC string.
    pub(super) fn hash(self, password: &[u8], memory: &mut Memory) -> Result<String, PasswordError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(failed)?;
        let salt = try_generate_salt().map_err(failed)?;
        let stated = ParamsString::try_from(&params).map_err(failed)?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: stated,
            salt: Some(Salt::new(&salt).map_err(failed)?),
            hash: Some(output(&hasher, password, &salt, Params::DEFAULT_OUTPUT_LEN, memory)?),
        };
        Ok(hash.to_string())
    }

    /// Whether a stored hash was made at another cost or by another function, or cannot be read.
    pub(super) fn differs_from(self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        let Ok(params) = Params::try_from(&hash) else { return true };
        let current = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(Version::V0x13.into());
        let same = (params.m_cost(), params.t_cost(), params.p_cost()) == (self.memory_kib, self.passes, self.lanes);
        !(current && same)
    }
}

/// Whether the password belongs to the PHC string, at the cost that the string names. A string that cannot be read, or
/// that asks for more than the bounds, is an error and never a match.
pub(super) fn verify(password: &[u8], stored: &str, memory: &mut Memory) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    let params = Params::try_from(&stored).map_err(failed)?;
    if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES || params.p_cost() > MAX_LANES {
        return Err(failed("the stored hash asks for more work than any of ours"));
    }
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(failed)?;
    let version = stored.version.map(Version::try_from).transpose().map_err(failed)?.unwrap_or_default();
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Ok(false) };
    let hasher = Argon2::new(algorithm, version, params);
    // The comparison of two `Output` takes the same time wherever they differ.
    Ok(output(&hasher, password, salt, expected.len(), memory)? == *expected)
}

/// The function itself, in memory that may hold what an earlier hash left.
fn output(
    hasher: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    bytes: usize,
    memory: &mut Memory,
) -> Result<Output, PasswordError> {
    let mut buffer = [0_u8; Output::MAX_LENGTH];
    let out = buffer.get_mut(..bytes).ok_or_else(|| failed("the stored hash is too long"))?;
    memory.resize(hasher.params().block_count(), Block::new());
    hasher.hash_password_into_with_memory(password, salt, out, memory.as_mut_slice()).map_err(failed)?;
    Output::new(out).map_err(failed)
}

fn failed(cause: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn a_cost_has_bounds() {
        assert_eq!(HashCost::new(19 * 1024, 2, 1), Ok(HashCost::default()));
        assert_eq!(HashCost::new(MIN_MEMORY_KIB - 1, 2, 1), Err(CostError::Memory(7167)));
        assert_eq!(HashCost::new(MAX_MEMORY_KIB + 1, 2, 1), Err(CostError::Memory(262_145)));
        assert_eq!(HashCost::new(MIN_MEMORY_KIB, 0, 1), Err(CostError::Passes(0)));
        assert_eq!(HashCost::new(MIN_MEMORY_KIB, 17, 1), Err(CostError::Passes(17)));
        assert_eq!(HashCost::new(MIN_MEMORY_KIB, 1, 0), Err(CostError::Lanes(0)));
        assert_eq!(HashCost::new(MIN_MEMORY_KIB, 1, 17), Err(CostError::Lanes(17)));
        assert!(HashCost::new(MAX_MEMORY_KIB, MAX_PASSES, MAX_LANES).is_ok());
    }

    #[test]
    fn an_old_hash_still_verifies_and_is_found_out_of_date() {
        let old = CHEAP.hash(b"correct horse", &mut vec![]).unwrap();
        assert!(old.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{old}");
        assert!(verify(b"correct horse", &old, &mut vec![]).unwrap());
        assert!(!verify(b"correct horsf", &old, &mut vec![]).unwrap());
        assert!(!CHEAP.differs_from(&old));
        assert!(HashCost::default().differs_from(&old));
        assert!(CHEAP.differs_from(&old.replace("argon2id", "argon2i")), "another function");
        assert!(CHEAP.differs_from("plain"));
    }

    /// The library's own verifier, which takes fresh memory, must agree.
    #[test]
    fn memory_that_was_used_before_changes_nothing() {
        use argon2::password_hash::PasswordVerifier;
        let mut memory = vec![];
        let small = CHEAP.hash(b"first", &mut memory).unwrap();
        let large = HashCost { memory_kib: 256, passes: 2, lanes: 2 }.hash(b"second", &mut memory).unwrap();
        let again = CHEAP.hash(b"third", &mut memory).unwrap();
        for (password, hash) in [("first", small), ("second", large), ("third", again)] {
            Argon2::default().verify_password(password.as_bytes(), hash.as_str()).unwrap();
            assert!(verify(password.as_bytes(), &hash, &mut memory).unwrap());
        }
    }

    /// Were the work done, this test would need 4 TiB of memory, or hours.
    #[test]
    fn a_stored_hash_cannot_ask_for_gigabytes() {
        let ours = CHEAP.hash(b"correct horse", &mut vec![]).unwrap();
        for greedy in ["m=4294967295,t=1,p=1", "m=262145,t=1,p=1", "m=64,t=4294967295,p=1", "m=4096,t=1,p=17"] {
            let refused = verify(b"correct horse", &ours.replace("m=64,t=1,p=1", greedy), &mut vec![]);
            assert!(matches!(refused, Err(PasswordError::Hash(_))), "{greedy}");
        }
    }

    #[test]
    fn a_damaged_hash_is_never_a_match() {
        let ours = CHEAP.hash(b"correct horse", &mut vec![]).unwrap();
        let without_output = ours.rsplit_once('$').unwrap().0;
        for damaged in ["", "plain", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", without_output] {
            assert!(!matches!(verify(b"correct horse", damaged, &mut vec![]), Ok(true)), "{damaged:?}");
        }
    }
}
