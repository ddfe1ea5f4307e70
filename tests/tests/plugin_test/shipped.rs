//! The policies that ship keep their own cases. Never with a component that is older than this build's.

use std::path::PathBuf;
use std::time::Instant;

use witgate_tests::languages::{Language, Policy};
use witgate_tests::{measured, programs};

use crate::Told;
use crate::asked::{command, told};

/// So many cases there are at least, over all shipped policies in Rust.
const CASES: u64 = 380;

/// The folders of crates with cases, but for those that are workspaces of their own and not built here.
fn crates() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(programs::root().join("plugins")).expect("the policies");
    let folders = entries.map(|entry| entry.expect("an entry").path());
    let is_built_here = |folder: &PathBuf| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        !manifest.is_empty()
            && (!manifest.contains("\n[workspace]") || folder.join("target/wasm32-wasip2/plugin").is_dir())
    };
    folders.filter(|folder| folder.join("cases.toml").is_file() && is_built_here(folder)).collect()
}

fn passed(told: &Told) -> u64 {
    assert_eq!(told.code, Some(0), "{}{}", told.out, told.err);
    let report: serde_json::Value = serde_json::from_str(&told.out).expect("a document");
    assert_eq!(report["failed"], 0);
    report["passed"].as_u64().expect("a number")
}

#[test]
fn every_shipped_policy_keeps_its_cases() {
    let root = programs::root();
    let run = || told(command(&root).args(["--no-build", "--json"]).args(crates()));
    passed(&run());
    let began = Instant::now();
    let cases = passed(&run());
    let took = began.elapsed();
    measured::tell(&format!("plugin test of all shipped policies in Rust: {cases} cases in {} ms", took.as_millis()));
    assert!(cases >= CASES, "{cases} cases");
}

#[test]
fn so_do_those_in_other_languages() {
    for policy in [Language::JavaScript, Language::Python].map(Language::shipped) {
        let Some(component) = policy.component() else { continue };
        let cases = Policy::cases(policy).expect("its cases");
        let run = || told(command(&programs::root()).arg("--json").arg(&component).arg("--cases").arg(&cases));
        passed(&run());
        let began = Instant::now();
        let count = passed(&run());
        measured::tell(&format!(
            "plugin test of {}: {count} cases in {} ms",
            policy.name(),
            began.elapsed().as_millis()
        ));
    }
}
