//! Configs that the policies refuse, as `witgate check` tells them. Never a config that is taken in part.

use std::process::Command;

use witgate_tests::languages::Language;
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
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("plugins")).expect("a folder for the plugins");
    let (mut toml, mut words) = (String::new(), Vec::new());
    for (index, (language, config, said)) in WRONG.iter().enumerate() {
        let name = language.shipped().name();
        toml.push_str(&plugin(language.shipped(), config).replacen(name, &format!("p{index}"), 1));
        words.push(format!("`p{index}`: the plugin refuses its configuration: {said}"));
    }
    for (policy, bytes) in &built {
        let file = folder.path().join(format!("plugins/{}.wasm", policy.file()));
        std::fs::write(file, bytes).expect("a component");
    }
    let listener = "[[listeners]]\naddress = \"127.0.0.1:0\"\n";
    std::fs::write(folder.path().join("gateway.toml"), listener.to_owned() + &toml).expect("gateway.toml");
    let mut check = Command::new(programs::program("witgate"));
    let output = check.args(["check"]).current_dir(folder.path()).output().expect("witgate runs");
    // a long fault is broken into lines with a bar before each
    let told = String::from_utf8_lossy(&output.stderr).replace("\n  | ", " ");
    assert_eq!(output.status.code(), Some(2), "{told}");
    words.iter().for_each(|wanted| assert!(told.contains(wanted), "{wanted}\n{told}"));
}
