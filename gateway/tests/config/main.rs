//! Refused configurations as file pairs: each `NAME.toml` must give exactly the text of `NAME.err`.
//!
//! Never edits a pair unless BLESS=1 is set: then it rewrites the `.err` files, to be read before they are committed.

use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use witgate::config;

/// The folder of the pairs, relative to the package: the rendered texts name the files by it.
const PAIRS: &str = "tests/config";

/// Fewer pairs than this means that the test looked in the wrong place.
const FEWEST_PAIRS: usize = 30;

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
fn the_shipped_configuration_has_no_fault() {
    let shipped = Path::new("../gateway.toml");
    let text = fs::read_to_string(shipped).unwrap();
    let folder = tempfile::tempdir().unwrap();
    put_components(folder.path(), &text);
    let config = config::parse(&folder.path().join("gateway.toml"), text).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(config.listeners, ["127.0.0.1:8080".parse().unwrap()]);
    assert!(!config.routes.is_empty());
    for route in &config.routes {
        assert!(route.public || route.policies.len() >= 2, "{} has no policies", route.name);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let faults = config::load(Path::new("tests/config/absent.toml")).unwrap_err();
    assert!(faults.render().contains("cannot read tests/config/absent.toml"), "{faults:?}");
}

#[test]
fn left_out_limits_have_their_defaults() {
    let text = "[[listeners]]\naddress = \"127.0.0.1:0\"\n".to_owned();
    let config = config::parse(Path::new("gateway.toml"), text).unwrap();
    assert_eq!(config.limits, config::Limits::default());
    assert_eq!((config.limits.header_bytes, config.limits.body_bytes), (32_768, 16_777_216));
    assert_eq!(config.identity_prefix, "x-identity-");
    assert!(config.threads >= 1 && config.admin.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_file_is_refused_without_a_panic(at in 0.0..1.0f64, length in 0usize..40, put in "[ -~é\\n\"\\[\\]{}=.#]{0,6}") {
        let mut text = fs::read_to_string("../gateway.toml").unwrap();
        let boundary = |text: &str, wanted: usize| (0..=wanted.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let start = boundary(&text, (at * text.len() as f64) as usize).unwrap();
        let end = boundary(&text, start + length).unwrap();
        text.replace_range(start..end, &put);
        if let Err(faults) = config::parse(Path::new("gateway.toml"), text) {
            prop_assert!(!faults.render().is_empty() && !faults.render_for_terminal().is_empty());
        }
    }
}

/// Compares one pair; what it gives back is how they differ.
fn check(name: &str, bless: bool) -> Option<String> {
    let found = match config::load(&toml(name)) {
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

/// Empty files where the shipped configuration expects built components.
fn put_components(folder: &Path, text: &str) {
    for line in text.lines().filter(|line| line.starts_with("file = ")) {
        let file = folder.join(line.split('"').nth(1).expect("a quoted file name"));
        fs::create_dir_all(file.parent().expect("a component lies in a folder")).expect("a temporary folder");
        fs::write(file, "").expect("a temporary file");
    }
}
