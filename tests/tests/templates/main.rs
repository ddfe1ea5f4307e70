//! Every template of `witgate plugin new`, outside the repository: made, tested by its own tests, built, and asked its cases in
//! the real host. Never with the network, and never a template that is left out.

use witgate_tests::command::told;
use witgate_tests::languages::Language;
use witgate_tests::outside::Outside;

const WORLDS: [&str; 4] = ["authenticator", "authorizer", "router", "filter"];

/// Makes a policy of every world in one language, and takes each through what an author would do.
fn each(language: &str, own: &[&str]) {
    let outside = Outside::new();
    for world in WORLDS {
        let name = format!("my-{world}");
        outside.run(".", &format!("witgate plugin new {name} --world {world} --lang {language}"));
        own.iter().for_each(|line| drop(outside.run(&name, line)));
        let built = outside.run(&name, "witgate plugin build");
        assert!(built.contains(&format!("world    {world}")), "{built}");
        let tested = outside.run(&name, "witgate plugin test");
        assert!(tested.contains(", 0 failed"), "{language} {world}\n{tested}");
        assert!(!tested.contains("not reached"), "{language} {world}: a code without a case\n{tested}");
    }
}

#[test]
fn every_world_in_rust() {
    each("rust", &["cargo fmt --check", "cargo test"]);
}

#[test]
fn every_world_in_javascript() {
    if Language::JavaScript.is_available() {
        each("js", &["npm test"]);
    }
}

/// Without the stubs the component imports WASI, so that a granted clock can be read.
#[test]
fn a_script_keeps_its_imports_of_wasi_where_it_says_so() {
    if !Language::JavaScript.is_available() {
        return;
    }
    let outside = Outside::new();
    outside.run(".", "witgate plugin new clocked --world filter --lang js");
    assert!(!outside.run("clocked", "witgate plugin build").contains("WASI"));
    let manifest = outside.path().join("clocked/package.json");
    let text = std::fs::read_to_string(&manifest).expect("the manifest");
    let text = text.replace("{ \"world\": \"filter\" }", "{ \"world\": \"filter\", \"wasi\": true }");
    std::fs::write(&manifest, text).expect("a written manifest");
    assert!(outside.run("clocked", "witgate plugin build").contains("WASI of the language's runtime"));
}

#[test]
fn every_world_in_python() {
    if Language::Python.is_available() {
        each("python", &["python3 -m unittest"]);
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
    let (text, code_of_failure) = told(&tested);
    assert_eq!(code_of_failure, Some(1), "{text}");
    assert!(text.contains("another role does not"), "{text}");
    std::fs::write(&code, good.replace("export!(authorizer", "export!(filter")).expect("a written policy");
    let built = outside.output("spoilt", "witgate plugin build");
    assert_eq!(built.status.code(), Some(1));
}

/// Without the tools: each is named with the line that brings it.
#[test]
fn a_missing_tool_is_told_with_its_remedy() {
    let outside = Outside::new();
    let said = |language: &str, spoil: (&str, &str)| {
        outside.run(".", &format!("witgate plugin new no-{language} --world filter --lang {language}"));
        let mut build = outside.command(&format!("no-{language}"), "witgate plugin build");
        let (text, code) = told(&build.env(spoil.0, spoil.1).output().expect("witgate runs"));
        assert_eq!(code, Some(1), "{text}");
        text
    };
    let text = said("rust", ("RUSTC", "false"));
    assert!(text.contains("run: rustup target add wasm32-wasip2"), "{text}");
    let nowhere = ("WITGATE_LANGUAGES", "/nowhere");
    let text = said("js", nowhere);
    assert!(text.contains("jco is not installed; run in ") && text.contains(": npm ci --ignore-scripts"), "{text}");
    let text = said("python", nowhere);
    assert!(
        text.contains("componentize-py is not installed") && text.contains("pip install -r requirements.txt"),
        "{text}"
    );
}

/// A name that does not fit, and a folder that is somebody's: nothing is made.
#[test]
fn nothing_is_overwritten_and_no_name_is_corrected() {
    let outside = Outside::new();
    std::fs::create_dir(outside.path().join("mine")).expect("a folder");
    for (line, words) in [
        ("witgate plugin new mine --world filter", "mine is there already"),
        ("witgate plugin new Mine --world filter", "it must begin with a lower-case letter"),
        (
            "witgate plugin new other --world filter --sdk nowhere",
            "is neither the folder of witgate-plugin nor a version",
        ),
        ("witgate plugin new other --world gate", "[possible values: authenticator, authorizer, router, filter]"),
    ] {
        let (text, code) = told(&outside.output(".", line));
        assert_eq!(code, Some(2), "{line}\n{text}");
        assert!(text.contains(words), "{line}\n{text}");
    }
    assert_eq!(std::fs::read_dir(outside.path()).expect("a folder").count(), 1);
    assert_eq!(std::fs::read_dir(outside.path().join("mine")).expect("a folder").count(), 0);
}
