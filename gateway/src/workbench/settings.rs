//! A table of keys as an author gives it, a plugin's config or claims: as JSON on the command line, or as a file.
//!
//! Never shows a value in a fault.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

/// The largest file, in bytes: what one plugin is given.
const MOST_BYTES: u64 = 1 << 20;

/// Reads what an option such as `--settings` gives: `{"key": "value"}`, or a .json or .toml file.
///
/// # Errors
/// When it is neither, or no table.
pub fn read(option: &str, given: &str) -> Result<Value, String> {
    let value = if given.trim_start().starts_with('{') {
        serde_json::from_str(given).map_err(|error| format!("{option} is no JSON: {}", place(&error)))?
    } else {
        of_file(Path::new(given)).map_err(|why| format!("{option}: {why}"))?
    };
    if Value::is_object(&value) { Ok(value) } else { Err(format!("{option} must be a table of keys")) }
}

fn of_file(path: &Path) -> Result<Value, String> {
    let shown = path.display();
    let mut text = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
    read.map_err(|error| format!("{shown}: {error}; give JSON in braces, or a .json or .toml file"))?;
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
        let read = |given: &str| read("--claims", given);
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
        assert!(
            read("{\"password\": hush}")
                .is_err_and(|why| why.starts_with("--claims is no JSON") && !why.contains("hush"))
        );
        assert!(read("absent.toml").is_err_and(|why| why.starts_with("--claims: absent.toml")));
    }
}
