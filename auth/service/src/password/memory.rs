//! The memory that argon2 works in, kept from one hash to the next: an allocator that gets it back and forth from many
//! threads keeps a piece for each of them. Never more pieces than hashes ran at once, and none is kept that is larger
//! than a new hash needs.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;

/// What one hash works in. It grows to what the hash asks for.
pub(super) type Memory = Vec<Block>;

/// The pieces that nobody works in. Clones share them.
#[derive(Clone)]
pub(super) struct MemoryPool {
    idle: Arc<Mutex<Vec<Memory>>>,
    most_blocks: usize,
}

impl MemoryPool {
    /// Keeps pieces of at most so many blocks of 1 KiB.
    pub(super) fn new(most_blocks: usize) -> MemoryPool {
        MemoryPool { idle: Arc::default(), most_blocks }
    }

    /// Does the work with a piece that nobody else has meanwhile.
    pub(super) fn lend<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memory = self.idle().pop().unwrap_or_default();
        let result = work(&mut memory);
        if memory.len() > self.most_blocks {
            memory = Memory::new();
        }
        self.idle().push(memory);
        result
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Memory>> {
        // Nothing that can panic runs while it is locked.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MemoryPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryPool").field("idle", &self.idle().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_after_the_other_shares_a_piece_and_a_large_one_is_not_kept() {
        let pool = MemoryPool::new(8);
        pool.lend(|memory| memory.resize(8, Block::new()));
        assert_eq!(pool.lend(|memory| memory.len()), 8, "the same piece");
        pool.lend(|memory| {
            assert_eq!(pool.lend(|other| other.len()), 0, "another one while the first is lent");
            memory.resize(9, Block::new());
        });
        assert_eq!(pool.idle().iter().map(Vec::len).collect::<Vec<_>>(), [0, 0]);
    }
}
