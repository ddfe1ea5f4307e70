//! The memory of what tokens share. It counts once, here and with a bound for the process, and for no token: who holds a share
//! today may be the last one tomorrow.
//!
//! Never waits, and never gives more than its bound.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Most that all tokens of this process share, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// That of this process.
pub(crate) static RESERVE: Reserve = Reserve::of(MOST_BYTES);

/// So many bytes are left.
#[derive(Debug)]
pub(crate) struct Reserve(AtomicUsize);

/// Bytes of a reserve, which come back with it.
#[derive(Debug)]
pub(crate) struct Reserved {
    bytes: usize,
    of: &'static Reserve,
}

impl Reserve {
    pub const fn of(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// So many bytes, if so many are left.
    pub fn take(&'static self, bytes: usize) -> Option<Reserved> {
        let left = |left: usize| left.checked_sub(bytes);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).ok()?;
        Some(Reserved { bytes, of: self })
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.of.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_there_is_and_it_comes_back() {
        static RESERVE: Reserve = Reserve::of(100);
        let held = RESERVE.take(60).expect("there are a hundred");
        assert!(RESERVE.take(41).is_none());
        let rest = RESERVE.take(40).expect("forty are left");
        drop(held);
        assert!(RESERVE.take(61).is_none() && RESERVE.take(60).is_some());
        drop(rest);
        assert!(RESERVE.take(100).is_some());
    }
}
