//! An authenticator that says `authenticated` without verifying a token: the gateway must refuse the word without the
//! deed. Never for production.
use serde::Deserialize;
use witgate_plugin::{Authenticator, Outcome, Plugin, RequestHead};

/// No keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// The guest.
pub struct Liar;

impl Plugin for Liar {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(_config: Config) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Authenticator for Liar {
    fn authenticate(&self, _head: RequestHead) -> Outcome {
        Outcome::Authenticated(Vec::new())
    }
}

witgate_plugin::export!(authenticator: Liar);

#[cfg(test)]
mod tests {
    use witgate_plugin::{claims, mock};

    use super::*;

    #[test]
    fn it_lies() {
        let guest: Liar = mock::configure("{}").unwrap();
        mock::request("GET", "/").run(|head| {
            assert_eq!(guest.authenticate(head), Outcome::Authenticated(Vec::new()));
            assert_eq!(claims::value("sub"), None);
        });
    }
}
