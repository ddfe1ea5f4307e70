//! Every template of `witgate plugin new`, outside the repository: made, tested by its own tests, built, and asked its cases in
//! the real host. Never with the network, and never a template that is left out.

use witgate_tests::languages::Language;
use witgate_tests::outside::Outside;

const WORLDS: [&str; 4] = ["authenticator", "authorizer", "router", "filter"];

/// What each template's cases.toml has.
const CASES: &str = "4 passed";

/// Makes a policy of every world in one language, and takes each through what an author would do.
fn each(language: &str, own_tests: Option<&str>) {
    let outside = Outside::new();
    for world in WORLDS {
        let name = format!("my-{world}");
        outside.run(".", &format!("witgate plugin new {name} --world {world} --lang {language}"));
        if let Some(line) = own_tests {
            outside.run(&name, line);
        }
        let built = outside.run(&name, "witgate plugin build");
        assert!(built.contains(&format!("world    {world}")), "{built}");
        let tested = outside.run(&name, "witgate plugin test");
        assert!(tested.contains(CASES), "{language} {world}\n{tested}");
    }
}

#[test]
fn every_world_in_rust() {
    each("rust", Some("cargo test"));
}

#[test]
fn every_world_in_javascript() {
    if Language::JavaScript.is_available() {
        each("js", None);
    }
}

#[test]
fn every_world_in_python() {
    if Language::Python.is_available() {
        each("python", None);
    }
}

/// The cases are not only for show: a policy that decides otherwise fails them, and so does its build when it is broken.
#[test]
fn a_policy_that_was_spoilt_is_found_out() {
    let outside = Outside::new();
    outside.run(".", "witgate plugin new spoilt --world authorizer");
    let code = outside.path().join("spoilt/src/lib.rs");
    let good = std::fs::read_to_string(&code).expect("the policy");
    let spoilt = good.replace("if roles.contains(&self.config.role)", "if !roles.is_empty()");
    assert_ne!(good, spoilt);
    std::fs::write(&code, spoilt).expect("a written policy");
    let tested = outside.output("spoilt", "witgate plugin test");
    let (text, code_of_failure) = witgate_tests::command::told(&tested);
    assert_eq!(code_of_failure, Some(1), "{text}");
    assert!(text.contains("another role does not"), "{text}");
    std::fs::write(&code, good.replace("export!(authorizer", "export!(filter")).expect("a written policy");
    let built = outside.output("spoilt", "witgate plugin build");
    assert_eq!(built.status.code(), Some(1));
}
