//! What holds of every token. Never a rule by rule account: the tables beside this do that.
use proptest::prelude::*;
use witgate_plugin::strategies;

use super::*;

const CONFIG: &str =
    r#"{"optional": true, "algorithms": ["ES256"], "attributes": {"tenant": "tenant", "roles": "roles"}}"#;

proptest! {
    #[test]
    fn a_token_that_fails_authenticates_nobody(
        request in strategies::request(), (header, body) in strategies::token(ISSUER), failure in strategies::failure(),
    ) {
        let bad = request.issuer("main", ISSUER).token(header, body).token_fails(failure);
        prop_assert!(!matches!(answer(CONFIG, &bad), Outcome::Authenticated(_)));
    }

    #[test]
    fn who_is_authenticated_has_a_token_of_a_known_issuer_and_algorithm(
        request in strategies::request(), (header, body) in strategies::token(ISSUER),
    ) {
        let good = header["alg"] == "ES256" && body["iss"] == ISSUER;
        // `run` also holds each answer to the contract: `authenticated` only after the token verified
        let outcome = answer(CONFIG, &request.issuer("main", ISSUER).token(header, body));
        prop_assert!(good || !matches!(outcome, Outcome::Authenticated(_)), "{outcome:?}");
    }

    #[test]
    fn anonymous_is_only_who_brings_no_token(request in strategies::request(), (header, body) in strategies::token(ISSUER)) {
        prop_assert_eq!(answer(CONFIG, &request), Outcome::Anonymous);
        prop_assert_ne!(answer(CONFIG, &request.token(header, body)), Outcome::Anonymous);
    }
}
