//! The JSON Schema in which a plugin describes its config: as a table of keys, and against a config.
//!
//! Never trusts it: a schema is a plugin's own words, so it is bounded, and fetches nothing.

mod faults;
mod keys;

pub use faults::{ConfigFault, faults};
pub use keys::{Key, keys};

use serde_json::Value;

/// The largest schema that is looked at, in bytes.
const MOST_BYTES: usize = 256 * 1024;
/// The key with the codes that a policy answers of its own.
const CODES: &str = "x-witgate-codes";

/// Reads a schema.
///
/// # Errors
/// When it is too large, or no JSON object.
pub fn read(text: &str) -> Result<Value, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("it has {} bytes, at most {MOST_BYTES} are looked at", text.len()));
    }
    match serde_json::from_str(text) {
        Ok(schema @ Value::Object(_)) => Ok(schema),
        Ok(_) => Err("it is no JSON object".to_owned()),
        Err(error) => Err(format!("it is no JSON: {error}")),
    }
}

/// The codes that a schema lists; nothing where it does not say.
pub fn codes(schema: &Value) -> Option<Vec<&str>> {
    schema.get(CODES)?.as_array().map(|codes| codes.iter().filter_map(Value::as_str).collect())
}
