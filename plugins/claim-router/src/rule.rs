//! Rules: a test over a claim, an attribute or a header, and the upstream for those that pass.
//!
//! Never true of what is absent. A header is the client's own word: use it to choose a version, never a tenant.
use serde_json::Value;
use witgate_plugin::{ClaimValue, claims, request};

use crate::config::{WrittenRule, WrittenTest};

/// A rule, checked.
#[derive(Debug)]
pub struct Rule {
    pub upstream: String,
    subject: Subject,
    wanted: Vec<Value>,
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
        self.subject.value().is_some_and(|value| self.wanted.contains(&value))
    }

    fn compile(written: WrittenRule) -> Result<Self, String> {
        if written.upstream.is_empty() {
            return Err("upstream: must not be empty".into());
        }
        let (subject, wanted) = (subject(&written.when)?, wanted(written.when)?);
        if !matches!(subject, Subject::Claim(_)) && !wanted.iter().all(Value::is_string) {
            return Err("when: attributes and headers are text; compare them with strings".into());
        }
        Ok(Self { upstream: written.upstream, subject, wanted })
    }
}

impl Subject {
    fn value(&self) -> Option<Value> {
        match self {
            Self::Claim(name) => claims::value(name).and_then(scalar),
            Self::Attribute(name) => request::attribute(name).map(Value::String),
            Self::Header(name) => request::header_text(name).map(Value::String),
        }
    }
}

/// Lists and objects equal nothing here. A number outside the range of an s64 is JSON.
fn scalar(value: ClaimValue) -> Option<Value> {
    match value {
        ClaimValue::Text(text) => Some(text.into()),
        ClaimValue::Integer(integer) => Some(integer.into()),
        ClaimValue::Number(number) => Some(number.into()),
        ClaimValue::Boolean(boolean) => Some(boolean.into()),
        ClaimValue::Json(json) => serde_json::from_str(&json).ok().filter(Value::is_number),
        ClaimValue::Texts(_) => None,
    }
}

fn subject(written: &WrittenTest) -> Result<Subject, String> {
    let name = |name: &String| {
        if name.is_empty() { Err("when: a name must not be empty".to_owned()) } else { Ok(name.clone()) }
    };
    match (&written.claim, &written.attribute, &written.header) {
        (Some(claim), None, None) => Ok(Subject::Claim(name(claim)?)),
        (None, Some(attribute), None) => Ok(Subject::Attribute(name(attribute)?)),
        (None, None, Some(header)) => Ok(Subject::Header(name(header)?)),
        _ => Err("when: give exactly one of `claim`, `attribute`, `header`".into()),
    }
}

fn wanted(written: WrittenTest) -> Result<Vec<Value>, String> {
    let wanted = match (written.equals, written.one_of) {
        (Some(value), None) => vec![value],
        (None, Some(values)) if !values.is_empty() => values,
        (None, Some(_)) => return Err("when.one-of: must not be empty".into()),
        _ => return Err("when: give exactly one of `equals`, `one-of`".into()),
    };
    match wanted.iter().all(|value| value.is_string() || value.is_number() || value.is_boolean()) {
        true => Ok(wanted),
        false => Err("when: compare with strings, numbers or booleans".into()),
    }
}
