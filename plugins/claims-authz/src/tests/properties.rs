//! What holds of every request. Never a rule by rule account: the tables beside this do that.
use proptest::prelude::*;
use witgate_plugin::{claims, strategies};

use super::*;

/// One rule of each kind that asks for something that only a token can say.
const DEMANDING: &str = r#"{"rules": [
    {"name": "scope", "effect": "allow", "when": {"scope": "orders:read"}},
    {"name": "role", "effect": "allow", "when": {"claim": "roles", "contains": "staff"}},
    {"name": "plan", "effect": "allow", "methods": ["GET"], "when": {"claim": "/org/plan", "equals": "gold"}},
    {"name": "sub", "effect": "allow", "when": {"all": [{"claim": "sub", "exists": true}, {"scope": "admin"}]}}
]}"#;

proptest! {
    #[test]
    fn who_has_no_claims_is_never_allowed(request in strategies::request()) {
        prop_assert_ne!(decide(DEMANDING, &request), Decision::Allow);
    }

    #[test]
    fn who_is_allowed_holds_what_a_rule_asks_for(request in strategies::request(), all in strategies::claims()) {
        let policy: ClaimsAuthz = mock::configure(DEMANDING).unwrap();
        let (decision, holds) = request.claims(all).run(|| {
            let role = claims::get::<Vec<String>>("roles").is_some_and(|roles| roles.iter().any(|role| role == "staff"))
                || claims::value("roles").is_some_and(|roles| roles.to_text().as_deref() == Some("staff"))
                // a mixed list arrives as JSON
                || claims::get::<Vec<serde_json::Value>>("roles").is_some_and(|roles| roles.contains(&"staff".into()));
            let plan = claims::get::<String>("/org/plan").as_deref() == Some("gold");
            let holds = role || plan || claims::has_scope("orders:read") || claims::has_scope("admin");
            (policy.authorize(), holds)
        });
        prop_assert!(decision != Decision::Allow || holds, "{decision:?}");
    }

    #[test]
    fn a_denial_comes_before_every_allowance_behind_it(request in strategies::request(), all in strategies::claims()) {
        let config = r#"{"rules": [{"name": "no", "effect": "deny"}, {"name": "yes", "effect": "allow"}]}"#;
        prop_assert_ne!(decide(config, &request.claims(all)), Decision::Allow);
    }
}
