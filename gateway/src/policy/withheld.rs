//! What of a request's facts may be kept on a disk, and the names of what may not.
//!
//! Never keeps a credential, whatever the lists say; and never more of a claim than its list does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::hidden::Hidden;
use super::reading::What;
use super::secrecy;
use crate::config::PATH_ATTRIBUTE;

/// What stands in place of a value in a recorded answer.
pub const WITHHELD: &str = "(withheld)";

/// A shorter text than this is not looked for in another one, in bytes: it would be found by chance.
const ECHO_BYTES: usize = 4;

/// Which claims may be kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keep<'k> {
    /// those that were read
    Read,
    /// those of a list, and what lies below them, also where nobody read them
    Listed(&'k [String]),
}

impl<'k> Keep<'k> {
    /// The claims to keep, where these were read.
    pub(super) fn claims<'a>(&self, read: &'a BTreeSet<String>) -> Vec<&'a String>
    where
        'k: 'a,
    {
        match self {
            Self::Read => read.iter().collect(),
            Self::Listed(list) => list.iter().collect(),
        }
    }

    /// The claims of the list, if there is one.
    pub(super) fn listed(&self) -> &'k [String] {
        match self {
            Self::Read => &[],
            Self::Listed(list) => list,
        }
    }
}

/// See the module.
pub(super) struct Withheld<'k> {
    keep: Keep<'k>,
    /// secrets of the plugins' configs
    secrets: Vec<&'k Hidden>,
    /// texts of claims that may not be kept: an attribute may repeat one
    echoes: Vec<String>,
    names: BTreeSet<String>,
}

impl<'k> Withheld<'k> {
    /// Nothing yet. `secrets` are those of the configs of the plugins that were asked.
    pub(super) fn new(keep: Keep<'k>, secrets: Vec<&'k Hidden>) -> Self {
        Self { keep, secrets, echoes: Vec::new(), names: BTreeSet::new() }
    }

    /// What may be kept of the claims.
    pub(super) fn keep(&self) -> Keep<'k> {
        self.keep
    }

    /// Withholds attributes, and values of answers, that repeat a claim of `all` which is not in `kept`.
    pub(super) fn hide_echoes(&mut self, all: &Value, kept: &Value) {
        let mut shown = Vec::new();
        texts_of(kept, &mut shown);
        let mut texts = Vec::new();
        texts_of(all, &mut texts);
        self.echoes = texts.into_iter().filter(|text| !text.is_empty() && !shown.contains(text)).collect();
    }

    /// Notes that a value was there and was withheld.
    pub(super) fn note(&mut self, what: &str, name: &str) {
        self.names.insert(named(what, name));
    }

    /// What was withheld, each as a kind and a name.
    pub(super) fn names(self) -> Vec<String> {
        self.names.into_iter().collect()
    }

    /// The values, if all of them may be kept.
    pub(super) fn texts(&self, what: What, name: &str, values: Vec<Vec<u8>>) -> Option<Vec<String>> {
        let echoing = match what {
            What::Attribute => !name.starts_with(PATH_ATTRIBUTE),
            // An earlier filter may have set it from a claim.
            What::Header | What::HeaderValues => true,
            _ => false,
        };
        let texts = values.into_iter().map(|value| {
            let text = String::from_utf8(value).ok()?;
            let withheld = self.is_secret(name, &text) || (echoing && self.echoes_claim(&text));
            (!withheld).then_some(text)
        });
        texts.collect()
    }

    /// Whether a value of an answer may be kept.
    pub(super) fn may_tell(&self, name: &str, text: &str) -> bool {
        !self.is_secret(name, text) && !self.echoes_claim(text)
    }

    /// The text, with names in place of the secrets of configs.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, hidden| hidden.hide(&text).into_owned())
    }

    fn is_secret(&self, name: &str, text: &str) -> bool {
        let secret = secrecy::is_secret_name(name) || secrecy::is_secret_value(text.as_bytes());
        secret || self.without_secrets(text) != text
    }

    fn echoes_claim(&self, text: &str) -> bool {
        self.echoes.iter().any(|claim| text == claim || (claim.len() >= ECHO_BYTES && text.contains(claim.as_str())))
    }

    /// Takes credentials out, by name and by value; in a list something stays in their places, for its indexes to hold.
    pub(super) fn reveal(&self, value: &mut Value) {
        let is_secret = |value: &Value| value.as_str().is_some_and(|text| self.is_secret("", text));
        match value {
            Value::Object(members) => {
                members.retain(|name, value| !secrecy::is_secret_name(name) && !is_secret(value));
                members.values_mut().for_each(|member| self.reveal(member));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| match item.as_str().map(str::len) {
                Some(bytes) if is_secret(item) => *item = secrecy::hidden(bytes).into(),
                _ => self.reveal(item),
            }),
            _ => {}
        }
    }
}

/// A kind and a name as one text, such as `header x-tenant`.
pub fn named(what: &str, name: &str) -> String {
    if name.is_empty() { what.to_owned() } else { format!("{what} {name}") }
}

/// Every text and number in a value.
fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(members) => members.values().for_each(|member| texts_of(member, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_credential_in_a_claim_stays_out() {
        let mut claims = json!({
            "tenant": "acme", "session": "s1", "raw": "eyJh.eyJi.c2ln", "act": {"api_key": "k1", "name": "a"},
            "list": ["eyJh.eyJi.c2ln", "b"],
        });
        Withheld::new(Keep::Read, Vec::new()).reveal(&mut claims);
        assert_eq!(claims, json!({"tenant": "acme", "act": {"name": "a"}, "list": ["(secret, 14 bytes)", "b"]}));
    }

    #[test]
    fn a_value_that_repeats_a_withheld_claim_is_withheld() {
        let mut withheld = Withheld::new(Keep::Listed(&[]), Vec::new());
        withheld.hide_echoes(&json!({"sub": "u-1234", "level": 3, "plan": "gold"}), &json!({"plan": "gold"}));
        assert!(!withheld.may_tell("x-user", "u-1234") && !withheld.may_tell("x-user", "user/u-1234"));
        assert!(
            !withheld.may_tell("level", "3") && withheld.may_tell("x-count", "13"),
            "short ones are compared whole"
        );
        assert!(withheld.may_tell("plan", "gold"), "it is written as a claim");
        let attribute = |name: &str| withheld.texts(What::Attribute, name, vec![b"u-1234".to_vec()]);
        assert_eq!(attribute("subject"), None);
        assert!(attribute("path.user").is_some(), "the path says it anyway");
        let header = |value: &str| withheld.texts(What::Header, "x-user", vec![value.into()]);
        assert_eq!(header("user/u-1234"), None, "an earlier filter may have set it from the claim");
        assert!(header("gold").is_some());
    }

    #[test]
    fn a_secret_of_a_config_is_withheld_whatever_its_name() {
        let mut hidden = Hidden::default();
        hidden.add("key", "S3CRET");
        let withheld = Withheld::new(Keep::Read, vec![&hidden]);
        assert_eq!(withheld.texts(What::Header, "x-note", vec![b"the S3CRET".to_vec()]), None);
        assert_eq!(withheld.without_secrets("/a/S3CRET"), "/a/secret:key");
        let plain = withheld.texts(What::Header, "x-note", vec![b"a".to_vec(), b"b".to_vec()]);
        assert_eq!(plain, Some(vec!["a".to_owned(), "b".to_owned()]));
    }
}
