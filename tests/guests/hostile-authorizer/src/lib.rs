//! An authorizer that attacks its host: the request header `x-attack` says how, and its config can attack the start.
//! Anything else is allowed. Never for production.

mod bombs;
mod floods;
mod memory;
mod attack;

use serde::Deserialize;
use witgate_plugin::{Authorizer, Decision, Plugin, request};

use attack::Attack;

/// What happens in `configure`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// one of the bombs; nothing: it starts well
    on_start: Option<Attack>,
}

/// The guest.
pub struct Hostile;

impl Plugin for Hostile {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(config: Config) -> Result<Self, String> {
        config.on_start.map_or(Ok(Self), |attack| match attack.run() {
            Decision::Allow => Ok(Self),
            _ => Err("on_start: this attack needs a request".to_owned()),
        })
    }
}

impl Authorizer for Hostile {
    fn authorize(&self) -> Decision {
        let asked = request::header_text("x-attack").and_then(|name| Attack::named(&name));
        asked.map_or(Decision::Allow, Attack::run)
    }
}

witgate_plugin::export!(authorizer: Hostile);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    fn decide(attack: &str) -> Result<Decision, String> {
        let guest: Hostile = mock::configure("{}").unwrap();
        mock::request("GET", "/").header("x-attack", attack).try_run(|| guest.authorize())
    }

    #[test]
    fn it_behaves_unless_asked() {
        assert_eq!(decide("none"), Ok(Decision::Allow));
    }

    #[test]
    fn it_refuses_in_words_that_no_response_may_carry() {
        let breach = decide("inject-code").unwrap_err();
        assert!(breach.contains("must be 1 to 64 of a-z"), "{breach}");
    }

    #[test]
    #[should_panic(expected = "asked for a trap")]
    fn it_traps_when_asked() {
        drop(decide("trap"));
    }
}
