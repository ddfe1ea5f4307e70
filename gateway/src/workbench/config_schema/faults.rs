//! A config against the schema of its plugin: every fault with the way to its key and what to do.
//!
//! Never shows a value of the config, which may be a secret.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use witgate_settings::suggest;

/// How many faults are told of one config.
const MOST_TOLD: usize = 20;
/// What stands in a message instead of the config's own value.
const MASK: &str = "this value";

/// One fault of a config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// the way to the key, such as `rules[0].effect`; `config` where it is the whole
    pub key: String,
    /// what is wrong
    pub message: String,
    /// what to do about it
    pub remedy: String,
}

/// Everything of a config that its schema does not allow, the first twenty of it.
///
/// # Errors
/// When the schema itself is none, or refers to something outside.
pub fn faults(schema: &Value, config: &Value) -> Result<Vec<ConfigFault>, String> {
    let validator: Validator = jsonschema::validator_for(schema).map_err(|error| error.to_string())?;
    Ok(validator.iter_errors(config).take(MOST_TOLD).map(|error| fault(&error, schema)).collect())
}

fn fault(error: &ValidationError<'_>, schema: &Value) -> ConfigFault {
    ConfigFault {
        key: key(error.instance_path().as_str()),
        message: error.masked_with(MASK).to_string(),
        remedy: remedy(error, schema),
    }
}

/// A pointer as one writes the way in TOML.
fn key(pointer: &str) -> String {
    let mut way = String::new();
    for step in pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")) {
        match step.parse::<usize>() {
            Ok(index) => way.push_str(&format!("[{index}]")),
            Err(_) if way.is_empty() => way = step,
            Err(_) => way.push_str(&format!(".{step}")),
        }
    }
    if way.is_empty() { "config".to_owned() } else { way }
}

fn remedy(error: &ValidationError<'_>, schema: &Value) -> String {
    let place = error.schema_path().as_str();
    let node = place.rsplit_once('/').and_then(|(parent, _)| schema.pointer(parent));
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = node.and_then(|node| node.get("properties")).and_then(Value::as_object);
            let names: Vec<&str> = known.into_iter().flat_map(|known| known.keys()).map(String::as_str).collect();
            let first = unexpected.first().map(String::as_str).unwrap_or_default();
            suggest::hint(first, names, "known keys")
        }
        ValidationErrorKind::Required { property } => format!("add {}", property.as_str().unwrap_or("it")),
        _ => match node.and_then(|node| node.get("description")).and_then(Value::as_str) {
            Some(words) => format!("it is: {}", words.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => "`witgate plugin inspect` lists its keys".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_names_the_key_and_never_the_value() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["rules"],
            "properties": { "rules": { "type": "array", "items": {
                "type": "object", "additionalProperties": false,
                "properties": { "effect": { "enum": ["allow", "deny"], "description": "What it\n does." } },
            } } },
        });
        let told = |config: Value| faults(&schema, &config).expect("a schema");
        let found = told(json!({ "rules": [{ "effect": "hush-hush", "efect": 1 }], "ruels": [] }));
        let keys: Vec<&str> = found.iter().map(|fault| fault.key.as_str()).collect();
        assert!(keys.contains(&"rules[0].effect") && keys.contains(&"config"), "{found:?}");
        assert!(!format!("{found:?}").contains("hush-hush"), "{found:?}");
        assert!(found.iter().any(|fault| fault.remedy.contains("`rules`")), "{found:?}");
        assert!(found.iter().any(|fault| fault.remedy == "it is: What it does."), "{found:?}");
        assert_eq!(told(json!({}))[0].remedy, "add rules");
        assert!(told(json!({ "rules": [] })).is_empty());
    }

    #[test]
    fn a_schema_from_elsewhere_is_not_fetched() {
        let schema = json!({ "$ref": "http://127.0.0.1:1/schema.json" });
        assert!(faults(&schema, &json!({})).is_err());
        assert!(faults(&json!({ "type": "nonsense" }), &json!({})).is_err());
    }
}
