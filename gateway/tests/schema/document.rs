//! The JSON Schema of gateway.toml, made of what its reader asks for and of what the manual says of each key.
//!
//! Never knows a key by itself.

use serde_json::{Map, Value, json};
use witgate::config::{Kind, Outline};

use crate::manual::Manual;

/// What it is called in an editor.
const TITLE: &str = "gateway.toml of witgate";

/// The whole document, and the keys that the manual does not describe.
pub fn document(outline: &Outline, manual: &Manual) -> (Value, Vec<String>) {
    let mut writer = Writer { manual, undescribed: Vec::new() };
    let mut document = writer.table(outline, "");
    document["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    document["title"] = json!(TITLE);
    (document, writer.undescribed)
}

struct Writer<'m> {
    manual: &'m Manual,
    undescribed: Vec<String>,
}

impl Writer<'_> {
    /// `place` is the way to the table, with a final point where it is not the top.
    fn table(&mut self, outline: &Outline, place: &str) -> Value {
        let keys = outline.keys();
        let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let properties: Map<String, Value> = keys
            .iter()
            .map(|key| (key.name.to_owned(), self.described(&format!("{place}{}", key.name), &key.kind)))
            .collect();
        let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        if !required.is_empty() {
            table["required"] = json!(required);
        }
        table
    }

    fn described(&mut self, place: &str, kind: &Kind) -> Value {
        let mut value = self.kind(place, kind);
        match self.manual.says_of(place) {
            Some(words) => value["description"] = json!(words),
            // Their keys are described.
            None if matches!(kind, Kind::Table(_) | Kind::Named(_) | Kind::Many(_)) => {}
            None => self.undescribed.push(place.to_owned()),
        }
        value
    }

    fn kind(&mut self, place: &str, kind: &Kind) -> Value {
        match kind {
            Kind::Any => json!({}),
            Kind::AnyTable => json!({ "type": "object" }),
            Kind::Text => json!({ "type": "string" }),
            Kind::Word(words) => json!({ "enum": words }),
            Kind::Number(range, default) => {
                let mut number = json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() });
                default.iter().for_each(|default| number["default"] = json!(default));
                number
            }
            Kind::Decimal(range, default) => {
                json!({ "type": "number", "minimum": range.start(), "maximum": range.end(), "default": default })
            }
            Kind::Flag => json!({ "type": "boolean", "default": false }),
            Kind::Texts => texts(),
            Kind::Pairs => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            Kind::Lists => json!({ "type": "object", "additionalProperties": texts() }),
            Kind::Table(below) => self.table(below, &format!("{place}.")),
            Kind::TextOrTable(below) => {
                json!({ "anyOf": [{ "type": "string" }, self.table(below, &format!("{place}."))] })
            }
            Kind::Named(below) => {
                json!({ "type": "object", "additionalProperties": self.table(below, &format!("{place}.NAME.")) })
            }
            Kind::Many(below) => json!({ "type": "array", "items": self.table(below, &format!("{place}[].")) }),
        }
    }
}

fn texts() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}
