//! The gateway's functions, answered from the made-up request. The native twin of `component::imports`.
//!
//! Never decides more than the gateway would: what needs a key or a clock was said when the request was made up.
use serde_json::{Map, Value};

use super::algorithm;
use super::state::{LogEvent, State, with};
use super::token::Judge;
use crate::types::{ClaimValue, Demands, Failure, JoseHeader, Level};

/// Where the range of an s64 ends, 2^63: further out a float stands for many integers.
const INTEGERS_END: f64 = 9_223_372_036_854_775_808.0;

pub fn method() -> String {
    with(|state| state.method.clone())
}

pub fn path() -> String {
    with(|state| state.path.clone())
}

pub fn route() -> String {
    with(|state| state.route.clone())
}

pub fn header(name: &str) -> Option<Vec<u8>> {
    header_values(name).into_iter().next()
}

pub fn header_values(name: &str) -> Vec<Vec<u8>> {
    let matching = |state: &mut State| {
        state.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone()).collect()
    };
    with(matching)
}

pub fn query_param(name: &str) -> Option<String> {
    with(|state| state.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
}

pub fn authority() -> String {
    with(|state| state.authority.clone())
}

pub fn peer_address() -> String {
    with(|state| state.peer.clone())
}

pub fn attribute(name: &str) -> Option<String> {
    with(|state| state.attributes.get(name).cloned())
}

pub fn claim(name: &str) -> Option<ClaimValue> {
    with(|state| {
        if name.starts_with('/') {
            return Value::Object(state.claims.clone()).pointer(name).map(claim_value);
        }
        state.claims.get(name).map(claim_value)
    })
}

pub fn has_scope(scope: &str) -> bool {
    with(|state| {
        let text = |name| state.claims.get(name).and_then(Value::as_str);
        let in_text = |name| text(name).is_some_and(|held| held.split(' ').any(|one| one == scope));
        let list = state.claims.get("scp").and_then(Value::as_array);
        let in_list = list.is_some_and(|held| held.iter().any(|one| one == scope));
        !scope.is_empty() && (in_text("scope") || in_text("scp") || in_list)
    })
}

pub fn peek() -> Result<JoseHeader, Failure> {
    with(|state| state.token()?.header.clone())
}

pub fn unverified_issuer() -> Option<String> {
    with(|state| state.token().ok()?.issuer().map(str::to_owned))
}

pub fn profile() -> Option<String> {
    let issuer = unverified_issuer()?;
    with(|state| state.issuers.get(&issuer).cloned())
}

pub fn verify(profile: &str, demands: &Demands) -> Result<(), Failure> {
    with(|state| {
        // As in the gateway: claims of an earlier success must not outlive a later failure.
        state.claims.clear();
        state.verified = false;
        state.claims = judged(state, profile, demands)?;
        state.verified = true;
        Ok(())
    })
}

/// In the gateway's order: what is demanded at all, the credential, the profile, then the token itself.
fn judged(state: &State, profile: &str, demands: &Demands) -> Result<Map<String, Value>, Failure> {
    let algorithms = algorithm::known(&demands.algorithms).ok_or(Failure::Algorithm)?;
    let token = state.token()?;
    let (issuer, _) = state.issuers.iter().find(|(_, name)| *name == profile).ok_or(Failure::Other)?;
    let judge = Judge { issuer, algorithms, demands, verdict: state.verdict, now: state.now, leeway: state.leeway };
    token.judge(&judge)?;
    Ok(token.claims.clone())
}

pub fn log(level: Level, message: &str, fields: &[(String, String)]) {
    let event = LogEvent { level, message: message.to_owned(), fields: fields.to_vec() };
    with(|state| state.logs.push(event));
}

/// The same shapes as the gateway's: a list of strings only is texts; other lists, objects, null and numbers outside the
/// range of an s64 are JSON.
fn claim_value(value: &Value) -> ClaimValue {
    match value {
        Value::String(text) => ClaimValue::Text(text.clone()),
        Value::Bool(boolean) => ClaimValue::Boolean(*boolean),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => ClaimValue::Integer(integer),
            (None, Some(number)) if number.abs() < INTEGERS_END => ClaimValue::Number(number),
            (None, _) => ClaimValue::Json(number.to_string()),
        },
        Value::Array(items) => texts(items).map_or_else(|| ClaimValue::Json(value.to_string()), ClaimValue::Texts),
        Value::Object(_) | Value::Null => ClaimValue::Json(value.to_string()),
    }
}

fn texts(items: &[Value]) -> Option<Vec<String>> {
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}
