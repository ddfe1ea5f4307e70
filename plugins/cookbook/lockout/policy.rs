//! Who asks for many things that do not exist is guessing: out for a while. Never counts what was found.
use serde::Deserialize;
use witgate_plugin::schemars::{self, JsonSchema};
use witgate_plugin::{Action, Filter, HeaderOp, Plugin, claims, request, store, warn};

/// What the operator wrote.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How many misses are too many.
    misses: i64,
    /// How long they are remembered.
    seconds: u32,
}

/// The policy, configured.
pub struct Lockout(Config);

impl Plugin for Lockout {
    type Config = Config;
    const CODES: &'static [&'static str] = &["locked_out"];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        Ok(Self(config))
    }
}

impl Filter for Lockout {
    fn on_request(&self) -> Action {
        let misses = store::get(&key()).and_then(|count| String::from_utf8(count).ok()?.parse().ok()).unwrap_or(0);
        if misses >= self.0.misses {
            return Action::refused(429, "locked_out", "Too many of your requests led nowhere.");
        }
        Action::Forward(Vec::new())
    }

    fn on_response(&self, status: u16) -> Vec<HeaderOp> {
        // The store may forget: then a guesser gets more tries, and nobody who is innocent is kept out.
        if status == 404 && store::increment(&key(), 1, Some(self.0.seconds)) == Ok(self.0.misses) {
            warn!("locked out");
        }
        Vec::new()
    }
}

/// By subject; on a public route by the peer's address.
fn key() -> String {
    format!("misses/{}", claims::get("sub").unwrap_or_else(request::peer_address))
}

witgate_plugin::export!(filter: Lockout);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    fn policy() -> Lockout {
        mock::configure(r#"{"misses": 2, "seconds": 60}"#).expect("a good config")
    }

    #[test]
    fn only_misses_count_and_the_last_is_logged() {
        let mallory = || mock::request("GET", "/orders/1").claim("sub", "mallory");
        for (before, status, warns) in [("0", 404, 0), ("1", 404, 1), ("2", 404, 0), ("1", 200, 0), ("1", 403, 0)] {
            mallory().store_entry("misses/mallory", before).run(|| policy().on_response(status));
            assert_eq!(mock::logs().len(), warns, "{before} {status}");
        }
    }

    #[test]
    fn a_miss_is_seen_by_the_next_request() {
        let seen = mock::request("GET", "/orders/1").store_entry("misses/192.0.2.1", "1").run(|| {
            let policy = policy();
            let before = policy.on_request();
            policy.on_response(404);
            (before, policy.on_request())
        });
        assert_eq!(seen.0, Action::Forward(Vec::new()));
        assert!(matches!(seen.1, Action::Refused(refusal) if refusal.status == 429));
    }
}
