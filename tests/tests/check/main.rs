//! `witgate check` on configurations that only a loaded component can fault: wrong world, wrong plugin configuration,
//! damaged files. Each pair is a `.toml` and the exact words on stderr; `BLESS=1` rewrites the words.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use witgate_tests::{programs, shipped};

/// What stands before each pair's own tables.
const COMMON: &str = include_str!("common.toml");

/// Cases that claims-authz does not keep.
const WRONG_CASES: &str = include_str!("wrong-cases.toml");

/// From how many digits on a number is a size in bytes.
const LONG_NUMBER: usize = 4;

#[test]
fn every_fault_that_a_component_shows_is_told_in_its_words() {
    let bless = std::env::var_os("BLESS").is_some();
    let names = pairs();
    assert!(names.len() >= 8, "only {} pairs", names.len());
    let wrong: Vec<String> = names.iter().filter_map(|name| differs(name, bless)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In a folder that looks as the workspace does once the demo has run.
#[test]
fn the_shipped_configuration_loads_whole() {
    let folder = tempfile::tempdir().expect("a temp folder");
    shipped::lay_out(folder.path());
    let output = check(folder.path());
    assert!(output.status.success(), "{}", said(&output));
}

/// Checks one pair in a folder of its own; what it gives back is how they differ.
fn differs(name: &str, bless: bool) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temp folder");
    lay_out(folder.path(), &fs::read_to_string(pair(name, "toml")).expect("a pair"));
    let output = check(folder.path());
    let found = said(&output);
    if output.status.code() != Some(2) {
        return Some(format!("{name}: exit {:?}, not 2\n{found}", output.status.code()));
    }
    if bless {
        fs::write(pair(name, "err"), &found).expect("a written pair");
    }
    let expected = fs::read_to_string(pair(name, "err")).unwrap_or_default();
    (found != expected).then(|| format!("--- {name}.err\n{expected}+++ found\n{found}"))
}

fn check(folder: &Path) -> Output {
    let mut command = programs::command("witgate");
    command.args(["check", "--config", "gateway.toml"]).current_dir(folder).output().expect("witgate runs")
}

fn copy_components(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder for the components");
    for file in programs::components() {
        let name = file.file_name().expect("a file name");
        fs::copy(&file, folder.join(name)).expect("a copied component");
    }
}

/// The components beside gateway.toml, two damaged ones, and cases that no authorizer keeps.
fn lay_out(folder: &Path, own: &str) {
    copy_components(folder);
    let whole = fs::read(folder.join("claims_authz.wasm")).expect("a component");
    fs::write(folder.join("truncated.wasm"), &whole[..whole.len() / 2]).expect("a written file");
    fs::write(folder.join("module.wasm"), b"\0asm\x01\0\0\0").expect("a written file");
    fs::write(folder.join("wrong-cases.toml"), WRONG_CASES).expect("a written file");
    fs::write(folder.join("gateway.toml"), format!("{COMMON}\n{own}")).expect("a written file");
}

/// What was said, with long numbers masked: sizes differ from build to build.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut masked = Vec::new();
    for run in text.as_bytes().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        let long = run.len() >= LONG_NUMBER && run[0].is_ascii_digit();
        masked.extend_from_slice(if long { b"#" } else { run });
    }
    String::from_utf8(masked).expect("masked digits leave UTF-8 whole")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/pairs")
}

fn pair(name: &str, extension: &str) -> PathBuf {
    folder().join(format!("{name}.{extension}"))
}

fn pairs() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the pairs");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let mut names: Vec<String> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "toml"))
        .map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
