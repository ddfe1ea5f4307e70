//! An authorizer that uses what gateway.toml may grant, as the header `x-ask` says, and denies with what it got as the
//! message. Never for production.
//!
//! `clock`, `elapsed`, `random`, `env NAME`, `secret`, `tell`, `say`, `get KEY`, `set KEY VALUE`, `delete KEY`, `count KEY
//! [SECONDS]`, `http METHOD URL [BODY]`. Without a word about it: `leave KEY VALUE` and `take KEY` change the store, `started` denies
//! where the key `at-start` was there when the instance was configured. Anything else allows.
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use witgate_plugin::outbound::{self, Request};
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, request, store};

/// How much of an answer is shown: a refusal's message is bounded.
const SHOWN_BYTES: usize = 600;

/// What a test may put in place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    #[serde(default)]
    secret: String,
    /// What the secret must be, else `configure` refuses it and quotes it.
    expected: Option<String>,
    /// A key of the store that `configure` looks up.
    at_start: Option<String>,
}

/// The guest.
pub struct Granted {
    config: Config,
    was_there: bool,
}

impl Plugin for Granted {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(config: Config) -> Result<Self, String> {
        match &config.expected {
            Some(expected) if *expected != config.secret => Err(format!("secret: {:?} is wrong", config.secret)),
            _ => {
                let was_there = config.at_start.as_deref().is_some_and(|key| store::get(key).is_some());
                Ok(Self { config, was_there })
            }
        }
    }
}

impl Authorizer for Granted {
    fn authorize(&self) -> Decision {
        let ask = request::header_text("x-ask").unwrap_or_default();
        let words: Vec<&str> = ask.split(' ').collect();
        let got = match words.as_slice() {
            ["clock"] => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).to_string(),
            ["elapsed"] => Instant::now().elapsed().as_secs().to_string(),
            ["random"] => getrandom::u64().map_or_else(|error| error.to_string(), |random| format!("{random:016x}")),
            ["env", name] => std::env::var(name).unwrap_or_else(|_| "absent".to_owned()),
            ["secret"] => self.config.secret.len().to_string(),
            ["tell"] => self.config.secret.clone(),
            ["say"] => say(&self.config.secret),
            ["get", key] => store::get(key).map_or_else(|| "absent".to_owned(), |value| text(&value)),
            ["set", key, value] => format!("{:?}", store::set(key, value.as_bytes(), None)),
            ["delete", key] => {
                store::delete(key);
                "deleted".to_owned()
            }
            ["count", key] => format!("{:?}", store::increment(key, 1, None)),
            ["count", key, seconds] => format!("{:?}", store::increment(key, 1, seconds.parse().ok())),
            ["leave", key, value] => {
                return quietly(|| store::set(key, value.as_bytes(), None).expect("there is room"));
            }
            ["take", key] => return quietly(|| store::delete(key)),
            ["started"] if self.was_there => return Decision::Deny(Refusal::forbidden("granted", "it was there")),
            ["http", method, url] => sent(method, url, ""),
            ["http", method, url, body] => sent(method, url, body),
            _ => return Decision::Allow,
        };
        witgate_plugin::info!("granted", got = got);
        Decision::Deny(Refusal::forbidden("granted", got))
    }
}

fn quietly(change: impl FnOnce()) -> Decision {
    change();
    Decision::Allow
}

fn say(secret: &str) -> String {
    witgate_plugin::warn!(format!("the secret is {secret}"), it = secret);
    "said".to_owned()
}

fn sent(method: &str, url: &str, body: &str) -> String {
    let request = Request { method: method.to_owned(), ..Request::post(url, body) };
    match outbound::send(&request.header("x-from", "guest").header("connection", "x-from, close")) {
        Ok(answer) => format!("{} {}", answer.status, text(&answer.body)),
        Err(error) => format!("{error:?}"),
    }
}

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_BYTES)]).into_owned();
    if text.contains('\r') { text.replace("\r\n", "|") } else { text }
}

witgate_plugin::export!(authorizer: Granted);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    fn got(ask: &str) -> String {
        let guest: Granted = mock::configure("{}").expect("configured");
        let request = mock::request("GET", "/").header("x-ask", ask).store_entry("k", "v");
        match request.run(|| guest.authorize()) {
            Decision::Deny(refusal) => refusal.message,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn it_says_what_it_got() {
        assert_eq!(got(""), "Allow");
        assert_eq!(got("get k"), "v");
        assert_eq!(got("count n"), "Ok(1)");
        assert_eq!(got("http GET https://a/"), "Denied");
        assert_eq!(got("env NO_SUCH_VARIABLE"), "absent");
    }
}
