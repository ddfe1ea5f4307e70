//! One attack: what is sent, and why it must be refused. Never a second place where a case says what the caller reads.

use crate::door::PATH;

/// A request that must be refused.
pub struct Case {
    /// unique
    pub name: String,
    /// path and query
    pub target: String,
    /// header lines as they go over the wire, each with its end
    pub lines: Vec<u8>,
    /// the operator's reason
    pub reason: &'static str,
}

/// A token in the usual place.
pub fn bearer(name: impl Into<String>, token: impl AsRef<str>, reason: &'static str) -> Case {
    lines(name, format!("Authorization: Bearer {}\r\n", token.as_ref()), reason)
}

/// Any header lines.
pub fn lines(name: impl Into<String>, lines: impl Into<Vec<u8>>, reason: &'static str) -> Case {
    Case { name: name.into(), target: PATH.to_owned(), lines: lines.into(), reason }
}

impl Case {
    /// The longest word of its lines: the token, if there is one.
    pub fn credential(&self) -> String {
        let text = String::from_utf8_lossy(&self.lines);
        text.split_whitespace().max_by_key(|word| word.len()).unwrap_or_default().to_owned()
    }
}
