//! From the bytes of a component to code that can run: compiled in a process of its own, kept in a private cache, and
//! compiled once.
//!
//! Never compiles in the way of a request, and never runs compiled code that this user's gateway did not write itself.

mod digest;
mod budget;
mod fault;
pub(crate) mod child;
mod outcome;
mod compiling;
mod folder;
mod entry;
mod cache;
mod precompiled;
mod loader;

pub use budget::Budget;
pub use compiling::Compiling;
pub use digest::Digest;
pub use fault::{CompileError, FolderFault};
pub use loader::{Loader, Tally};
