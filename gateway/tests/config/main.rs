//! Refused configurations as file pairs ([`witgate_ground::pairs`]), and what a whole configuration means.
//!
//! Never edits a pair unless BLESS=1 is set.

use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use witgate::config;
use witgate_ground::pairs;

/// Fewer pairs than this means that the test looked in the wrong place.
const FEWEST_PAIRS: usize = 30;

#[test]
fn every_refused_file_is_refused_in_the_words_of_its_pair() {
    pairs::each_is_refused_in_its_words(FEWEST_PAIRS, |file| config::load(file).err().map(|faults| faults.render()));
}

#[test]
fn every_pair_is_whole() {
    pairs::each_is_whole();
}

#[test]
fn every_fault_has_a_place_and_a_hint() {
    pairs::each_fault_has_a_place_and_a_hint();
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

/// Files where the shipped configuration expects built components, and a secret that only its owner can read.
fn put_components(folder: &Path, text: &str) {
    let named = |key: &str| text.lines().filter(move |line| line.starts_with(key)).map(quoted).collect::<Vec<_>>();
    for file in
        ["file = ", "cases = ", "client-secret-file = "].into_iter().flat_map(named).map(|name| folder.join(name))
    {
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("a temporary folder");
        fs::write(&file, "a secret of no use\n").expect("a temporary file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a file for its owner alone");
    }
}

fn quoted(line: &str) -> &str {
    line.split('"').nth(1).expect("a quoted file name")
}
