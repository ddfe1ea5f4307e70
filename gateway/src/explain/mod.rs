//! Why a request was answered as it was: who may ask, what is kept of it, and how it reads.
//!
//! Never changes an answer, and never shows a credential: `policy::trace` takes values in as they may be shown.

pub mod operator_key;
pub mod report;
pub mod text;
pub mod traces;
pub mod wish;
pub mod noted;
