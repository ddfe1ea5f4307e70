//! The word to the operator where a policy asks a store to remember for longer than its entry allows: a limit or a lockout
//! would end early, and nobody would see it.
//!
//! Never said twice for one plugin of a generation, and never with a key.

use std::sync::atomic::{AtomicBool, Ordering};

use super::store::Store;

/// Whether it was said already.
#[derive(Debug, Default)]
pub(super) struct Shortened(AtomicBool);

impl Shortened {
    /// Hears for how many seconds an entry shall live.
    pub(super) fn hear(&self, plugin: &str, store: &Store, seconds: Option<u32>) {
        let Some(asked) = seconds.filter(|seconds| store.cuts(*seconds)) else { return };
        if !self.0.swap(true, Ordering::Relaxed) {
            let most = store.ttl_seconds();
            tracing::warn!(
                target: "policy", plugin, asked, most,
                "the policy's window outlasts its store and is cut: raise `store.ttl-seconds` of its grants"
            );
        }
    }
}
