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
const SEEN: [&str; 9] = [
    "everything-at-once",
    "grants",
    "issuer-missing-parts",
    "listeners-missing",
    "plugin-limits",
    "plugin-world",
    "show-generation-word",
    "unknown-keys",
    "wrong-types",
];

#[test]
fn the_stored_schema_is_what_the_reader_asks_for_in_the_words_of_the_manual() {
    let manual = manual();
    let (document, undescribed) = document(&config::outline(), &manual);
    assert!(undescribed.is_empty(), "the manual does not describe {undescribed:?}");
    let unread: Vec<&str> = manual.places().filter(|place| key(&document, place).is_none()).collect();
    assert!(unread.is_empty(), "the manual describes keys that nothing reads: {unread:?}");
    let text = serde_json::to_string_pretty(&document).expect("a document") + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(STORED, &text).expect("a written schema");
    }
    let stored = fs::read_to_string(STORED).unwrap_or_default();
    assert!(stored == text, "gateway.schema.json is not current: BLESS=1 cargo test -p witgate --test schema");
}

#[test]
fn the_manual_gives_the_defaults_of_the_reader() {
    let manual = manual();
    let (document, _) = document(&config::outline(), &manual);
    let mut compared = 0;
    for place in manual.places() {
        let read = key(&document, place).and_then(|key| key["default"].as_f64());
        if let (Some(read), Some(told)) = (read, manual.default_of(place)) {
            assert!((read - told).abs() < 1e-9, "the manual's default of {place} is {told}, the reader's {read}");
            compared += 1;
        }
    }
    assert!(compared > 30, "only {compared}");
}

#[test]
fn gateway_toml_names_the_schema_in_its_first_line() {
    let shipped = fs::read_to_string("../gateway.toml").expect("the example");
    assert_eq!(shipped.lines().next(), Some("#:schema ./gateway.schema.json"));
}

#[test]
fn whatever_the_gateway_takes_the_schema_takes() {
    let shipped = ["../gateway.toml", "../tests/configs/gateway.toml"];
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

/// The pages that have tables of keys.
fn manual() -> Manual {
    let pages = ["../docs/operators.md", "../docs/record-replay.md"];
    Manual::read(&pages.map(|page| fs::read_to_string(page).expect("the manual")).join("\n"))
}

/// What the schema finds; text that is no TOML has no JSON to look at.
fn faults(file: &Path) -> Vec<String> {
    let schema: Value = serde_json::from_str(&fs::read_to_string(STORED).expect("the schema")).expect("a document");
    let Ok(value) = toml::from_str::<Value>(&fs::read_to_string(file).expect("a file")) else { return Vec::new() };
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The key that a way such as `plugins.NAME.limits.cpu-ms` leads to.
fn key<'s>(schema: &'s Value, place: &str) -> Option<&'s Value> {
    let mut at = schema;
    for step in place.split('.') {
        let (name, list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        let table = if at["anyOf"].is_array() { &at["anyOf"][1] } else { at };
        at = if name == "NAME" { &table["additionalProperties"] } else { &table["properties"][name] };
        at = if list { &at["items"] } else { at };
    }
    Some(at).filter(|key| key.is_object())
}
