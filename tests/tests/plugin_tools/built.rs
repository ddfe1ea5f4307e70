//! `witgate plugin run` and `bench` in a policy's folder: built first, and never another component than what was built.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use witgate_tests::command::told;
use witgate_tests::programs;

const CASE: &str =
    "[[case]]\nname = \"a\"\nrequest = { method = \"GET\", path = \"/\" }\nexpect = { outcome = \"allow\" }\n";
const SETTINGS: &str = r#"{"rules":[{"name":"all","effect":"allow"}]}"#;

/// A policy in JavaScript whose component is another one's: what matters is how old it is.
fn folder(age: Duration) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for place in ["wit", "build"] {
        fs::create_dir(at(place)).expect("made");
    }
    fs::write(at("package.json"), r#"{"name": "gate", "witgate": {"world": "authorizer"}}"#).expect("written");
    fs::write(at("policy.js"), "").expect("written");
    fs::write(at("wit/worlds.wit"), "").expect("written");
    fs::copy(programs::component("claims_authz"), at("build/gate.wasm")).expect("a copied component");
    let component = File::options().append(true).open(at("build/gate.wasm")).expect("a file");
    component.set_modified(SystemTime::now() - age + Duration::from_secs(1)).expect("a time");
    folder
}

/// Runs it where no tool is that could build.
fn run(folder: &TempDir, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command: Command = programs::command("witgate");
    command.arg("plugin").args(arguments).current_dir(folder.path()).env("WITGATE_LANGUAGES", "/nowhere");
    told(&command.output().expect("witgate runs"))
}

#[test]
fn a_request_without_settings_has_the_config_of_the_cases() {
    let here = folder(Duration::ZERO);
    let cases = format!("[config]\nrules = [{{ name = \"all\", effect = \"deny\", code = \"closed\" }}]\n{CASE}");
    fs::write(here.path().join("cases.toml"), cases).expect("written");
    let (text, code) = run(&here, &["run", "GET", "/"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("403 closed"), "{text}");
    let (text, _) = run(&here, &["run", "GET", "/", "--settings", SETTINGS]);
    assert!(text.contains("decided allow"), "what is given counts more: {text}");
    let (case, _) = run(&here, &["run", "GET", "/", "--as-case"]);
    assert!(case.contains("closed") && !case.contains("config"), "in this file it needs none: {case}");
    fs::write(here.path().join("cases.toml"), CASE).expect("written");
    let (text, code) = run(&here, &["run", "GET", "/"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("it had no config: give one with --settings"), "{text}");
}

#[test]
fn sources_that_are_newer_are_built_first_unless_it_is_forbidden() {
    let commands: [&[&str]; 2] = [&["run", "GET", "/", "--settings", SETTINGS], &["bench", "--settings", SETTINGS]];
    for command in commands {
        let old = folder(Duration::from_secs(3600));
        let (text, code) = run(&old, command);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("jco is not installed"), "it wanted to build: {text}");
        let (text, code) = run(&old, &[command, &["--no-build"]].concat());
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("claims-authz 0.1.0"), "{text}");
        let (text, code) = run(&folder(Duration::ZERO), command);
        assert_eq!(code, Some(0), "nothing is newer: {text}");
        fs::remove_file(old.path().join("build/gate.wasm")).expect("removed");
        let (text, code) = run(&old, &[command, &["--no-build"]].concat());
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("run `witgate plugin build "), "{text}");
    }
}
