//! Refused configurations as file pairs ([`witgate_ground::pairs`]), and the example that has no fault.
//!
//! Never edits a pair unless BLESS=1 is set.

use std::fs;
use witgate_auth::config::Config;
use witgate_ground::pairs;

/// Fewer pairs than this means that the test looked in the wrong place.
const FEWEST_PAIRS: usize = 25;

#[test]
fn every_refused_file_is_refused_in_the_words_of_its_pair() {
    pairs::each_is_refused_in_its_words(FEWEST_PAIRS, |file| Config::load(file).err().map(|faults| faults.render()));
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
fn no_secret_is_shown() {
    for (name, text) in pairs::refusals() {
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
