//! Pages of docs/ that are made of something else: the contract of wit/, the catalogue of the plugins' folders. Never
//! written by hand: `cargo xtask contract` and `cargo xtask catalogue` write them, and here they must be current.

mod page;
mod signature;
mod contract;
mod catalogue;
