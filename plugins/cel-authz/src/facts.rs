//! What an expression can read: `request`, `claims` and `attributes`, each fact when it is asked for.
//!
//! Never makes a text of bytes that are no UTF-8: such a header is an error, and the request is refused.
use std::collections::HashMap;

use cel::common::types::{CelString, Type};
use cel::common::value::Val;
use cel::{ExecutionError, Value};
use serde_json::{Number, Value as Json};
use witgate_plugin::{ClaimValue, claims, path, request};

use crate::lookup::{Facts, Found, Lookup};

/// `request`: its facts, and more to look into.
#[derive(Debug, Clone)]
pub struct Request;

/// `request.headers`: the first value of each.
#[derive(Debug, Clone)]
struct Headers;

/// `request.headerValues`: every value of each, as a list; empty where there is none.
#[derive(Debug, Clone)]
struct HeaderValues;

/// `request.query`: the first value of each parameter; the upstream gets them all.
#[derive(Debug, Clone)]
struct Query;

/// `claims`: verified, by top-level name, or by RFC 6901 pointer where the name begins with `/`.
#[derive(Debug, Clone)]
pub struct Claims;

/// `attributes`: what earlier stages left, and the route's path parameters.
#[derive(Debug, Clone)]
pub struct Attributes;

impl Facts for Request {
    const TYPE: &'static Type = &Type::new_unspecified_type("request");

    fn read(&self, name: &str) -> Found {
        Ok(Some(match name {
            "method" => text(request::method()),
            "path" => text(path::decoded(&request::path()).into_owned()),
            "route" => text(request::route()),
            "authority" => text(request::authority()),
            "peer" => text(request::peer_address()),
            "headers" => Box::new(Lookup(Headers)),
            "headerValues" => Box::new(Lookup(HeaderValues)),
            "query" => Box::new(Lookup(Query)),
            _ => return Ok(None),
        }))
    }
}

impl Facts for Headers {
    const TYPE: &'static Type = &Type::new_unspecified_type("headers");

    fn read(&self, name: &str) -> Found {
        request::header(name).map(header_text).transpose()
    }
}

impl Facts for HeaderValues {
    const TYPE: &'static Type = &Type::new_unspecified_type("headerValues");

    fn read(&self, name: &str) -> Found {
        let values: Result<Vec<Value>, ExecutionError> =
            request::header_values(name).into_iter().map(|value| utf8(value).map(Value::from)).collect();
        Value::List(values?.into()).try_into().map(Some)
    }
}

impl Facts for Query {
    const TYPE: &'static Type = &Type::new_unspecified_type("query");

    fn read(&self, name: &str) -> Found {
        Ok(request::query_param(name).map(text))
    }
}

impl Facts for Claims {
    const TYPE: &'static Type = &Type::new_unspecified_type("claims");

    fn read(&self, name: &str) -> Found {
        claims::value(name).map(|claim| value(claim)?.try_into()).transpose()
    }
}

impl Facts for Attributes {
    const TYPE: &'static Type = &Type::new_unspecified_type("attributes");

    fn read(&self, name: &str) -> Found {
        Ok(request::attribute(name).map(text))
    }
}

fn text(text: String) -> Box<dyn Val> {
    Box::new(CelString::from(text))
}

fn header_text(bytes: Vec<u8>) -> Result<Box<dyn Val>, ExecutionError> {
    utf8(bytes).map(text)
}

fn utf8(bytes: Vec<u8>) -> Result<String, ExecutionError> {
    String::from_utf8(bytes).map_err(|_| ExecutionError::function_error("headers", "no UTF-8"))
}

fn value(claim: ClaimValue) -> Result<Value, ExecutionError> {
    claim.into_json().map(of_json).ok_or_else(|| ExecutionError::function_error("claims", "no value"))
}

/// The crate's own conversion makes a `uint` of an integer that is not negative, and a sum takes none beside an
/// `int`.
fn of_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(boolean) => boolean.into(),
        Json::Number(number) => of_number(&number),
        Json::String(text) => text.into(),
        Json::Array(items) => Value::List(items.into_iter().map(of_json).collect::<Vec<_>>().into()),
        Json::Object(members) => {
            members.into_iter().map(|(name, member)| (name, of_json(member))).collect::<HashMap<String, Value>>().into()
        }
    }
}

fn of_number(number: &Number) -> Value {
    match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => Value::Int(integer),
        (None, Some(integer)) => Value::UInt(integer),
        (None, None) => number.as_f64().map_or(Value::Null, Value::Float),
    }
}
