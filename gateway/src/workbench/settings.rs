//! A plugin's config as an author gives it: as JSON on the command line, or as a file.
//!
//! Never shows a value in a fault.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

/// The largest file with a config, in bytes; gateway.toml may not be larger either.
const MOST_BYTES: u64 = 1 << 20;

/// Reads `{"key": "value"}`, or a .json or .toml file.
///
/// # Errors
/// When it is neither, or no table.
pub fn read(given: &str) -> Result<Value, String> {
    let value = if given.trim_start().starts_with('{') {
        serde_json::from_str(given).map_err(|error| format!("the settings are no JSON: {}", place(&error)))?
    } else {
        of_file(Path::new(given))?
    };
    if Value::is_object(&value) { Ok(value) } else { Err("the settings must be a table of keys".to_owned()) }
}

fn of_file(path: &Path) -> Result<Value, String> {
    let shown = path.display();
    let mut text = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
    read.map_err(|error| format!("{shown}: {error}; settings are JSON in braces, or a .json or .toml file"))?;
    if path.extension().is_some_and(|extension| extension == "json") {
        return serde_json::from_str(&text).map_err(|error| format!("{shown} is no JSON: {}", place(&error)));
    }
    toml::from_str(&text).map_err(|error: toml::de::Error| format!("{shown} is no TOML: {}", error.message()))
}

/// Where a syntax error is; serde's words may quote a value.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_json_or_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path.display().to_string()
        };
        assert_eq!(read(" {\"a\": 1}"), Ok(json!({ "a": 1 })));
        assert_eq!(read(&file("a.toml", "a = [\"b\"]")), Ok(json!({ "a": ["b"] })));
        assert_eq!(read(&file("a.json", "{\"a\": null}")), Ok(json!({ "a": null })));
        assert!(read(&file("b.json", "[1]")).expect_err("a list").contains("table"));
        assert!(read("{\"password\": hush}").is_err_and(|why| !why.contains("hush")));
        assert!(read("absent.toml").is_err_and(|why| why.contains("absent.toml")));
    }
}
