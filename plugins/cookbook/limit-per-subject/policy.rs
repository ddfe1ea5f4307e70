//! So many requests of one subject in a window of time. Never lets pass what it cannot count.
use serde::Deserialize;
use witgate_plugin::schemars::{self, JsonSchema};
use witgate_plugin::{Authorizer, Decision, Plugin, claims, store};

/// What the operator wrote.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How many in one window.
    requests: u32,
    /// How long a window is.
    seconds: u32,
}

/// The policy, configured.
pub struct Limit(Config);

impl Plugin for Limit {
    type Config = Config;
    const CODES: &'static [&'static str] = &["subject_missing", "too_many_requests", "not_counted"];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        if config.seconds == 0 {
            return Err("seconds: a window of no time counts nothing".into());
        }
        Ok(Self(config))
    }
}

impl Authorizer for Limit {
    fn authorize(&self) -> Decision {
        let Some(subject) = claims::get::<String>("sub") else {
            return Decision::deny(403, "subject_missing", "This can only be counted for somebody.");
        };
        // By issuer and subject, since two issuers may have an alice each. No issuer has a blank in its name.
        let key = format!("requests/{} {subject}", claims::get::<String>("iss").unwrap_or_default());
        // One step for all workers; the window ends when its first request was `seconds` ago.
        match store::increment(&key, 1, Some(self.0.seconds)) {
            Ok(count) if count <= i64::from(self.0.requests) => Decision::Abstain,
            Ok(_) => Decision::deny(429, "too_many_requests", "Try again a little later."),
            Err(_) => Decision::deny(503, "not_counted", "Try again."),
        }
    }
}

witgate_plugin::export!(authorizer: Limit);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    fn code(request: &mock::Request) -> Option<String> {
        let policy: Limit = mock::configure(r#"{"requests": 2, "seconds": 60}"#).expect("a good config");
        match request.run(|| policy.authorize()) {
            Decision::Deny(refusal) => Some(refusal.code),
            _ => None,
        }
    }

    #[test]
    fn each_subject_is_counted_alone() {
        let alice = mock::request("GET", "/").claim("iss", "https://id").claim("sub", "alice");
        let after = |key: &str, count: &str| code(&alice.clone().store_entry(key, count));
        assert_eq!(after("requests/https://id alice", "1"), None);
        assert_eq!(after("requests/https://id alice", "2").as_deref(), Some("too_many_requests"));
        assert_eq!(after("requests/https://id bob", "2"), None);
        assert_eq!(after("requests/https://partner alice", "2"), None, "another issuer's alice");
    }

    #[test]
    fn what_cannot_be_counted_does_not_pass() {
        assert_eq!(code(&mock::request("GET", "/")).as_deref(), Some("subject_missing"));
        let long = mock::request("GET", "/").claim("sub", "a".repeat(300));
        assert_eq!(code(&long).as_deref(), Some("not_counted"));
    }

    #[test]
    fn a_window_has_a_length() {
        assert!(mock::configure::<Limit>(r#"{"requests": 1, "seconds": 0}"#).is_err());
    }
}
