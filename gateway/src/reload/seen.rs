//! What was read at the last look, and what is kept of it: from these follows what a look has to do.
//!
//! Never reads a file: it is told what a look found.

use super::kept::Kept;
use super::snapshot::Snapshot;
use super::stamps::Stamps;

/// See the module.
pub(super) struct Seen {
    /// the digest of the last look at the disk
    last: [u8; 32],
    /// how the files of keys and secrets stood that the disk named then
    last_keys: Stamps,
    /// whether the disk waits for its next change, after a rollback
    waits: bool,
    pub(super) in_force: Kept,
    pub(super) previous: Option<Kept>,
}

impl Seen {
    /// The first generation.
    pub(super) fn first(in_force: Kept) -> Self {
        Self { last: in_force.digest, last_keys: in_force.keys.clone(), waits: false, in_force, previous: None }
    }

    /// Whether the disk is to be tried. After a rollback a key or a secret is no reason to: it is the rollback's as well.
    pub(super) fn is_news(&self, snapshot: &Snapshot) -> bool {
        snapshot.digest != self.last || (!self.waits && snapshot.keys != self.last_keys)
    }

    /// The disk was looked at, and waits no longer.
    pub(super) fn looked(&mut self, snapshot: &Snapshot) {
        (self.last, self.last_keys, self.waits) = (snapshot.digest, snapshot.keys.clone(), false);
    }

    /// Whether this is what is in force, keys and secrets too.
    pub(super) fn is_in_force(&self, snapshot: &Snapshot) -> bool {
        snapshot.digest == self.in_force.digest && snapshot.keys == self.in_force.keys
    }

    /// How the keys and secrets of what is in force stand, where that is not what the disk says and they changed: then
    /// nobody else takes them up.
    pub(super) fn new_keys(&self) -> Option<Stamps> {
        if !self.waits && self.last == self.in_force.digest {
            return None;
        }
        Some(self.in_force.keys_now()).filter(|keys| *keys != self.in_force.keys)
    }

    /// The disk is in force. A change of keys or secrets alone is no step that a rollback could undo.
    pub(super) fn accepted(&mut self, next: Kept) {
        let before = std::mem::replace(&mut self.in_force, next);
        if before.digest != self.in_force.digest {
            self.previous = Some(before);
        }
    }

    /// What was kept as the previous one is in force again, as `next`; from now on the disk waits.
    pub(super) fn rolled_back(&mut self, next: Kept) {
        self.previous = Some(std::mem::replace(&mut self.in_force, next));
        self.waits = true;
    }

    /// Whether the files on disk were refused, rather than put off by a rollback.
    pub(super) fn disk_is_refused(&self) -> bool {
        !self.waits && self.last != self.in_force.digest
    }
}
