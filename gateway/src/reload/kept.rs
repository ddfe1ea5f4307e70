//! What a generation was built from, kept so that it can be built once more.
//!
//! Never more than two of them: the generation in force, and the one that a rollback returns to.

use super::snapshot;
use super::stamps::Stamps;
use crate::config::{Config, Draft};
use crate::generation::{Generation, Material};

/// One generation's whole origin, in memory.
pub(super) struct Kept {
    /// its number when it was in force
    pub(super) number: u64,
    /// what was read from disk, as a digest
    pub(super) digest: [u8; 32],
    /// how its files of keys and secrets stood before it was built, or before that was last tried
    pub(super) keys: Stamps,
    config: Config,
    pub(super) material: Material,
}

impl Kept {
    pub(super) fn of(generation: &Generation, digest: [u8; 32], keys: Stamps, material: Material) -> Self {
        Self { number: generation.number, digest, keys, config: generation.config.clone(), material }
    }

    /// How its files of keys and secrets stand now.
    pub(super) fn keys_now(&self) -> Stamps {
        snapshot::keys(&self.config)
    }

    /// Its configuration, which had no fault; the files on disk are not asked again.
    pub(super) fn draft(&self) -> Draft {
        Draft::again(self.config.clone())
    }
}
