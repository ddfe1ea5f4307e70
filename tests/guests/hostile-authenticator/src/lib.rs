//! An authenticator that takes the word for the deed, as the header `x-attack` says; otherwise it verifies as it should.
//! Never for production.

use serde::Deserialize;
use witgate_plugin::{Authenticator, Demands, Outcome, Plugin, Refusal, claims, jwt, request};

/// Verifications that one call tries; the host allows a few.
const MANY: usize = 1000;

/// The issuer's profile that exists, and one that does not.
const PROFILE: &str = "main";
const NO_PROFILE: &str = "nobody";

/// No keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// The guest.
pub struct Hostile;

impl Plugin for Hostile {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(_config: Config) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Authenticator for Hostile {
    fn authenticate(&self) -> Outcome {
        match request::header_text("x-attack").as_deref() {
            Some("never-verify") => accept(),
            Some("ignore-failure") => {
                let _ignored = verify(NO_PROFILE);
                accept()
            }
            Some("verify-then-fail") => {
                let _good = verify(PROFILE);
                let _ignored = verify(NO_PROFILE);
                accept()
            }
            Some("read-before") => read_before(),
            Some("verify-flood") => {
                (0..MANY).for_each(|_| drop(verify(PROFILE)));
                accept()
            }
            Some("many-attributes") => accept_with((0..MANY).map(|n| (format!("a{n}"), String::new())).collect()),
            Some("huge-attribute") => accept_with(vec![("a".to_owned(), "v".repeat(100_000))]),
            Some("anonymous") => Outcome::Anonymous,
            _ => accept_with(Vec::new()),
        }
    }
}

fn verify(profile: &str) -> Result<(), Refusal> {
    let refused = |_failure| Refusal::unauthorized("token_invalid", "The token is not accepted.");
    jwt::verify(profile, &Demands::default()).map_err(refused)
}

fn accept() -> Outcome {
    Outcome::Authenticated(Vec::new())
}

/// Good manners, and these attributes.
fn accept_with(attributes: Vec<(String, String)>) -> Outcome {
    match verify(PROFILE) {
        Ok(()) => Outcome::Authenticated(attributes),
        Err(refusal) => Outcome::Refused(refusal),
    }
}

/// Whatever can be read of anybody's claims before a token was verified is a leak.
fn read_before() -> Outcome {
    if claims::value("sub").is_some() || claims::has_scope("orders:read") {
        return Outcome::Refused(Refusal::unauthorized("leaked", "Claims were there before a token was verified."));
    }
    accept_with(Vec::new())
}

witgate_plugin::export!(authenticator: Hostile);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    #[test]
    fn it_takes_the_word_for_the_deed() {
        let guest: Hostile = mock::configure("{}").unwrap();
        let request = mock::request("GET", "/").header("x-attack", "never-verify");
        let breach = request.try_run(|| guest.authenticate()).unwrap_err();
        assert!(breach.contains("authenticated"), "{breach}");
    }
}
