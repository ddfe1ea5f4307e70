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
    const CODES: &'static [&'static str] = &["locked_out", "subject_too_long"];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        match config {
            Config { misses, .. } if misses < 1 => Err("misses: nobody would get in; 1 is the least".into()),
            Config { seconds: 0, .. } => Err("seconds: what is not remembered locks nobody out".into()),
            config => Ok(Self(config)),
        }
    }
}

impl Filter for Lockout {
    fn on_request(&self) -> Action {
        let key = key();
        // No store has such a key, so these misses could not be counted.
        if key.len() > store::MAX_KEY_BYTES {
            return Action::refused(403, "subject_too_long", "Your subject is too long for this service.");
        }
        if store::get(&key).is_some_and(|count| misses(count) >= self.0.misses) {
            return Action::refused(429, "locked_out", "Too many of your requests led nowhere.");
        }
        Action::Forward(Vec::new())
    }

    fn on_response(&self, status: u16) -> Vec<HeaderOp> {
        // The store may forget: then a guesser gets more tries, and nobody who is innocent is kept out.
        match (status == 404).then(|| store::increment(&key(), 1, Some(self.0.seconds))) {
            Some(Ok(misses)) if misses == self.0.misses => warn!("locked out"),
            Some(Err(why)) => warn!("a miss was not counted", why = why),
            _ => {}
        }
        Vec::new()
    }
}

/// By issuer and subject, since two issuers may have an alice each; on a public route by the peer's address. No issuer has a
/// blank in its name.
fn key() -> String {
    match claims::get::<String>("sub") {
        Some(subject) => format!("misses/{} {subject}", claims::get::<String>("iss").unwrap_or_default()),
        None => format!("misses/{}", request::peer_address()),
    }
}

/// What is no count was put there by somebody else: nobody gets in by that.
fn misses(count: Vec<u8>) -> i64 {
    String::from_utf8(count).ok().and_then(|count| count.parse().ok()).unwrap_or(i64::MAX)
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
        let mallory = || mock::request("GET", "/orders/1").claim("iss", "https://id").claim("sub", "mallory");
        for (before, status, warns) in [("0", 404, 0), ("1", 404, 1), ("2", 404, 0), ("1", 200, 0), ("1", 403, 0)] {
            mallory().store_entry("misses/https://id mallory", before).run(|| policy().on_response(status));
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
        assert_eq!(code(seen.1).as_deref(), Some("locked_out"));
    }

    fn code(action: Action) -> Option<String> {
        if let Action::Refused(refusal) = action { Some(refusal.code) } else { None }
    }

    #[test]
    fn who_cannot_be_counted_does_not_get_in() {
        let long = mock::request("GET", "/orders/1").claim("sub", "a".repeat(250));
        assert_eq!(code(long.run(|| policy().on_request())).as_deref(), Some("subject_too_long"));
        let word = mock::request("GET", "/orders/1").store_entry("misses/192.0.2.1", "many");
        assert_eq!(code(word.run(|| policy().on_request())).as_deref(), Some("locked_out"));
        word.run(|| policy().on_response(404));
        assert_eq!(mock::logs()[0].message, "a miss was not counted");
    }

    #[test]
    fn issuers_are_told_apart() {
        let of = |issuer: &str| mock::request("GET", "/orders/1").claim("iss", issuer).claim("sub", "alice");
        let missed = |request: mock::Request| request.store_entry("misses/https://a alice", "2");
        assert_eq!(code(missed(of("https://a")).run(|| policy().on_request())).as_deref(), Some("locked_out"));
        assert_eq!(code(missed(of("https://b")).run(|| policy().on_request())), None);
    }

    #[test]
    fn a_lockout_that_locks_nobody_or_all_out_is_refused() {
        for config in
            [r#"{"misses": 2, "seconds": 0}"#, r#"{"misses": 0, "seconds": 60}"#, r#"{"misses": -1, "seconds": 60}"#]
        {
            assert!(mock::configure::<Lockout>(config).is_err(), "{config}");
        }
    }
}
