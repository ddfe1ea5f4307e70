//! Clock, randomness and environment, answered from the made-up request. The native twin of `component::surroundings`.
//!
//! Never the machine's own: time stands still, and the same seed gives the same numbers.
use std::time::SystemTime;

use super::state::with;

pub fn now() -> SystemTime {
    with(|state| state.clock)
}

pub fn random_u64() -> u64 {
    with(|state| state.random.number())
}

pub fn variable(name: &str) -> Option<String> {
    with(|state| state.variables.get(name).cloned())
}
