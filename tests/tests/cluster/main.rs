//! Two auth nodes on one PostgreSQL, two gateways, and what must hold whatever dies: in the small, for every build.
//! `cargo xtask bench auth` runs the same trials in the large. Never a mock: each program is real, and so is the database.

mod revoking;
mod race;
mod killing;
mod cutting;
