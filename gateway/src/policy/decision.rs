//! A policy's answer as plain facts that can be compared, shown, and written into a cases.toml.
//!
//! Never holds a refusal's message, which is prose and may change, and never the value of a credential's header.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::bindings::types::Refusal;
use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::hidden::Hidden;
use super::secrecy;
use crate::admission::path::MAX_PATH_BYTES;

/// What an attribute or a header change takes beside its name and value, in bytes.
const ENTRY_BYTES: usize = 48;

/// What a policy is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// who calls
    Authenticate,
    /// whether they may
    Authorize,
    /// where to
    Select,
    /// the request's headers
    OnRequest,
    /// the response's headers, for this status
    OnResponse(u16),
}

impl Call {
    /// The function of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Authorize => "authorize",
            Self::Select => "select",
            Self::OnRequest => "on-request",
            Self::OnResponse(_) => "on-response",
        }
    }
}

/// One change of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderChange {
    /// the header's name, lower case
    pub name: String,
    /// `set`, `append` or `remove`
    pub op: String,
    /// the value as it may be shown; nothing for `remove`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// An answer. `outcome` is a word of cases.toml, or `fault`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// `authenticated`, `anonymous`, `allow`, `abstain`, `to`, `default`, `forward`, `response`, `refused` or `fault`
    pub outcome: String,
    /// of a refusal, 400 to 599
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// of a refusal, or the kind of a fault
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// what it leaves for later stages
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// the upstream's name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// another path
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// by header name; the changes of one header in their order
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderChange>,
}

impl Summary {
    fn word(outcome: &str) -> Self {
        Self { outcome: outcome.to_owned(), ..Self::default() }
    }

    /// Of a call that broke.
    pub fn fault(kind: &str) -> Self {
        Self { code: Some(kind.to_owned()), ..Self::word("fault") }
    }

    /// How much of a record it takes, roughly, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.code, &self.upstream, &self.path].into_iter().flatten().map(String::len);
        let attributes = self.attributes.iter().map(|(name, value)| ENTRY_BYTES + name.len() + value.len());
        let value = |change: &HeaderChange| change.value.as_ref().map_or(0, String::len);
        let headers = self.headers.iter().map(|one| ENTRY_BYTES + one.name.len() + value(one));
        texts.chain(attributes).chain(headers).sum::<usize>() + self.outcome.len()
    }

    /// The answer without its attributes, path and changes, for a record that has no room for them.
    pub(super) fn brief(&self) -> Self {
        let (code, upstream) = (self.code.clone(), self.upstream.clone());
        Self { status: self.status, code, upstream, ..Self::word(&self.outcome) }
    }

    /// Whether the call broke.
    pub fn is_fault(&self) -> bool {
        self.outcome == "fault"
    }

    /// What kind of answer it is, without the values that differ from request to request.
    pub fn shape(&self) -> String {
        let attributes: Vec<&str> = self.attributes.keys().map(String::as_str).collect();
        let headers: Vec<String> = self.headers.iter().map(|one| format!("{} {}", one.op, one.name)).collect();
        format!("{self} {attributes:?} {headers:?}")
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.outcome)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        let named = [&self.code, &self.upstream];
        named.into_iter().flatten().try_for_each(|word| write!(f, " {}", secrecy::on_one_line(word)))
    }
}

/// An answer that has a summary.
pub(super) trait Summarised {
    /// The answer's facts, without what must not be said.
    fn summary(&self, hidden: &Hidden) -> Summary;
}

impl Summarised for Outcome {
    fn summary(&self, hidden: &Hidden) -> Summary {
        match self {
            Self::Authenticated(pairs) => {
                Summary { attributes: attributes(pairs, hidden), ..Summary::word("authenticated") }
            }
            Self::Anonymous => Summary::word("anonymous"),
            Self::Refused(refusal) => refused(refusal),
        }
    }
}

impl Summarised for Decision {
    fn summary(&self, _hidden: &Hidden) -> Summary {
        match self {
            Self::Allow => Summary::word("allow"),
            Self::Abstain => Summary::word("abstain"),
            Self::Deny(refusal) => refused(refusal),
        }
    }
}

impl Summarised for Selection {
    fn summary(&self, hidden: &Hidden) -> Summary {
        match self {
            Self::Default => Summary::word("default"),
            Self::Refused(refusal) => refused(refusal),
            Self::To(target) => Summary {
                upstream: Some(name(&target.upstream)),
                path: target.path.as_deref().map(path),
                attributes: attributes(&target.attributes, hidden),
                ..Summary::word("to")
            },
        }
    }
}

impl Summarised for Action {
    fn summary(&self, hidden: &Hidden) -> Summary {
        match self {
            Self::Forward(ops) => Summary { headers: changes(ops, hidden), ..Summary::word("forward") },
            Self::Refused(refusal) => refused(refusal),
        }
    }
}

impl Summarised for Vec<HeaderOp> {
    fn summary(&self, hidden: &Hidden) -> Summary {
        Summary { headers: changes(self, hidden), ..Summary::word("response") }
    }
}

fn refused(refusal: &Refusal) -> Summary {
    Summary { status: Some(refusal.status), code: Some(name(&refusal.code)), ..Summary::word("refused") }
}

fn attributes(pairs: &[(String, String)], hidden: &Hidden) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| (name(key), told(key, value.as_bytes(), hidden))).collect()
}

/// A name that a guest chose. A live plugin's answer is told before it is checked, so that it may be of any length.
fn name(given: &str) -> String {
    secrecy::clipped(given.as_bytes())
}

/// A path that a guest chose; a longer one than this is no path.
fn path(given: &str) -> String {
    if given.len() > MAX_PATH_BYTES { name(given) } else { given.to_owned() }
}

/// A value as it may be told; a secret of the plugin's config is told by its name.
fn told(name: &str, value: &[u8], hidden: &Hidden) -> String {
    secrecy::comparable(name, hidden.hide(&String::from_utf8_lossy(value)).as_bytes())
}

/// Changes of different headers commute, so their order does not count.
fn changes(ops: &[HeaderOp], hidden: &Hidden) -> Vec<HeaderChange> {
    let change = |op: &str, given: &String, value: Option<&Vec<u8>>| {
        let name = name(given).to_ascii_lowercase();
        let value = value.map(|value| told(&name, value, hidden));
        HeaderChange { op: op.to_owned(), name, value }
    };
    let mut changes: Vec<HeaderChange> = ops
        .iter()
        .map(|op| match op {
            HeaderOp::Set((name, value)) => change("set", name, Some(value)),
            HeaderOp::Append((name, value)) => change("append", name, Some(value)),
            HeaderOp::Remove(name) => change("remove", name, None),
        })
        .collect();
    changes.sort_by(|one, other| one.name.cmp(&other.name));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_counts_within_one_header_only() {
        let set = |name: &str, value: &str| HeaderOp::Set((name.into(), value.into()));
        let one = vec![set("X-B", "1"), set("x-a", "1"), set("x-a", "2")].summary(&Hidden::default());
        assert_eq!(one, vec![set("x-a", "1"), set("x-a", "2"), set("x-b", "1")].summary(&Hidden::default()));
        assert_ne!(one, vec![set("x-a", "2"), set("x-a", "1"), set("x-b", "1")].summary(&Hidden::default()));
    }

    #[test]
    fn the_message_of_a_refusal_does_not_count_and_its_code_does() {
        let deny = |code: &str, message: &str| {
            Decision::Deny(Refusal { status: 403, code: code.into(), message: message.into() })
                .summary(&Hidden::default())
        };
        assert_eq!(deny("a", "No."), deny("a", "Never."));
        assert_ne!(deny("a", "No."), deny("b", "No."));
        assert_eq!(deny("a", "").to_string(), "refused 403 a");
    }

    #[test]
    fn whatever_a_guest_says_is_clipped_and_stays_on_its_line() {
        let long = "x".repeat(1 << 20);
        let code = |code: &str| {
            Decision::Deny(Refusal { status: 403, code: code.into(), message: String::new() })
                .summary(&Hidden::default())
        };
        assert!(code(&long).bytes() < 2000);
        assert!(vec![HeaderOp::Remove(long)].summary(&Hidden::default()).bytes() < 2000);
        assert_eq!(code("a\n[[case]]\u{1b}").to_string(), "refused 403 a\\n[[case]]\\u{1b}");
    }

    #[test]
    fn a_secret_of_the_config_is_told_by_its_name() {
        let mut hidden = Hidden::default();
        hidden.add("key", "S3CRET");
        let summary = vec![HeaderOp::Set(("x-upstream".into(), b"key S3CRET".to_vec()))].summary(&hidden);
        assert_eq!(summary.headers[0].value.as_deref(), Some("key secret:key"));
    }

    #[test]
    fn a_credential_that_a_filter_sets_is_compared_and_not_shown() {
        let set = |value: &str| vec![HeaderOp::Set(("Authorization".into(), value.into()))].summary(&Hidden::default());
        assert_ne!(set("Basic c2VjcmV0"), set("Basic c2VjcmV1"));
        assert_eq!(set("Basic c2VjcmV0"), set("Basic c2VjcmV0"));
        assert!(!format!("{:?}", set("Basic c2VjcmV0")).contains("c2VjcmV0"));
    }
}
