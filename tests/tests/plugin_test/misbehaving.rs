//! Policies that a newcomer writes by mistake: one that remembers, one that panics, one that is slow. Never a message that
//! only says that it failed.

use crate::asked::{Policy, case};

#[test]
fn a_policy_that_remembers_is_caught_with_the_case_that_was_enough() {
    let visit = |name: &str, said: &str| {
        format!(
            "[[case]]\nname = \"{name}\"\nrequest = {{ method = \"GET\", path = \"/\", headers = {{ x-attack = \"remember\", x-said = \"{said}\" }} }}\n\
             expect = {{ outcome = \"refused\", code = \"fresh\" }}\n"
        )
    };
    let innocent = case("nothing is asked", "x-attack", "none", "expect = { outcome = \"allow\" }");
    let cases = visit("alice comes", "alice") + &innocent + &visit("bob comes", "bob");
    let told = Policy::new("guest_hostile_authorizer", &cases).test(&[]);
    assert_eq!(told.code, Some(1), "{}", told.out);
    told.says(&[
        "FAIL  guest-hostile-authorizer  alice comes",
        "PASS  guest-hostile-authorizer  nothing is asked",
        "FAIL  guest-hostile-authorizer  bob comes",
        "\nFAIL  guest-hostile-authorizer  bob comes\n",
        "  state leaks: the answer depends on what this instance was asked before\n",
        "    on a new instance  {\"code\":\"fresh\",\"outcome\":\"refused\",\"status\":403}\n",
        "    after \"alice comes\"  {\"code\":\"leaked\",\"outcome\":\"refused\",\"status\":403}\n",
        "One instance answers many requests, one after another.",
        "what to do: keep in memory only what `configure` made; what must be remembered belongs into a granted store",
        "1 passed, 2 failed in ",
    ]);
}

#[test]
fn a_panic_is_told_in_the_policys_own_words() {
    let cases = case("what nobody thought of", "x-attack", "trap", "expect = { outcome = \"allow\" }");
    let told = Policy::new("guest_hostile_authorizer", &cases).test(&[]);
    assert_eq!(told.code, Some(1));
    told.says(&[
        "\nFAIL  guest-hostile-authorizer  what nobody thought of\n",
        "  outcome\n    expected  \"allow\"\n    got       \"fault\"\n",
        "  it panicked at ",
        "attack.rs:",
        ": x-attack asked for a trap\n",
        "    in a gateway this request is refused with 500 policy_fault, and the instance is thrown away\n",
        "    what to do: return a refusal where the request is to blame",
        "  it read\n    header x-attack = trap\n",
        "  it logged\n    error the plugin panicked",
    ]);
}

#[test]
fn a_slow_policy_is_told_which_limit_ended_it() {
    let cases = case("it never ends", "x-attack", "loop", "expect = { outcome = \"allow\" }");
    let told = Policy::new("guest_hostile_authorizer", &cases).test(&[]);
    assert_eq!(told.code, Some(1));
    told.says(&[
        "  fault\n    expected  nothing\n    got       \"cpu_ms: used more than cpu-ms = 5 in one call\"\n",
        "  it was ended: it used more than cpu-ms = 5 in one call\n",
        "    what to do: see what a call takes with `witgate plugin bench`; do less, or raise limits.cpu-ms in its entry\n",
    ]);
}

#[test]
fn a_fault_that_is_expected_holds_and_the_next_case_is_asked() {
    let cases = case("a trap", "x-attack", "trap", "expect = { fault = \"trap\" }")
        + &case("a loop", "x-attack", "loop", "expect = { fault = \"cpu_ms\" }")
        + &case("hoarding", "x-attack", "memory", "expect = { fault = \"memory_bytes\" }")
        + &case("no answer", "x-attack", "refuse-with-success", "expect = { fault = \"contract\" }")
        + &case("and afterwards", "x-attack", "none", "expect = { outcome = \"allow\" }");
    let told = Policy::new("guest_hostile_authorizer", &cases).test(&[]);
    told.says(&["5 passed, 0 failed in "]);
    assert_eq!(told.code, Some(0));
}

#[test]
fn a_config_that_is_refused_fails_its_case_in_the_policys_words() {
    let cases = case("a slip", "x-a", "1", "config = { surprise = 1 }\nexpect = { outcome = \"allow\" }");
    let told = Policy::new("claims_authz", &cases).test(&[]);
    assert_eq!(told.code, Some(1));
    told.says(&[
        "FAIL  claims-authz  a slip",
        "the plugin refuses its configuration: surprise: unknown field `surprise`",
    ]);
}
