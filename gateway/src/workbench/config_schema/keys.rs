//! A schema as a list of keys, as a manual has it: what each may be, whether it is needed, its default, its meaning.
//!
//! Never lists what a table holds a second time below itself, and never more than a person reads.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// How deep keys are listed.
const DEEPEST: usize = 8;
/// How many keys are listed.
const MOST_KEYS: usize = 500;
/// How many places of a schema are looked at in all: one that multiplies itself ends here.
const MOST_STEPS: usize = 20_000;
/// How many references are followed from one place.
const MOST_HOPS: usize = 8;

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// the way to it: `rules[].name`, `set.NAME.value`
    pub key: String,
    /// what it may be
    pub kind: String,
    /// whether its table is of no use without it
    pub required: bool,
    /// what it is where it is left out, as JSON
    pub default: Option<String>,
    /// what it means, on one line
    pub meaning: String,
}

/// The keys of a schema, tables before what is in them.
pub fn keys(schema: &Value) -> Vec<Key> {
    let mut list =
        List { schema, keys: Vec::new(), seen: BTreeSet::new(), under: Vec::new(), steps: Cell::new(MOST_STEPS) };
    list.table(schema, "", DEEPEST);
    list.keys
}

struct List<'s> {
    schema: &'s Value,
    keys: Vec<Key>,
    seen: BTreeSet<String>,
    /// the tables that the place is under: what refers to one of them is told where that one is
    under: Vec<&'s Value>,
    /// that may still be taken
    steps: Cell<usize>,
}

impl<'s> List<'s> {
    /// Lists what is in a table, or in one of the tables that it may be.
    fn table(&mut self, node: &'s Value, place: &str, depth: usize) {
        if depth == 0 || !self.may_go_on() {
            return;
        }
        let node = self.resolved(node);
        if self.under.iter().any(|above| std::ptr::eq(*above, node)) {
            return;
        }
        self.under.push(node);
        self.members(node, place, depth);
        self.under.pop();
    }

    fn members(&mut self, node: &'s Value, place: &str, depth: usize) {
        for variant in variants(node) {
            self.table(variant, place, depth - 1);
        }
        let required = names(node.get("required"));
        for (name, below) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.key(below, &format!("{place}{name}"), required.contains(&name.as_str()), depth);
        }
    }

    fn key(&mut self, node: &'s Value, key: &str, required: bool, depth: usize) {
        if self.keys.len() >= MOST_KEYS || !self.seen.insert(key.to_owned()) {
            return;
        }
        let target = self.resolved(node);
        let said = |name: &str| node.get(name).or_else(|| target.get(name));
        let meaning = said("description").and_then(Value::as_str).unwrap_or_default();
        let kind = self.kind(target, depth);
        self.keys.push(Key {
            key: key.to_owned(),
            kind,
            required,
            default: said("default").filter(|value| !value.is_null()).map(Value::to_string),
            meaning: meaning.split_whitespace().collect::<Vec<_>>().join(" "),
        });
        self.below(target, key, depth - 1);
    }

    /// What is below a key: of a table, of each item of a list, of each member of a table with any names.
    fn below(&mut self, node: &'s Value, key: &str, depth: usize) {
        if depth == 0 {
            return;
        }
        self.table(node, &format!("{key}."), depth);
        for one in std::iter::once(node).chain(variants(node).map(|variant| self.resolved(variant)).collect::<Vec<_>>())
        {
            if let Some(items) = one.get("items") {
                self.table(items, &format!("{key}[]."), depth);
            }
            if let Some(members) = one.get("additionalProperties").filter(|members| members.is_object()) {
                self.table(members, &format!("{key}.NAME."), depth);
            }
        }
    }

    fn kind(&self, node: &'s Value, depth: usize) -> String {
        let node = self.resolved(node);
        if depth == 0 || !self.may_go_on() {
            return "any".to_owned();
        }
        if let Some(value) = node.get("const") {
            return value.to_string();
        }
        if let Some(words) = node.get("enum").and_then(Value::as_array) {
            return joined(words.iter().map(Value::to_string));
        }
        if variants(node).next().is_some() {
            return joined(variants(node).map(|variant| self.kind(variant, depth - 1)));
        }
        match node.get("type") {
            Some(Value::String(word)) => self.typed(node, word, depth),
            Some(Value::Array(words)) => {
                joined(words.iter().filter_map(Value::as_str).map(|word| self.typed(node, word, depth)))
            }
            _ => "any".to_owned(),
        }
    }

    fn typed(&self, node: &'s Value, word: &str, depth: usize) -> String {
        match word {
            "object" => match node.get("additionalProperties").filter(|members| members.is_object()) {
                Some(members) => format!("table of {}", self.kind(members, depth - 1)),
                None => "table".to_owned(),
            },
            "array" => match node.get("items") {
                Some(items) => format!("list of {}", self.kind(items, depth - 1)),
                None => "list".to_owned(),
            },
            "integer" => "whole number".to_owned(),
            "boolean" => "true or false".to_owned(),
            other => other.to_owned(),
        }
    }

    fn may_go_on(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    /// The node that a reference within the document leads to.
    fn resolved(&self, mut node: &'s Value) -> &'s Value {
        for _ in 0..MOST_HOPS {
            let target = node.get("$ref").and_then(Value::as_str).and_then(|way| way.strip_prefix('#'));
            match target.and_then(|way| self.schema.pointer(way)) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }
}

/// The schemas of which one, or all, hold.
fn variants(node: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|word| node.get(word)?.as_array()).flatten()
}

fn names(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Each once; what only says that the key may be absent is left out.
fn joined(kinds: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for kind in kinds.filter(|kind| kind != "null") {
        if !all.contains(&kind) {
            all.push(kind);
        }
    }
    all.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(schema: &Value) -> Vec<String> {
        let line = |key: &Key| {
            let default = key.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
            format!("{}{}: {}{default}", key.key, if key.required { "!" } else { "" }, key.kind)
        };
        keys(schema).iter().map(line).collect()
    }

    #[test]
    fn lists_tables_references_and_choices_are_told_by_their_keys() {
        let schema = json!({
            "type": "object",
            "required": ["rules"],
            "properties": {
                "default": { "enum": ["deny", "abstain"], "default": "deny" },
                "rules": { "type": "array", "items": { "$ref": "#/$defs/Rule" } },
                "set": { "type": "object", "additionalProperties": { "$ref": "#/$defs/Source" } },
                "limit": { "type": ["integer", "null"] },
            },
            "$defs": {
                "Rule": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } },
                "Source": { "oneOf": [
                    { "type": "object", "properties": { "value": { "type": "string" } } },
                    { "type": "object", "properties": { "claim": { "type": "string" } } },
                ] },
            },
        });
        let expected = [
            "default: \"deny\" or \"abstain\" = \"deny\"",
            "limit: whole number",
            "rules!: list of table",
            "rules[].name!: string",
            "set: table of table",
            "set.NAME.value: string",
            "set.NAME.claim: string",
        ];
        assert_eq!(told(&schema), expected);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({
            "$defs": { "Condition": { "type": "object", "properties": {
                "not": { "$ref": "#/$defs/Condition" }, "all": { "type": "array", "items": { "$ref": "#/$defs/Condition" } },
            } }, "Loop": { "$ref": "#/$defs/Loop" } },
            "properties": { "when": { "$ref": "#/$defs/Condition" }, "loop": { "$ref": "#/$defs/Loop" } },
        });
        assert_eq!(told(&schema), ["loop: any", "when: table", "when.all: list of table", "when.not: table"]);
    }

    #[test]
    fn a_schema_that_multiplies_itself_ends() {
        let many: Vec<Value> = (0..200).map(|_| json!({ "$ref": "#/$defs/Many" })).collect();
        let schema =
            json!({ "$defs": { "Many": { "anyOf": many } }, "properties": { "a": { "$ref": "#/$defs/Many" } } });
        assert_eq!(told(&schema), ["a: any"]);
    }
}
