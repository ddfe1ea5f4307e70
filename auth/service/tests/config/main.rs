//! Refused configurations as file pairs ([`witgate_ground::pairs`]), and the example that has no fault.
//!
//! Never edits a pair unless BLESS=1 is set.

use std::fs;
use std::path::Path;

use witgate_auth::config::{Config, DatabaseConfig, EncryptionKeySource};
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

/// `auth.toml` as it ships.
fn example() -> String {
    fs::read_to_string("auth.toml").expect("the example")
}

/// What it means in this folder.
fn meant(folder: &Path, text: &str) -> Config {
    Config::parse(&folder.join("auth.toml"), text).unwrap_or_else(|faults| panic!("{}", faults.render()))
}

#[test]
fn the_example_has_no_fault_by_itself_and_shows_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let least = "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\n";
    let (shown, usual) = (meant(folder.path(), &example()), meant(folder.path(), least));
    assert_eq!(format!("{shown:#?}"), format!("{usual:#?}"));
}

#[test]
fn what_the_example_has_commented_out_is_right_too() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["pwned.txt", "auth.key", "pg.password"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    let is_setting = |line: &&str| line.contains(" = ") || line.starts_with('[');
    let lines = example();
    let lines = lines.lines().map(|line| line.strip_prefix("# ").filter(is_setting).unwrap_or(line));
    let text = lines.collect::<Vec<_>>().join("\n");
    let shown = meant(folder.path(), &text.replace("\"state/auth.sqlite\"", "\"postgres://witgate@127.0.0.1/auth\""));
    let is_postgres = matches!(&shown.database, DatabaseConfig::Postgres(found) if found.password_file.is_some());
    assert!(is_postgres && shown.admin.is_some() && shown.passwords.breached_file.is_some());
    assert!(matches!(shown.keys.encryption_key, EncryptionKeySource::File(_)));
}
