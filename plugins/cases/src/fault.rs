//! What is wrong with a cases.toml, where, and what to do about it.
//!
//! Never tells of more than one thing: the next may only follow from it.

use std::fmt;

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// the line, from 1
    pub line: Option<usize>,
    /// the name of the case
    pub case: Option<String>,
    /// the key inside the case, such as `request.method`
    pub key: Option<String>,
    /// what is wrong
    pub what: String,
    /// what to do
    pub remedy: String,
}

impl Fault {
    /// A fault without a place.
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line: None, case: None, key: None, what: what.into(), remedy: remedy.into() }
    }

    /// The same at a line, unless it has one.
    pub(crate) fn at(mut self, line: usize) -> Self {
        self.line.get_or_insert(line);
        self
    }

    /// The same in a case.
    pub(crate) fn of_case(mut self, name: &str) -> Self {
        self.case.get_or_insert_with(|| name.to_owned());
        self
    }

    /// The same under a key.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.key.get_or_insert_with(|| key.to_owned());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!("line {line}"));
        let case = self.case.as_ref().map(|name| format!("case {name:?}"));
        let key = self.key.as_ref().map(|key| format!("`{key}`"));
        let place: Vec<String> = [line, case, key].into_iter().flatten().collect();
        let colon = if place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}; {}", place.join(", "), self.what, self.remedy)
    }
}

impl std::error::Error for Fault {}
