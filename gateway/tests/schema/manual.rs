//! What docs/operators.md says of each key: the tables whose first column is `Key`.
//!
//! Never a second place for a description: editors show the manual's own words.

use std::collections::BTreeMap;

/// Words by the way to a key, such as `plugins.NAME.limits.cpu-ms`.
pub struct Manual(BTreeMap<String, String>);

impl Manual {
    /// Reads the tables of a Markdown text.
    pub fn read(text: &str) -> Self {
        let (mut words, mut heading, mut prefix) = (BTreeMap::new(), String::new(), None);
        for line in text.lines() {
            match cells(line) {
                None if line.starts_with('#') => heading = below(line),
                None => prefix = None,
                Some(row) if row[0] == "Key" => prefix = Some(heading.clone()),
                Some(row) if row[0].starts_with("Key of ") => prefix = Some(below(&row[0])),
                Some(row) => {
                    let Some(prefix) = &prefix else { continue };
                    let said = row.last().map(|cell| plain(cell)).unwrap_or_default();
                    words.extend(quoted(&row[0]).map(|key| (format!("{prefix}{key}"), said.clone())));
                }
            }
        }
        Self(words)
    }

    /// What it says of one key.
    pub fn says_of(&self, place: &str) -> Option<&str> {
        self.0.get(place).map(String::as_str)
    }

    /// Every way to a key that it describes.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
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
