//! Closed for a while, but for those who work on it. Never a reason to let pass: the next authorizer still decides.
use serde::Deserialize;
use witgate_plugin::schemars::{self, JsonSchema};
use witgate_plugin::{Authorizer, Decision, Plugin, claims, contract};

/// What the operator wrote.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Whether it is closed now.
    on: bool,
    /// Who holds this scope gets in.
    open_to: String,
    /// What the others read.
    message: String,
}

/// The policy, configured.
pub struct Maintenance(Config);

impl Plugin for Maintenance {
    type Config = Config;
    const CODES: &'static [&'static str] = &["maintenance"];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        contract::message(&config.message).map_err(|why| format!("message: {why}"))?;
        Ok(Self(config))
    }
}

impl Authorizer for Maintenance {
    fn authorize(&self) -> Decision {
        if self.0.on && !claims::has_scope(&self.0.open_to) {
            return Decision::deny(503, "maintenance", self.0.message.as_str());
        }
        Decision::Abstain
    }
}

witgate_plugin::export!(authorizer: Maintenance);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    fn decide(config: &str, scope: &str) -> Decision {
        let policy: Maintenance = mock::configure(config).expect("a good config");
        mock::request("GET", "/").claim("scope", scope).run(|| policy.authorize())
    }

    #[test]
    fn it_is_closed_but_for_those_who_work_on_it() {
        let on = r#"{"on": true, "open-to": "ops:enter", "message": "Back soon."}"#;
        assert_eq!(decide(on, "orders:read"), Decision::deny(503, "maintenance", "Back soon."));
        assert_eq!(decide(on, "ops:enter"), Decision::Abstain);
        assert_eq!(decide(&on.replace("true", "false"), "orders:read"), Decision::Abstain);
        assert_ne!(decide(&on.replace("ops:enter", ""), ""), Decision::Abstain, "no scope is no key");
    }

    #[test]
    fn a_message_fits_the_contract() {
        let long = format!(r#"{{"on": true, "open-to": "a", "message": "{}"}}"#, "m".repeat(1025));
        assert!(mock::configure::<Maintenance>(&long).is_err());
    }
}
