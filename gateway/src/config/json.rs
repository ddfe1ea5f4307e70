//! A plugin's TOML as the JSON it is given.
//!
//! Never changes a number silently: what JSON cannot say is a fault.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::DeValue;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// A `config` table as the text a plugin is given.
pub(super) fn config(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> String {
    if !value.get_ref().is_table() {
        faults.push(
            at(value),
            "`config` must be a table",
            "write config = { key = \"value\" } or [plugins.NAME.config]",
        );
    }
    from_toml(value, faults).to_string()
}

/// Turns any TOML value into JSON; dates become strings.
pub(super) fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| from_toml(item, faults)).collect()),
        DeValue::Table(entries) => {
            let pairs =
                entries.iter().map(|(name, item)| (name.get_ref().clone().into_owned(), from_toml(item, faults)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Number::from);
            number_or_fault(number, "write a number of at most 64 bits, or a string", value, faults)
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            number_or_fault(number, "the plugin's config is given as JSON, which has no inf and no nan", value, faults)
        }
    }
}

fn number_or_fault(number: Option<Number>, hint: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Value {
    if number.is_none() {
        faults.push(at(value), "this number has no JSON form", hint);
    }
    number.map_or(Value::Null, Value::Number)
}
