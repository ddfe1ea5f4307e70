//! An authorizer whose rule is ten digits in its data segment, so that a test can patch the built .wasm into another
//! valid component and see which one is in force. Never for production.
//!
//! With the header `x-probe: rule` it denies with the code `revision_<digits>`; without, it allows.
use std::hint::black_box;

use serde::Deserialize;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, request};

/// The marker. Exactly these 32 bytes stand once in the .wasm; a test replaces the last ten by other digits.
static RULE: &[u8; 32] = b"WITGATE-RULE-REVISION=0000000000";
/// Where the digits begin.
const DIGITS_AT: usize = 22;

/// No keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// The guest.
pub struct Revision;

impl Plugin for Revision {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(_config: Config) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Authorizer for Revision {
    fn authorize(&self) -> Decision {
        if request::header("x-probe").as_deref() != Some(b"rule") {
            return Decision::Allow;
        }
        let code = format!("revision_{}", String::from_utf8_lossy(&digits()));
        Decision::Deny(Refusal::forbidden(code, "This is the rule in force."))
    }
}

/// The black box keeps the compiler from reading the marker while it compiles.
fn digits() -> [u8; 10] {
    let marker: &[u8; 32] = black_box(RULE);
    let mut digits = [b'?'; 10];
    digits.copy_from_slice(&marker[DIGITS_AT..]);
    digits
}

witgate_plugin::export!(authorizer: Revision);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    #[test]
    fn it_says_its_revision_when_probed() {
        let guest: Revision = mock::configure("{}").unwrap();
        let probe = mock::request("GET", "/").header("x-probe", "rule");
        let Decision::Deny(refusal) = probe.run(|| guest.authorize()) else { panic!("a probe is denied") };
        assert_eq!((refusal.status, refusal.code.as_str()), (403, "revision_0000000000"));
        assert_eq!(mock::request("GET", "/").run(|| guest.authorize()), Decision::Allow);
    }
}
