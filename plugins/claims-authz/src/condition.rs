//! Conditions: what must hold of claims, scopes and attributes.
//!
//! Never true of what is absent, save under `not` and `exists = false`. Never compares across types: `"1"` is not `1`.
use serde_json::Value;
use witgate_plugin::{ClaimValue, claims, request};

use crate::config::WrittenCondition;

/// How deep conditions may nest.
const MAX_DEPTH: usize = 16;

/// A condition, checked.
#[derive(Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Scope(String),
    Claim(String, Test),
    Attribute(String, Test),
}

/// What must hold of a value.
#[derive(Debug)]
pub enum Test {
    OneOf(Vec<Value>),
    Contains(Value),
    Exists(bool),
}

impl Condition {
    /// Checks a written condition; `place` is its key, such as `when.all[1]`.
    pub fn compile(written: WrittenCondition, place: &str) -> Result<Self, String> {
        compile(written, place, MAX_DEPTH)
    }

    /// Whether it holds of the request under way.
    pub fn holds(&self) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(Self::holds),
            Self::Any(conditions) => conditions.iter().any(Self::holds),
            Self::Not(condition) => !condition.holds(),
            Self::Scope(scope) => claims::has_scope(scope),
            Self::Claim(name, test) => test.holds(claims::value(name).as_ref()),
            Self::Attribute(name, test) => test.holds(request::attribute(name).map(ClaimValue::Text).as_ref()),
        }
    }
}

impl Test {
    fn holds(&self, value: Option<&ClaimValue>) -> bool {
        match (self, value) {
            (Self::Exists(wanted), value) => value.is_some() == *wanted,
            (_, None) => false,
            (Self::OneOf(wanted), Some(value)) => wanted.iter().any(|wanted| equals(wanted, value)),
            (Self::Contains(wanted), Some(value)) => contains(wanted, value),
        }
    }
}

/// Whether a claim is this string, number or boolean.
fn equals(wanted: &Value, value: &ClaimValue) -> bool {
    match value {
        ClaimValue::Text(text) => wanted.as_str() == Some(text),
        ClaimValue::Integer(integer) => *wanted == *integer,
        ClaimValue::Number(number) => wanted.is_f64() && wanted.as_f64() == Some(*number),
        ClaimValue::Boolean(boolean) => *wanted == *boolean,
        ClaimValue::Texts(_) => false,
        ClaimValue::Json(json) => *wanted == parsed(json),
    }
}

/// Whether a list holds this; some issuers write a list of one as the one.
fn contains(wanted: &Value, value: &ClaimValue) -> bool {
    match value {
        ClaimValue::Texts(texts) => texts.iter().any(|text| wanted.as_str() == Some(text)),
        ClaimValue::Json(json) => match parsed(json) {
            Value::Array(items) => items.contains(wanted),
            one => *wanted == one,
        },
        one => equals(wanted, one),
    }
}

/// A JSON text that does not parse cannot come from a gateway; null equals nothing that a config may say.
fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}

fn compile(mut written: WrittenCondition, place: &str, depth: usize) -> Result<Condition, String> {
    if depth == 0 {
        return Err(format!("{place}: nested deeper than {MAX_DEPTH}"));
    }
    one_subject(&written, place)?;
    if let Some(name) = written.claim.take() {
        return Ok(Condition::Claim(named(name, place, "claim")?, test(written, place)?));
    }
    if let Some(name) = written.attribute.take() {
        return attribute(named(name, place, "attribute")?, test(written, place)?, place);
    }
    no_test(&written, place)?;
    if let Some(scope) = written.scope {
        return Ok(Condition::Scope(scope_token(scope, place)?));
    }
    combination(written, place, depth)
}

fn combination(written: WrittenCondition, place: &str, depth: usize) -> Result<Condition, String> {
    if let Some(inner) = written.not {
        return Ok(Condition::Not(Box::new(compile(*inner, &format!("{place}.not"), depth - 1)?)));
    }
    if let Some(inner) = written.all {
        return Ok(Condition::All(each(inner, &format!("{place}.all"), depth)?));
    }
    let inner = written.any.unwrap_or_default();
    Ok(Condition::Any(each(inner, &format!("{place}.any"), depth)?))
}

fn each(inner: Vec<WrittenCondition>, place: &str, depth: usize) -> Result<Vec<Condition>, String> {
    if inner.is_empty() {
        return Err(format!("{place}: must not be empty"));
    }
    let compile = |(index, written)| compile(written, &format!("{place}[{index}]"), depth - 1);
    inner.into_iter().enumerate().map(compile).collect()
}

fn one_subject(written: &WrittenCondition, place: &str) -> Result<(), String> {
    let WrittenCondition { claim, attribute, scope, all, any, not, .. } = written;
    let given = [claim.is_some(), attribute.is_some(), scope.is_some(), all.is_some(), any.is_some(), not.is_some()];
    match given.iter().filter(|given| **given).count() {
        1 => Ok(()),
        _ => Err(format!("{place}: give exactly one of `claim`, `attribute`, `scope`, `all`, `any`, `not`")),
    }
}

fn no_test(written: &WrittenCondition, place: &str) -> Result<(), String> {
    let WrittenCondition { equals, one_of, contains, exists, .. } = written;
    if equals.is_some() || one_of.is_some() || contains.is_some() || exists.is_some() {
        return Err(format!("{place}: `equals`, `one-of`, `contains` and `exists` go with `claim` or `attribute`"));
    }
    Ok(())
}

fn test(written: WrittenCondition, place: &str) -> Result<Test, String> {
    let WrittenCondition { equals, one_of, contains, exists, .. } = written;
    match (equals, one_of, contains, exists) {
        (Some(value), None, None, None) => Ok(Test::OneOf(vec![scalar(value, place, "equals")?])),
        (None, Some(values), None, None) => one_of_values(values, place),
        (None, None, Some(value), None) => Ok(Test::Contains(scalar(value, place, "contains")?)),
        (None, None, None, Some(wanted)) => Ok(Test::Exists(wanted)),
        _ => Err(format!("{place}: give exactly one of `equals`, `one-of`, `contains`, `exists`")),
    }
}

fn one_of_values(values: Vec<Value>, place: &str) -> Result<Test, String> {
    if values.is_empty() {
        return Err(format!("{place}.one-of: must not be empty"));
    }
    let check = |(index, value)| scalar(value, place, &format!("one-of[{index}]"));
    Ok(Test::OneOf(values.into_iter().enumerate().map(check).collect::<Result<_, _>>()?))
}

fn scalar(value: Value, place: &str, key: &str) -> Result<Value, String> {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(value),
        _ => Err(format!("{place}.{key}: must be a string, a number or a boolean")),
    }
}

/// Attributes are text, so a test that no text passes is a slip.
fn attribute(name: String, test: Test, place: &str) -> Result<Condition, String> {
    match &test {
        Test::Contains(_) => Err(format!("{place}.contains: an attribute is text; use `equals` or `one-of`")),
        Test::OneOf(values) if !values.iter().all(Value::is_string) => {
            Err(format!("{place}: an attribute is text; compare it with strings"))
        }
        _ => Ok(Condition::Attribute(name, test)),
    }
}

fn named(name: String, place: &str, key: &str) -> Result<String, String> {
    if name.is_empty() { Err(format!("{place}.{key}: must not be empty")) } else { Ok(name) }
}

fn scope_token(scope: String, place: &str) -> Result<String, String> {
    if scope.is_empty() || scope.contains(char::is_whitespace) {
        return Err(format!("{place}.scope: one scope, without spaces; use `all` or `any` for several"));
    }
    Ok(scope)
}
