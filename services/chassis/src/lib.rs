//! The microservice chassis: what each native service behind the gateway stands on. A process that starts, says so
//! and stops in order; whose tokens count; how answers leave and bodies come in; a database with one owner.
//! Never holds a business rule: it knows no order, no stock and no user, and decides nothing about a caller.

pub mod process;

pub mod listen;

pub mod stop;

pub mod serve;

pub mod tokens;

pub mod answer;

pub mod body;

pub mod layers;

pub mod cookies;

#[cfg(feature = "database")]
pub mod database;

#[cfg(feature = "testing")]
pub mod testing;
