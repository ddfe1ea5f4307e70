//! One line that a policy logged.
//!
//! Never parsed back: a value may hold anything.

use std::fmt;

/// Level, message and fields. It is written as `expect.log` has it: `LEVEL message key=value key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `debug`, `info`, `warn` or `error`
    pub level: &'static str,
    /// the fixed sentence
    pub message: String,
    /// names and values, in their order
    pub fields: Vec<(String, String)>,
}

impl Line {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.level, self.message)?;
        self.fields.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}
