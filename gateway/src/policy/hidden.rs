//! Values of secrets that must not be said, whatever a plugin says of its config.
//!
//! Never shows a value: where a plugin's words hold one, the secret's name stands instead.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::Value;

use crate::config::SECRET_PREFIX;

/// Those of every plugin that is asked about one request.
pub type Secrets = Arc<[Arc<Hidden>]>;

/// Texts that must not be said, each with what is said instead.
#[derive(Default)]
pub(super) struct Hidden(Vec<(String, String)>);

impl Hidden {
    /// The text, with names in place of values.
    pub(super) fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for (value, name) in self.0.iter().filter(|(value, _)| text.contains(value.as_str())) {
            shown = Cow::Owned(shown.replace(value.as_str(), name));
        }
        shown
    }

    /// A value as it is, and as a message may quote it.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let shown = format!("{SECRET_PREFIX}{name}");
        let debug = format!("{value:?}");
        let json = Value::from(value).to_string();
        for spelling in [value, debug.trim_matches('"'), json.trim_matches('"')] {
            if !self.0.iter().any(|(known, _)| known == spelling) {
                self.0.push((spelling.to_owned(), shown.clone()));
            }
        }
        // A secret may hold another one: what is left of it would be said.
        self.0.sort_by_key(|(value, _)| Reverse(value.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_begins_with_another_is_hidden_whole() {
        let mut hidden = Hidden::default();
        hidden.add("user", "svc");
        hidden.add("password", "svc-9f8a");
        assert_eq!(hidden.hide("svc logs in with svc-9f8a"), "secret:user logs in with secret:password");
    }
}
