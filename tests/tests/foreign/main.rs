//! Issuers that are not ours: a real one of another make, whose keys rotate, and a hostile one. Never a mock of the
//! gateway: tokens go in at its front door.

mod upstream;
mod provider;
mod algorithms;
mod rotation;
mod hostile;
mod flood;
mod undisturbed;

/// Held by the tests that fill the machine: a fetch that misses its deadline for want of a core says nothing about us.
static CALM: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
