//! What the manual says of each key: the tables whose first column is `Key`.
//!
//! Never a second place for a description: editors show the manual's own words.

use std::collections::BTreeMap;

/// What it says by the way to a key, such as `plugins.NAME.limits.cpu-ms`.
pub struct Manual(BTreeMap<String, Said>);

/// What it says of one key.
struct Said {
    words: String,
    /// empty in a table that has no such column
    default: String,
}

impl Manual {
    /// Reads the tables of a Markdown text.
    pub fn read(text: &str) -> Self {
        let (mut all, mut heading, mut prefix) = (BTreeMap::new(), String::new(), None);
        for line in text.lines() {
            match cells(line) {
                None if line.starts_with('#') => heading = below(line),
                None => prefix = None,
                Some(row) if row[0] == "Key" => prefix = Some(heading.clone()),
                Some(row) if row[0].starts_with("Key of ") => prefix = Some(below(&row[0])),
                Some(row) => {
                    let Some(prefix) = &prefix else { continue };
                    all.extend(said(&row).map(|(key, said)| (format!("{prefix}{key}"), said)));
                }
            }
        }
        Self(all)
    }

    /// What it says of one key.
    pub fn says_of(&self, place: &str) -> Option<&str> {
        self.0.get(place).map(|said| said.words.as_str())
    }

    /// The number that it gives as the default of a key.
    pub fn default_of(&self, place: &str) -> Option<f64> {
        self.0.get(place)?.default.parse().ok()
    }

    /// Every way to a key that it describes.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A row may be about several keys, with as many defaults.
fn said(row: &[String]) -> impl Iterator<Item = (&str, Said)> {
    let keys: Vec<&str> = quoted(&row[0]).collect();
    let defaults: Vec<&str> = if row.len() > 2 { row[1].split(", ").collect() } else { Vec::new() };
    let words = row.last().map(|cell| plain(cell)).unwrap_or_default();
    let own = defaults.len() == keys.len();
    keys.into_iter().enumerate().map(move |(at, key)| {
        let default = if own { defaults[at].to_owned() } else { String::new() };
        (key, Said { words: words.clone(), default })
    })
}

/// The cells of a row of a table, without the one that only draws a line.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// The table that a heading is about: "### `[limits]`" is `limits.`, and several of them are the top.
fn below(heading: &str) -> String {
    let tables: Vec<&str> = quoted(heading).filter(|name| name.starts_with('[')).collect();
    match tables.as_slice() {
        [list] if list.starts_with("[[") => format!("{}[].", list.trim_matches(['[', ']'])),
        [table] => format!("{}.", table.trim_matches(['[', ']'])),
        _ => String::new(),
    }
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Without the targets of links, which lead nowhere in an editor.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((_, onward)) = after.split_once(')') else { break };
        match before.rsplit_once('[') {
            Some((words, link)) => out.extend([words, link]),
            None => out.push_str(before),
        }
        rest = onward;
    }
    out + rest
}
