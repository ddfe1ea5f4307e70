//! An authenticator that says `authenticated` without verifying a token: the gateway must refuse the word without the
//! deed. It lies to requests with a header `x-test-route`; with `always = true`, or the word `open`, to all, and so is not even
//! loaded. Never for production.
use serde::Deserialize;
use witgate_plugin::{Authenticator, Outcome, Plugin, Refusal, request};

/// When it lies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// to everybody
    #[serde(default)]
    pub always: bool,
    /// to everybody where it is `open`
    #[serde(default)]
    pub word: String,
}

/// The guest.
pub struct Liar {
    always: bool,
}

impl Plugin for Liar {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(config: Config) -> Result<Self, String> {
        Ok(Self { always: config.always || config.word == "open" })
    }
}

impl Authenticator for Liar {
    fn authenticate(&self) -> Outcome {
        if self.always || request::header_text("x-test-route").is_some() {
            return Outcome::Authenticated(Vec::new());
        }
        Outcome::Refused(Refusal::unauthorized("liar_refused", "Not asked to lie."))
    }
}

witgate_plugin::export!(authenticator: Liar);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    #[test]
    fn it_lies_where_it_is_asked_to() {
        let ask = |config: &str, lie: bool| {
            let guest: Liar = mock::configure(config).unwrap();
            let request = mock::request("GET", "/");
            let request = if lie { request.header("x-test-route", "liar") } else { request };
            request.try_run(|| guest.authenticate())
        };
        assert!(ask("{}", true).is_err() && ask(r#"{"always": true}"#, false).is_err(), "the word without the deed");
        assert!(ask(r#"{"word": "open"}"#, false).is_err());
        assert!(matches!(ask("{}", false), Ok(Outcome::Refused(_))));
    }
}
