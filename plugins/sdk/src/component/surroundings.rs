//! Clock, randomness and environment as a component sees them: WASI, which the gateway makes real where gateway.toml grants it.
//!
//! Never keeps anything, and never calls WASI where the plugin does not ask. The native twin is `mock::surroundings`.
use std::time::SystemTime;

pub fn now() -> SystemTime {
    SystemTime::now()
}

pub fn random_u64() -> u64 {
    getrandom::u64().expect("WASI gives randomness, or the gateway ends the call")
}

pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
