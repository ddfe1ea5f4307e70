//! The runner of cases. Never a real plugin: each test has its own small one.
use serde_json::json;

use super::*;

const ONE: &str = "[[case]]\nname = 'a'\nrequest = { method = 'GET', path = '/' }\n";

#[test]
fn a_case_holds_where_all_that_it_expects_is_equal() {
    let answer = |_: &Case, _: &str| json!({"outcome": "refused", "status": 403, "code": "x"});
    check(&format!("{ONE}expect = {{ outcome = 'refused', code = 'x' }}"), answer);
    for expect in
        ["{ outcome = 'allow' }", "{ outcome = 'refused', code = 'y' }", "{ outcome = 'refused', path = '/' }", "{}"]
    {
        let run = || check(&format!("{ONE}expect = {expect}"), answer);
        assert!(std::panic::catch_unwind(run).is_err(), "{expect} must not hold");
    }
}

#[test]
fn a_panic_is_what_a_case_may_expect_and_a_limit_is_for_the_component() {
    check(&format!("{ONE}expect = {{ fault = 'trap' }}"), |_, _| panic!("as it should"));
    check(&format!("{ONE}expect = {{ fault = 'cpu_ms' }}"), |_, _| unreachable!("nobody is asked"));
    let run = || check(&format!("{ONE}expect = {{ fault = 'trap' }}"), |_, _| json!({"outcome": "allow"}));
    assert!(std::panic::catch_unwind(run).is_err(), "no panic came");
}

#[test]
#[should_panic(expected = "unknown field")]
fn a_slip_in_a_case_is_found() {
    check(&format!("{ONE}claim = {{}}\nexpect = {{}}"), |_, _| Value::Null);
}

#[test]
#[should_panic(expected = "no case")]
fn an_empty_file_does_not_pass() {
    check("case = []", |_, _| Value::Null);
}

/// Breaks the contract as its config says.
struct Breaker(String);

impl crate::Plugin for Breaker {
    type Config = String;
    crate::metadata!();

    fn configure(how: String) -> Result<Self, String> {
        Ok(Self(how))
    }
}

impl Authorizer for Breaker {
    fn authorize(&self) -> crate::Decision {
        crate::Decision::Deny(crate::Refusal::new(200, self.0.clone(), "No."))
    }
}

impl Authenticator for Breaker {
    fn authenticate(&self) -> crate::Outcome {
        crate::Outcome::Authenticated(Vec::new())
    }
}

impl Router for Breaker {
    fn select(&self) -> crate::Selection {
        crate::Selection::To(crate::Target { path: Some(self.0.clone()), ..crate::Target::upstream("a") })
    }
}

impl Filter for Breaker {
    fn on_request(&self) -> crate::Action {
        crate::Action::Forward(self.on_response(200))
    }

    fn on_response(&self, _status: u16) -> Vec<crate::HeaderOp> {
        vec![crate::HeaderOp::Remove(self.0.clone())]
    }
}

#[test]
fn an_answer_that_breaks_the_contract_holds_in_no_case() {
    let fault = |answer: fn(&Case, &str) -> Value, config: &str, expect: &str| {
        let file = format!("{ONE}config = {config:?}\nexpect = {{ {expect} }}");
        let panic = std::panic::catch_unwind(|| check(&file, answer)).expect_err("must not hold");
        panic.downcast_ref::<String>().expect("a message").clone()
    };
    let refused = "outcome = 'refused', status = 200, code = 'x'";
    assert!(fault(authorizer::<Breaker>, "x", refused).contains("a refusal with status 200"));
    let authenticated = "outcome = 'authenticated'";
    assert!(fault(authenticator::<Breaker>, "x", authenticated).contains("without a verified token"));
    assert!(fault(router::<Breaker>, "/a;b", "outcome = 'to'").contains("not canonical"));
    for name in ["X_Forwarded_For", "x-identity-subject", "host"] {
        assert!(fault(filter::<Breaker>, name, "outcome = 'forward'").contains("belongs to the gateway"), "{name}");
        let response = "outcome = 'response' }\nresponse = { status = 200";
        assert!(fault(filter::<Breaker>, name, response).contains("belongs to the gateway"), "{name}");
    }
    assert!(fault(authorizer::<Breaker>, "x", "outcome = 'fault'").contains("no outcome"), "a fault is no outcome");
    let expected = format!("{ONE}config = 'x'\nexpect = {{ fault = 'contract' }}");
    check(&expected, authorizer::<Breaker>);
}
