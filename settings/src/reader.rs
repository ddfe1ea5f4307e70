//! A typed reader of TOML tables that notes every fault and goes on, where serde would stop at the first.
//!
//! Never gives a meaning to a value: it checks types and number ranges, and that each key is known.

use crate::document::TOP;
use crate::fault::{Faults, Span};
use crate::outline::{Kind, Outline};
use crate::suggest;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One table, and which of its keys were asked for.
pub struct Table<'t> {
    place: String,
    span: Span,
    entries: &'t DeTable<'t>,
    known: Vec<&'static str>,
    settled: Vec<&'static str>,
    hides: bool,
    outline: Option<Outline>,
}

/// What a key that may be a string or a table is.
pub enum TextOrTable<'t> {
    /// a string
    Text(Spanned<String>),
    /// a table
    Table(Table<'t>),
}

/// Strings with their places, and the place of the whole list.
pub type StringList = Spanned<Vec<Spanned<String>>>;

/// Where a value was written.
pub fn at<T>(value: &Spanned<T>) -> Span {
    value.span().into()
}

/// Where one item of a list was written, or the whole list.
pub fn at_item(list: &StringList, item: Option<usize>) -> Span {
    item.map_or_else(|| at(list), |item| at(&list.get_ref()[item]))
}

impl<'t> Table<'t> {
    /// `place` is how messages call it, such as `[limits]`; faults of the whole table point at `span`.
    pub fn new(place: impl Into<String>, span: Span, entries: &'t DeTable<'t>) -> Table<'t> {
        Table {
            place: place.into(),
            span,
            entries,
            known: Vec::new(),
            settled: Vec::new(),
            hides: false,
            outline: None,
        }
    }

    /// An empty table whose reader is watched: `outline` learns what it asks for. Its faults are of no use.
    pub fn outlined(empty: &'t DeTable<'t>, outline: Outline) -> Table<'t> {
        Table { outline: Some(outline), ..Table::new("", Span::from(TOP), empty) }
    }

    /// Where faults of the whole table point.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The same table, where whoever mistakes a key may have written a secret: values of unknown keys are not shown.
    pub fn with_secrets(self) -> Table<'t> {
        Table { hides: true, ..self }
    }

    /// Where the value of a key is.
    pub fn place_of(&self, key: &str) -> Option<Span> {
        self.entries.get(key).map(at)
    }

    /// Notes a key that must not be here, since its value would be a secret. It is not shown, nor ever suggested.
    pub fn refuse_secret(&mut self, key: &'static str, hint: &str, faults: &mut Faults) {
        self.settled.push(key);
        if let Some(value) = self.entries.get(key) {
            faults.hide(at(value));
            faults.push(at(value), format!("a secret does not belong into {}: `{key}`", self.place), hint);
        }
    }

    /// Whether a key is absent, or a list of nothing.
    pub fn is_vacant(&self, key: &str) -> bool {
        let value = self.entries.get(key).map(Spanned::get_ref);
        value.is_none_or(|value| value.as_array().is_some_and(|list| list.is_empty()))
    }

    /// The value of a key, whatever its type.
    pub fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.note(key, Kind::Any);
        self.entries.get(key)
    }

    /// A table with any keys, or whatever stands in its place.
    pub fn any_table(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.note(key, Kind::AnyTable);
        self.value(key)
    }

    /// A string.
    pub fn string(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<String>> {
        self.note(key, Kind::Text);
        self.value(key).and_then(|value| as_string(key, value, faults))
    }

    /// A string that should be one of `words`: whoever gives it a meaning says so where it is none.
    pub fn word<const N: usize>(
        &mut self,
        key: &'static str,
        words: [&'static str; N],
        faults: &mut Faults,
    ) -> Option<Spanned<String>> {
        let word = self.string(key, faults);
        self.note(key, Kind::Word(words.to_vec()));
        word
    }

    /// A string that must be there; `hint` is shown where it is not.
    pub fn required(&mut self, key: &'static str, hint: &str, faults: &mut Faults) -> Option<Spanned<String>> {
        if !self.entries.contains_key(key) {
            faults.push(self.span, format!("{} has no `{key}`", self.place), hint);
        }
        let text = self.string(key, faults);
        self.outline.iter().for_each(|outline| outline.require(key));
        text
    }

    /// As [`Table::word`], and it must be there; `hint` is shown where it is not.
    pub fn required_word<const N: usize>(
        &mut self,
        key: &'static str,
        words: [&'static str; N],
        hint: &str,
        faults: &mut Faults,
    ) -> Option<Spanned<String>> {
        let word = self.required(key, hint, faults);
        self.note(key, Kind::Word(words.to_vec()));
        word
    }

    /// A whole number in a range, or else the default.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<u64>, default: u64, faults: &mut Faults) -> u64 {
        self.note(key, Kind::Number(range.clone(), Some(default).filter(|default| range.contains(default))));
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

    /// A number in a range, or else the default.
    pub fn decimal(&mut self, key: &'static str, range: RangeInclusive<f64>, default: f64, faults: &mut Faults) -> f64 {
        self.note(key, Kind::Decimal(range.clone(), default));
        let Some(value) = self.value(key) else { return default };
        let number: Option<f64> = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            _ => None,
        };
        number.filter(|number| range.contains(number)).unwrap_or_else(|| {
            let message = format!("`{key}` must be a number from {} to {}", range.start(), range.end());
            faults.push(at(value), message, format!("such as {key} = {default}, which is the default"));
            default
        })
    }

    /// `true` or `false`; `false` where absent.
    pub fn flag(&mut self, key: &'static str, faults: &mut Faults) -> bool {
        self.note(key, Kind::Flag);
        let Some(value) = self.value(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            wrong_type(key, "true or false", value, faults);
            false
        })
    }

    /// A list of strings; strings of a wrong type are noted and left out.
    pub fn strings(&mut self, key: &'static str, faults: &mut Faults) -> Option<StringList> {
        self.note(key, Kind::Texts);
        self.value(key).and_then(|value| as_strings(key, value, faults))
    }

    /// As [`Table::strings`], in a table that is of no use without them. Who gives them a meaning says so where they are
    /// missing.
    pub fn required_strings(&mut self, key: &'static str, faults: &mut Faults) -> Option<StringList> {
        let strings = self.strings(key, faults);
        self.outline.iter().for_each(|outline| outline.require(key));
        strings
    }

    /// A table whose values are strings, in the order written.
    pub fn pairs(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(Spanned<String>, Spanned<String>)> {
        let table = self.table(key, faults);
        self.note(key, Kind::Pairs);
        let Some(table) = table else { return Vec::new() };
        let named = in_written_order(table.entries).into_iter();
        named.filter_map(|(name, value)| as_string(name.get_ref(), value, faults).map(|text| (name, text))).collect()
    }

    /// A table whose values are lists of strings, in the order written. Nothing where it is absent.
    pub fn lists(&mut self, key: &'static str, faults: &mut Faults) -> Option<Vec<(Spanned<String>, StringList)>> {
        let table = self.table(key, faults);
        self.note(key, Kind::Lists);
        let named = in_written_order(table?.entries).into_iter();
        Some(
            named
                .filter_map(|(name, value)| as_strings(name.get_ref(), value, faults).map(|list| (name, list)))
                .collect(),
        )
    }

    /// A table.
    pub fn table(&mut self, key: &'static str, faults: &mut Faults) -> Option<Table<'t>> {
        if let Some(below) = self.note_below(key, Kind::Table) {
            return Some(below);
        }
        let value = self.value(key)?;
        let Some(entries) = value.get_ref().as_table() else {
            wrong_type(key, "a table", value, faults);
            return None;
        };
        Some(Table::new(format!("[{key}]"), at(value), entries))
    }

    /// A string, or a table; `hint` is shown where it is neither.
    pub fn text_or_table(&mut self, key: &'static str, hint: &str, faults: &mut Faults) -> Option<TextOrTable<'t>> {
        if let Some(below) = self.note_below(key, Kind::TextOrTable) {
            return Some(TextOrTable::Table(below));
        }
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(TextOrTable::Text(Spanned::new(value.span(), text.clone().into_owned()))),
            DeValue::Table(entries) => Some(TextOrTable::Table(Table::new(format!("[{key}]"), at(value), entries))),
            _ => {
                faults.push(at(value), format!("`{key}` must be a string or a table"), hint);
                None
            }
        }
    }

    /// `[key.NAME]` tables, in the order written.
    pub fn named_tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(Spanned<String>, Table<'t>)> {
        if let Some(below) = self.note_below(key, Kind::Named) {
            return vec![(Spanned::new(TOP, "NAME".to_owned()), below)];
        }
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
    pub fn list_of_tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<Table<'t>> {
        if let Some(below) = self.note_below(key, Kind::Many) {
            return vec![below];
        }
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

    /// As [`Table::list_of_tables`], in a file that is of no use without one. Who gives them a meaning says so where there
    /// is none.
    pub fn required_tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<Table<'t>> {
        let tables = self.list_of_tables(key, faults);
        self.outline.iter().for_each(|outline| outline.require(key));
        tables
    }

    fn note(&self, key: &'static str, kind: Kind) {
        if let Some(outline) = &self.outline {
            outline.note(key, kind);
        }
    }

    /// The table below a key of a watched one.
    fn note_below(&self, key: &'static str, kind: impl FnOnce(Outline) -> Kind) -> Option<Table<'t>> {
        let outline = self.outline.as_ref()?;
        let below = Outline::default();
        outline.note(key, kind(below.clone()));
        Some(Table::outlined(self.entries, below))
    }

    /// Notes every key that nobody asked for.
    pub fn finish(self, faults: &mut Faults) {
        let is_known = |name: &str| self.known.contains(&name) || self.settled.contains(&name);
        for (name, value) in self.entries.iter().filter(|(name, _)| !is_known(name.get_ref())) {
            if self.hides {
                faults.hide(at(value));
            }
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

fn as_strings(key: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<StringList> {
    let Some(list) = value.get_ref().as_array() else {
        wrong_type(key, "a list of strings", value, faults);
        return None;
    };
    let items = list.iter().enumerate();
    let strings = items.filter_map(|(at, item)| as_string(&format!("{key}[{at}]"), item, faults)).collect();
    Some(Spanned::new(value.span(), strings))
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
