//! Configs that the policies refuse, as `witgate check` tells them. Never a config that is taken in part.

use std::process::Command;

use witgate_tests::languages::{Language, Policy};
use witgate_tests::programs;

use crate::gateway::{components, plugin};

/// A config, and the policy's words about it.
const WRONG: [(Language, &str, &str); 10] = [
    (Language::JavaScript, "", "header: is missing"),
    (Language::JavaScript, "config = { header = \"x tenant\" }", "header: must be the name of a header"),
    (Language::JavaScript, "config = { header = 7 }", "header: must be the name of a header"),
    (Language::JavaScript, "config = { header = \"x\", scope = \"\" }", "scope: must be a text that is not empty"),
    (Language::JavaScript, "config = { header = \"x\", scop = \"a\" }", "scop: is no key of this policy"),
    (Language::Python, "", "departments: is missing"),
    (Language::Python, "config = { departments = {} }", "departments: must name departments"),
    (Language::Python, "config = { departments = { audit = [\"get\"] } }", "departments.audit: must list methods"),
    (
        Language::Python,
        "config = { departments = { a = [\"*\"] }, otherwise = \"allow\" }",
        "otherwise: must be one of",
    ),
    (
        Language::Python,
        "config = { departments = { a = [\"*\"] }, claims = \"a\" }",
        "claims: is no key of this policy",
    ),
];

#[test]
fn a_wrong_config_is_refused_with_its_key() {
    let policies = [Language::JavaScript.shipped(), Language::Python.shipped()];
    let Some(built) = components(&policies) else { return };
    let (mut toml, mut words) = (String::new(), Vec::new());
    for (index, (language, config, said)) in WRONG.iter().enumerate() {
        let name = language.shipped().name();
        toml.push_str(&plugin(language.shipped(), config).replacen(name, &format!("p{index}"), 1));
        words.push(format!("`p{index}`: the plugin refuses its configuration: {said}"));
    }
    let (code, told) = check(&built, &toml, "");
    assert_eq!(code, Some(2), "{told}");
    words.iter().for_each(|wanted| assert!(told.contains(wanted), "{wanted}\n{told}"));
}

/// The exit code of `witgate check` and what it said, with these components and, unless it is empty, `cases` instead of
/// each policy's own.
pub fn check(components: &[(Policy, Vec<u8>)], toml: &str, cases: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("plugins")).expect("a folder for the plugins");
    let mut text = format!("[[listeners]]\naddress = \"127.0.0.1:0\"\n{toml}");
    for (policy, bytes) in components {
        let file = folder.path().join(format!("plugins/{}.wasm", policy.file()));
        std::fs::write(file, bytes).expect("a component");
        if !cases.is_empty() {
            let own = policy.cases().expect("the policy's cases");
            text = text.replace(&format!("{own:?}"), "\"cases.toml\"");
        }
    }
    std::fs::write(folder.path().join("cases.toml"), cases).expect("cases.toml");
    std::fs::write(folder.path().join("gateway.toml"), text).expect("gateway.toml");
    let mut check = Command::new(programs::program("witgate"));
    let output = check.arg("check").current_dir(folder.path()).output().expect("witgate runs");
    // a long fault is broken into lines with a bar before each
    (output.status.code(), String::from_utf8_lossy(&output.stderr).replace("\n  | ", " "))
}

/// The components' own cases are run before they serve, as Rust's are: one that does not hold is told with both answers.
#[test]
fn a_case_that_does_not_hold_is_refused() {
    let policy = Language::JavaScript.shipped();
    let Some(built) = components(&[policy]) else { return };
    let cases = std::fs::read_to_string(policy.cases().expect("the policy's cases")).expect("cases.toml");
    let wrong = cases.replacen("outcome = \"abstain\"", "outcome = \"allow\"", 1);
    let (code, told) = check(&built, &plugin(policy, "config = { header = \"x-tenant\" }"), &wrong);
    assert_eq!(code, Some(2), "{told}");
    let words = "cases: \"the tenant of the token\": outcome: expected \"allow\", got \"abstain\"";
    assert!(told.contains(words), "{told}");
}
