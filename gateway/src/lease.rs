//! A request's hold on its generation, which is also how requests under way are counted.
//!
//! Never outlives the request and its response body, and never counts one request twice.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;

use crate::generation::Generation;

/// Held from a request's first look at the generation until the last byte of its response.
pub struct Lease(Arc<Generation>);

impl Lease {
    /// Takes hold of the generation in force.
    pub fn take(generations: &ArcSwap<Generation>) -> Self {
        let generation = generations.load_full();
        generation.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(generation)
    }
}

impl Deref for Lease {
    type Target = Generation;

    fn deref(&self) -> &Generation {
        &self.0
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
