//! Rules: a test over a claim, an attribute or a header, and the upstream for those that pass.
//!
//! Never true of what is absent. A header is the client's own word: use it to choose a version, never a tenant.
use serde_json::Value;
use witgate_plugin::{ClaimValue, claims, contract, request};

use crate::config::{WrittenRule, WrittenTest};

/// A rule, checked.
#[derive(Debug)]
pub struct Rule {
    pub upstream: String,
    subject: Subject,
    wanted: Wanted,
}

/// What must hold of the subject. Every value is a string, a number or a boolean, so a list or an object equals none.
#[derive(Debug)]
enum Wanted {
    OneOf(Vec<Value>),
    Contains(Value),
}

#[derive(Debug)]
enum Subject {
    Claim(String),
    Attribute(String),
    Header(String),
}

/// Checks all rules; an error names the rule and the key.
pub fn compile(written: Vec<WrittenRule>) -> Result<Vec<Rule>, String> {
    let compile = |(index, rule)| Rule::compile(rule).map_err(|why| format!("rules[{index}].{why}"));
    written.into_iter().enumerate().map(compile).collect()
}

impl Rule {
    /// Whether this rule decides the request under way.
    pub fn matches(&self) -> bool {
        self.subject.value().is_some_and(|value| self.wanted.is_met(&value))
    }

    fn compile(written: WrittenRule) -> Result<Self, String> {
        if written.upstream.is_empty() {
            return Err("upstream: must not be empty".into());
        }
        let (subject, wanted) = (subject(&written.when)?, wanted(written.when)?);
        match (&subject, &wanted) {
            (Subject::Claim(_), _) => {}
            (_, Wanted::Contains(_)) => {
                return Err("when.contains: attributes and headers are text; use `equals` or `one-of`".into());
            }
            (_, Wanted::OneOf(values)) if values.iter().all(Value::is_string) => {}
            _ => return Err("when: attributes and headers are text; compare them with strings".into()),
        }
        Ok(Self { upstream: written.upstream, subject, wanted })
    }
}

impl Wanted {
    fn is_met(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::OneOf(wanted), value) => wanted.contains(value),
            (Self::Contains(wanted), Value::Array(items)) => items.contains(wanted),
            // Some issuers write a list of one as the one.
            (Self::Contains(wanted), one) => wanted == one,
        }
    }
}

impl Subject {
    fn value(&self) -> Option<Value> {
        match self {
            Self::Claim(name) => claims::value(name).and_then(ClaimValue::into_json),
            Self::Attribute(name) => request::attribute(name).map(Value::String),
            Self::Header(name) => request::header_text(name).map(Value::String),
        }
    }
}

fn subject(written: &WrittenTest) -> Result<Subject, String> {
    let name = |name: &String| {
        if name.is_empty() { Err("when: a name must not be empty".to_owned()) } else { Ok(name.clone()) }
    };
    match (&written.claim, &written.attribute, &written.header) {
        (Some(claim), None, None) => Ok(Subject::Claim(name(claim)?)),
        (None, Some(attribute), None) => Ok(Subject::Attribute(name(attribute)?)),
        (None, None, Some(header)) => {
            contract::readable_header(header).map(Subject::Header).map_err(|why| format!("when.header: {why}"))
        }
        _ => Err("when: give exactly one of `claim`, `attribute`, `header`".into()),
    }
}

fn wanted(written: WrittenTest) -> Result<Wanted, String> {
    match (written.equals, written.one_of, written.contains) {
        (Some(value), None, None) => Ok(Wanted::OneOf(vec![scalar(value)?])),
        (None, Some(values), None) if values.is_empty() => Err("when.one-of: must not be empty".into()),
        (None, Some(values), None) => values.into_iter().map(scalar).collect::<Result<_, _>>().map(Wanted::OneOf),
        (None, None, Some(value)) => scalar(value).map(Wanted::Contains),
        _ => Err("when: give exactly one of `equals`, `one-of`, `contains`".into()),
    }
}

fn scalar(value: Value) -> Result<Value, String> {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(value),
        _ => Err("when: compare with strings, numbers or booleans".into()),
    }
}
