//! A typed reader of TOML tables that notes every fault and goes on, where serde would stop at the first.
//!
//! Never gives a meaning to a value: it checks types and number ranges, and that each key is known.

use super::fault::{Faults, Span};
use super::suggest;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One table, and which of its keys were asked for.
pub(super) struct Table<'t> {
    place: String,
    span: Span,
    entries: &'t DeTable<'t>,
    known: Vec<&'static str>,
}

/// Where a value was written.
pub(super) fn at<T>(value: &Spanned<T>) -> Span {
    value.span().into()
}

impl<'t> Table<'t> {
    /// `place` is how messages call it, such as `[gateway]`; faults of the whole table point at `span`.
    pub(super) fn new(place: impl Into<String>, span: Span, entries: &'t DeTable<'t>) -> Table<'t> {
        Table { place: place.into(), span, entries, known: Vec::new() }
    }

    /// Where faults of the whole table point.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// Whether a key is absent, or a list of nothing.
    pub(super) fn is_vacant(&self, key: &str) -> bool {
        let value = self.entries.get(key).map(Spanned::get_ref);
        value.is_none_or(|value| value.as_array().is_some_and(|list| list.is_empty()))
    }

    /// The value of a key, whatever its type.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.entries.get(key)
    }

    /// A string.
    pub(super) fn string(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<String>> {
        self.value(key).and_then(|value| as_string(key, value, faults))
    }

    /// A string that must be there; `hint` is shown where it is not.
    pub(super) fn required(&mut self, key: &'static str, hint: &str, faults: &mut Faults) -> Option<Spanned<String>> {
        if !self.entries.contains_key(key) {
            faults.push(self.span, format!("{} has no `{key}`", self.place), hint);
        }
        self.string(key, faults)
    }

    /// A whole number in a range, or else the default.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: u64,
        faults: &mut Faults,
    ) -> u64 {
        let Some(value) = self.value(key) else { return default };
        let Some(integer) = value.get_ref().as_integer() else {
            wrong_type(key, "a whole number", value, faults);
            return default;
        };
        match u64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => number,
            _ => {
                faults.push(at(value), format!("`{key}` is out of range"), range_hint(&range, default));
                default
            }
        }
    }

    /// `true` or `false`; `false` where absent.
    pub(super) fn flag(&mut self, key: &'static str, faults: &mut Faults) -> bool {
        let Some(value) = self.value(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            wrong_type(key, "true or false", value, faults);
            false
        })
    }

    /// A list of strings; strings of a wrong type are noted and left out.
    pub(super) fn strings(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<Vec<Spanned<String>>>> {
        let value = self.value(key)?;
        let Some(list) = value.get_ref().as_array() else {
            wrong_type(key, "a list of strings", value, faults);
            return None;
        };
        let items = list.iter().enumerate();
        let strings = items.filter_map(|(at, item)| as_string(&format!("{key}[{at}]"), item, faults)).collect();
        Some(Spanned::new(value.span(), strings))
    }

    /// A table whose values are strings, in the order written.
    pub(super) fn pairs(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(Spanned<String>, Spanned<String>)> {
        let Some(table) = self.table(key, faults) else { return Vec::new() };
        let named = in_written_order(table.entries).into_iter();
        named.filter_map(|(name, value)| as_string(name.get_ref(), value, faults).map(|text| (name, text))).collect()
    }

    /// A table.
    pub(super) fn table(&mut self, key: &'static str, faults: &mut Faults) -> Option<Table<'t>> {
        let value = self.value(key)?;
        let Some(entries) = value.get_ref().as_table() else {
            wrong_type(key, "a table", value, faults);
            return None;
        };
        Some(Table::new(format!("[{key}]"), at(value), entries))
    }

    /// `[key.NAME]` tables, in the order written.
    pub(super) fn named_tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(Spanned<String>, Table<'t>)> {
        let Some(table) = self.table(key, faults) else { return Vec::new() };
        let mut named = Vec::new();
        for (name, value) in in_written_order(table.entries) {
            match value.get_ref().as_table() {
                Some(entries) => {
                    let table = Table::new(format!("[{key}.{}]", name.get_ref()), at(&name), entries);
                    named.push((name, table));
                }
                None => wrong_type(name.get_ref(), &format!("a table: [{key}.NAME]"), value, faults),
            }
        }
        named
    }

    /// `[[key]]` tables, in the order written.
    pub(super) fn list_of_tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            wrong_type(key, &format!("a list of tables: [[{key}]]"), value, faults);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in list {
            match item.get_ref().as_table() {
                Some(entries) => tables.push(Table::new(format!("[[{key}]]"), at(item), entries)),
                None => wrong_type(key, &format!("a list of tables: [[{key}]]"), item, faults),
            }
        }
        tables
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self, faults: &mut Faults) {
        for name in self.entries.keys().filter(|name| !self.known.contains(&name.get_ref().as_ref())) {
            let message = format!("{} knows no key `{}`", self.place, name.get_ref());
            faults.push(at(name), message, suggest::hint(name.get_ref(), self.known.iter().copied(), "known keys"));
        }
    }
}

/// A default outside the range is not a number that could be written: it stands for what depends on the machine.
fn range_hint(range: &RangeInclusive<u64>, default: u64) -> String {
    let (least, most) = (range.start(), range.end());
    let or_default = if range.contains(&default) { format!("; default {default}") } else { String::new() };
    format!("a number from {least} to {most}{or_default}")
}

fn in_written_order<'t>(entries: &'t DeTable<'t>) -> Vec<(Spanned<String>, &'t Spanned<DeValue<'t>>)> {
    let owned = |name: &Spanned<_>| Spanned::new(name.span(), String::from(std::borrow::Cow::clone(name.get_ref())));
    let mut pairs: Vec<_> = entries.iter().map(|(name, value)| (owned(name), value)).collect();
    pairs.sort_by_key(|(name, _)| name.span().start);
    pairs
}

fn as_string(key: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Spanned<String>> {
    let Some(text) = value.get_ref().as_str() else {
        wrong_type(key, "a string", value, faults);
        return None;
    };
    Some(Spanned::new(value.span(), text.to_owned()))
}

fn wrong_type(key: &str, wanted: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults) {
    let message = format!("`{key}` must be {wanted}, and is {}", kind(value.get_ref()));
    let hint = match wanted {
        "a string" => "put it in double quotes",
        "true or false" => "write true or false without quotes",
        "a whole number" => "write digits without quotes and without a point",
        "a list of strings" => "write [\"one\", \"two\"]",
        _ if wanted.starts_with("a list of tables") => "write it with two brackets on each side, once for each",
        _ => "write [name] above its keys, or name = { key = value }",
    };
    faults.push(at(value), message, hint);
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
