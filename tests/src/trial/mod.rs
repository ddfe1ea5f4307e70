//! What the cluster tests try in the small and `cargo xtask bench auth` in the large: the same code, other numbers. Never
//! judges: it counts and measures, and whoever asked for the trial says what is too much.

pub mod times;
pub mod load;
pub mod revoking;
pub mod race;
pub mod crowd;
pub mod killing;
pub mod cutting;
pub mod throughput;
pub mod host;
