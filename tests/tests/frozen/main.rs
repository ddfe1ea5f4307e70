//! Components as earlier releases left them, in the gateway of today: they load, and decide as they did. What was made for
//! another version of the contract, such as a component that 0.1.0 left, is refused with words. Never builds one:
//! `cargo xtask freeze` did, once.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use witgate_tests::command::{told, witgate};
use witgate_tests::programs;

/// A gateway.toml for one component, whose file is `component.wasm`.
const GATEWAY: &str = include_str!("gateway.toml");

/// How large a frozen component may be, in bytes: they stay in the repository for ever.
const COMPONENT_BYTES: u64 = 512 * 1024;

/// The cases of all components of a version: fewer, and some were lost.
const CASES_AT_LEAST: u64 = 50;

#[test]
fn every_frozen_component_decides_as_it_did() {
    let versions = versions();
    assert!(!versions.is_empty(), "nothing is frozen");
    for version in &versions {
        let (mut cases, mut components) = (0, Vec::new());
        for component in components_of(version) {
            cases += decides_as_it_did(&component);
            components.push(component.file_stem().map(OsStr::to_os_string));
        }
        assert!(components.len() >= 5, "{}: only {components:?}", version.display());
        assert!(cases >= CASES_AT_LEAST, "{}: only {cases} cases", version.display());
    }
}

/// In a folder of its own, so that nothing but the two files is used. How many cases it has.
fn decides_as_it_did(component: &Path) -> u64 {
    let shown = component.display();
    let size = fs::metadata(component).expect("a component").len();
    assert!(size <= COMPONENT_BYTES, "{shown}: {size} bytes");
    let folder = tempfile::tempdir().expect("a temp folder");
    let cases = component.with_extension("cases.toml");
    let arguments = ["plugin", "test", text(component), "--cases", text(&cases), "--no-build", "--json"];
    let output = witgate(folder.path(), &arguments, "");
    let (said, code) = told(&output);
    assert_eq!(code, Some(0), "{shown}: {said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(report["failed"], 0, "{shown}: {said}");
    report["passed"].as_u64().expect("a number of cases")
}

#[test]
fn a_component_of_another_contract_is_refused_with_both_versions() {
    for version in &versions() {
        let component = components_of(version).into_iter().find(|file| file.ends_with("claims_authz.wasm"));
        let bytes = fs::read(component.expect("an authorizer")).expect("a component");
        let of = of(version);
        let config = |version: &str| check(&with_version(&bytes, &of, version));
        assert_eq!(config(&of).1, Some(0), "the component itself is good: {}", config(&of).0);
        let (said, code) = config("0.9.7");
        assert_eq!(code, Some(2), "{said}");
        let sentence = format!("made for version 0.9.7 of the contract, and this gateway has {of}");
        assert!(said.contains(&sentence) && said.contains("rebuild the plugin against this gateway's wit/"), "{said}");
    }
}

#[test]
fn what_an_older_contract_left_is_refused_with_both_versions() {
    let of_today = of(versions().last().expect("a frozen version"));
    let outdated = folders("outdated");
    assert!(!outdated.is_empty(), "nothing is kept of an older contract");
    for version in &outdated {
        let component = components_of(version).pop().expect("a component");
        let (said, code) = check(&fs::read(component).expect("its bytes"));
        assert_eq!(code, Some(2), "{said}");
        let sentence = format!("made for version {} of the contract, and this gateway has {of_today}", of(version));
        assert!(said.contains(&sentence) && said.contains("rebuild the plugin"), "{said}");
    }
}

/// The version that a folder is named after.
fn of(version: &Path) -> String {
    version.file_name().expect("a version").to_string_lossy().into_owned()
}

/// The component with another version in every name of the contract, of the same length.
fn with_version(component: &[u8], from: &str, to: &str) -> Vec<u8> {
    let (from, to) = (format!("@{from}"), format!("@{to}"));
    assert_eq!(from.len(), to.len(), "lengths are written before the names");
    let mut bytes = component.to_vec();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from.as_bytes())
        .map(|(at, _)| at)
        .collect();
    let ours = |at: &usize| ends_in_interface(&component[..*at]);
    for at in places.into_iter().filter(ours) {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

/// Whether the bytes end in the name of an interface of the contract.
fn ends_in_interface(bytes: &[u8]) -> bool {
    let interface = bytes.iter().rev().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
    bytes[..bytes.len() - interface].ends_with(b"witgate:policy/")
}

fn check(component: &[u8]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().expect("a temp folder");
    fs::write(folder.path().join("component.wasm"), component).expect("a component");
    fs::write(folder.path().join("gateway.toml"), GATEWAY).expect("a gateway.toml");
    told(&witgate(folder.path(), &["check", "--config", "gateway.toml"], ""))
}

fn versions() -> Vec<PathBuf> {
    folders("frozen")
}

/// A folder for each version.
fn folders(kind: &str) -> Vec<PathBuf> {
    let kind = programs::root().join("tests/fixtures").join(kind);
    below(&kind).into_iter().filter(|path| path.is_dir()).collect()
}

fn components_of(version: &Path) -> Vec<PathBuf> {
    below(version).into_iter().filter(|file| file.extension() == Some(OsStr::new("wasm"))).collect()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
