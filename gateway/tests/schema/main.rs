//! gateway.schema.json: current, complete, and of one mind with the reader. `BLESS=1` writes it anew.
//!
//! Never accepts a schema that refuses what the gateway takes.

mod document;
mod manual;

use std::fs;
use std::path::{Path, PathBuf};

use document::document;
use manual::Manual;
use serde_json::Value;
use witgate::config;

/// Where it lies: beside the gateway.toml whose first line names it.
const STORED: &str = "../gateway.schema.json";
/// Refused files whose fault a schema cannot see are most; of these it must see one: keys, types, ranges and words.
const SEEN: [&str; 10] = [
    "everything-at-once",
    "grants",
    "issuer-no-audience",
    "listeners-missing",
    "number-range",
    "plugin-limits",
    "plugin-world",
    "show-generation-word",
    "unknown-keys",
    "wrong-types",
];

#[test]
fn the_stored_schema_is_what_the_reader_asks_for_in_the_words_of_the_manual() {
    let manual = Manual::read(&fs::read_to_string("../docs/operators.md").expect("the manual"));
    let (document, undescribed) = document(&config::outline(), &manual);
    assert!(undescribed.is_empty(), "docs/operators.md does not describe {undescribed:?}");
    let unread: Vec<&str> = manual.places().filter(|place| !reaches(&document, place)).collect();
    assert!(unread.is_empty(), "docs/operators.md describes keys that nothing reads: {unread:?}");
    let text = serde_json::to_string_pretty(&document).expect("a document") + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(STORED, &text).expect("a written schema");
    }
    let stored = fs::read_to_string(STORED).unwrap_or_default();
    assert!(stored == text, "gateway.schema.json is not current: BLESS=1 cargo test -p witgate --test schema");
}

#[test]
fn gateway_toml_names_the_schema_in_its_first_line() {
    let shipped = fs::read_to_string("../gateway.toml").expect("the example");
    assert_eq!(shipped.lines().next(), Some("#:schema ./gateway.schema.json"));
}

#[test]
fn whatever_the_gateway_takes_the_schema_takes() {
    let shipped = ["../gateway.toml", "../bench/gateway.toml", "../tests/configs/gateway.toml"];
    for file in shipped.map(PathBuf::from) {
        assert_eq!(faults(&file), Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn unknown_keys_wrong_types_ranges_and_words_are_seen() {
    for name in SEEN {
        let file = Path::new("tests/config").join(format!("{name}.toml"));
        assert!(!faults(&file).is_empty(), "{name} passes");
    }
}

/// The other way round for every file that the reader refuses: where the schema sees a fault, the reader does, too.
#[test]
fn the_schema_refuses_nothing_that_the_reader_takes() {
    let mut seen = 0;
    for entry in fs::read_dir("tests/config").expect("the pairs") {
        let file = entry.expect("an entry").path();
        if file.extension().is_some_and(|extension| extension == "toml") && !faults(&file).is_empty() {
            assert!(config::load(&file).is_err(), "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen >= SEEN.len(), "only {seen}");
}

/// What the schema finds; text that is no TOML has no JSON to look at.
fn faults(file: &Path) -> Vec<String> {
    let schema: Value = serde_json::from_str(&fs::read_to_string(STORED).expect("the schema")).expect("a document");
    let Ok(value) = toml::from_str::<Value>(&fs::read_to_string(file).expect("a file")) else { return Vec::new() };
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Whether a way such as `plugins.NAME.limits.cpu-ms` leads to a key.
fn reaches(schema: &Value, place: &str) -> bool {
    let mut at = schema;
    for step in place.split('.') {
        let (name, list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        let table = if at["anyOf"].is_array() { &at["anyOf"][1] } else { at };
        at = if name == "NAME" { &table["additionalProperties"] } else { &table["properties"][name] };
        at = if list { &at["items"] } else { at };
    }
    at.is_object()
}
