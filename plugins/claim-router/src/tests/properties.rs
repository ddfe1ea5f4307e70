//! What holds of every request. Never a rule by rule account: the tables beside this do that.
use proptest::prelude::*;
use witgate_plugin::strategies;

use super::*;

const SPLIT: &str = r#"{"split": [{"upstream": "a", "weight": 3}, {"upstream": "never", "weight": 0}, {"upstream": "b", "weight": 1}]}"#;

proptest! {
    #[test]
    fn only_upstreams_of_the_config_are_chosen(request in strategies::request(), all in strategies::claims()) {
        let chosen = choice(RULES, &request.claims(all));
        prop_assert!(["globex", "premium", "europe", "beta", "default"].contains(&chosen.as_str()), "{chosen}");
    }

    #[test]
    fn a_subject_stays_where_it_is_whatever_else_it_asks_for(
        one in strategies::request(), other in strategies::request(), sub in ".{1,20}",
    ) {
        let [first, second] = [one, other].map(|request| choice(SPLIT, &request.claim("sub", sub.clone())));
        prop_assert!(first == second && first != "never", "{first} and {second}");
    }
}
