//! Claims as values of Cedar.
//!
//! Never through Cedar's JSON: there `{"__entity": ..}` in a claim would name an entity that no token may name.
use cedar_policy::RestrictedExpression;
use serde_json::Value;
use witgate_plugin::{ClaimValue, claims};

/// How deep lists and objects of a claim may be nested.
const MAX_DEPTH: usize = 16;

/// A claim as a value of Cedar; nothing where it is absent or null.
///
/// # Errors
/// Why it has no form in Cedar, without its value.
pub fn of_claim(name: &str) -> Result<Option<RestrictedExpression>, String> {
    let written = |claim| of(claim).map_err(|why| format!("the claim `{name}` {why}"));
    claims::value(name).map(written).transpose()
}

/// The texts that a claim names: itself, or the items of its list. None where it is absent.
///
/// # Errors
/// Where it is neither a text nor a list of texts.
pub fn names_in_claim(name: &str) -> Result<Vec<String>, String> {
    match claims::value(name) {
        None => Ok(Vec::new()),
        Some(ClaimValue::Text(text)) => Ok(vec![text]),
        Some(ClaimValue::Texts(texts)) => Ok(texts),
        Some(ClaimValue::Json(json)) if json == "[]" => Ok(Vec::new()),
        Some(_) => Err(format!("the claim `{name}` is neither a text nor a list of texts")),
    }
}

fn of(claim: ClaimValue) -> Result<RestrictedExpression, &'static str> {
    match claim {
        ClaimValue::Text(text) => Ok(RestrictedExpression::new_string(text)),
        ClaimValue::Integer(integer) => Ok(RestrictedExpression::new_long(integer)),
        ClaimValue::Boolean(boolean) => Ok(RestrictedExpression::new_bool(boolean)),
        ClaimValue::Texts(texts) => {
            Ok(RestrictedExpression::new_set(texts.into_iter().map(RestrictedExpression::new_string)))
        }
        ClaimValue::Number(_) => Err(FRACTION),
        ClaimValue::Json(json) => {
            let json = serde_json::from_str(&json).map_err(|_| "cannot be read")?;
            of_json(json, MAX_DEPTH)
        }
    }
}

const FRACTION: &str = "has a number that is no 64-bit integer, which Cedar does not have";

fn of_json(json: Value, depth: usize) -> Result<RestrictedExpression, &'static str> {
    let depth = depth.checked_sub(1).ok_or("is nested more than 16 deep")?;
    match json {
        Value::Null => Err("has a null within, which Cedar does not have"),
        Value::Bool(boolean) => Ok(RestrictedExpression::new_bool(boolean)),
        Value::Number(number) => number.as_i64().map(RestrictedExpression::new_long).ok_or(FRACTION),
        Value::String(text) => Ok(RestrictedExpression::new_string(text)),
        Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.into_iter().map(|item| of_json(item, depth)).collect();
            items.map(RestrictedExpression::new_set)
        }
        Value::Object(fields) => {
            let field = |(name, value)| of_json(value, depth).map(|value| (name, value));
            let fields = fields.into_iter().map(field).collect::<Result<Vec<_>, _>>()?;
            RestrictedExpression::new_record(fields).map_err(|_| "has a field twice")
        }
    }
}
