//! An authorizer that misbehaves on demand, so that tests can see what the gateway makes of it.
//!
//! The request header `x-fault` says how: `trap`, `loop`, `memory`, `deny`; anything else allows. Never for production.
use std::hint::black_box;

use serde::Deserialize;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, request};

/// How much is asked for at a time, in bytes.
const PIECE_BYTES: usize = 1 << 20;

/// No keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// The guest.
pub struct Faulty;

impl Plugin for Faulty {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(_config: Config) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Authorizer for Faulty {
    fn authorize(&self) -> Decision {
        match request::header_text("x-fault").as_deref() {
            Some("trap") => panic!("x-fault asked for a trap"),
            Some("loop") => spin(),
            Some("memory") => hoard(),
            Some("deny") => Decision::Deny(Refusal::forbidden("fault_denied", "x-fault asked for a denial.")),
            _ => Decision::Allow,
        }
    }
}

/// Never returns; the black box keeps the compiler from seeing that.
fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Keeps asking and touching until the host refuses; the failed allocation then ends the guest.
fn hoard() -> ! {
    let mut pieces = Vec::new();
    loop {
        pieces.push(black_box(vec![1_u8; PIECE_BYTES]));
    }
}

witgate_plugin::export!(authorizer: Faulty);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    fn decide(fault: &str) -> Decision {
        let guest: Faulty = mock::configure("{}").unwrap();
        mock::request("GET", "/").header("x-fault", fault).run(|| guest.authorize())
    }

    #[test]
    fn it_behaves_unless_asked() {
        assert_eq!(decide("none"), Decision::Allow);
        assert!(matches!(decide("deny"), Decision::Deny(refusal) if refusal.code == "fault_denied"));
    }

    #[test]
    #[should_panic(expected = "x-fault asked for a trap")]
    fn it_traps_when_asked() {
        decide("trap");
    }
}
