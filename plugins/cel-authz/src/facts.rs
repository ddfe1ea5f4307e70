//! What an expression can read: `request`, `claims` and `attributes`, each fact when it is asked for.
//!
//! Never makes a text of bytes that are no UTF-8: such a header is an error, and the request is refused.
use cel::common::types::{CelString, Type};
use cel::common::value::Val;
use cel::{ExecutionError, Value};
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
    match claim {
        ClaimValue::Text(text) => Ok(text.into()),
        ClaimValue::Integer(integer) => Ok(integer.into()),
        ClaimValue::Number(number) => Ok(number.into()),
        ClaimValue::Boolean(boolean) => Ok(boolean.into()),
        ClaimValue::Texts(texts) => Ok(Value::List(texts.into_iter().map(Value::from).collect::<Vec<_>>().into())),
        ClaimValue::Json(json) => parsed(&json),
    }
}

fn parsed(json: &str) -> Result<Value, ExecutionError> {
    let failed = |_| ExecutionError::function_error("claims", "no value");
    let parsed: serde_json::Value = serde_json::from_str(json).map_err(failed)?;
    cel::to_value(parsed).map_err(|_| ExecutionError::function_error("claims", "no value"))
}
