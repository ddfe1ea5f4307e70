//! Refused configurations as file pairs: each `NAME.toml` must give exactly the text of `NAME.err`.
//!
//! Never edits a pair unless BLESS=1 is set: then it rewrites the `.err` files, to be read before they are committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use witgate_auth::config::Config;

/// The folder of the pairs, relative to the package: the rendered texts name the files by it.
const PAIRS: &str = "tests/config";

/// Fewer pairs than this means that the test looked in the wrong place.
const FEWEST_PAIRS: usize = 25;

#[test]
fn every_refused_file_is_refused_in_the_words_of_its_pair() {
    let names = names_with("toml");
    assert!(names.len() >= FEWEST_PAIRS, "only {} pairs in {PAIRS}", names.len());
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let wrong: Vec<String> = names.iter().filter_map(|name| check(name, bless)).collect();
    assert!(wrong.is_empty(), "{} pairs differ (BLESS=1 rewrites them):\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_pair_is_whole() {
    assert_eq!(names_with("toml"), names_with("err"), "a .toml without .err, or the other way round");
}

#[test]
fn every_fault_has_a_place_and_a_hint() {
    for name in names_with("err") {
        let text = fs::read_to_string(Path::new(PAIRS).join(format!("{name}.err"))).unwrap();
        let faults: Vec<&str> = text.split("  x ").skip(1).collect();
        assert!(!faults.is_empty(), "{name}.err names no fault");
        for fault in faults {
            assert!(fault.contains("  help: "), "{name}.err has a fault without a hint: {fault}");
            assert!(
                fault.contains(&format!("[{PAIRS}/{name}.toml:")),
                "{name}.err has a fault without a place: {fault}"
            );
        }
        assert!(text.is_ascii() || !fs::read_to_string(toml(&name)).unwrap().is_ascii(), "{name}.err is not plain");
    }
}

#[test]
fn no_secret_is_shown() {
    for name in names_with("err") {
        let text = fs::read_to_string(Path::new(PAIRS).join(format!("{name}.err"))).unwrap();
        assert!(!text.contains("hunter2"), "{name}.err shows a secret");
    }
}

#[test]
fn the_example_has_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["pwned.txt", "auth.key"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    let text = fs::read_to_string("auth.toml").unwrap();
    Config::parse(&folder.path().join("auth.toml"), &text).unwrap_or_else(|faults| panic!("{faults:?}"));
}

/// Compares one pair; what it gives back is how they differ.
fn check(name: &str, bless: bool) -> Option<String> {
    let found = match Config::load(&toml(name)) {
        Ok(_) => return Some(format!("{name}.toml was accepted")),
        Err(faults) => faults.render(),
    };
    let file = Path::new(PAIRS).join(format!("{name}.err"));
    if bless {
        fs::write(&file, &found).expect("the pairs can be written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    (found != expected).then(|| format!("--- {name}.err\n{expected}+++ found\n{found}"))
}

fn toml(name: &str) -> PathBuf {
    Path::new(PAIRS).join(format!("{name}.toml"))
}

fn names_with(extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(PAIRS).expect("the folder of the pairs");
    let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
    let those = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    those.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}
