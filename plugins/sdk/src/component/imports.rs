//! The gateway as a component sees it: the imports of `wit/host.wit`, translated to the SDK's types.
//!
//! Never keeps anything: every call asks the gateway. The native twin is `mock::host`.
use super::bindings::imports::witgate::policy::{claims, jwt, log, request};
use crate::types::{ClaimValue, Demands, Failure, JoseHeader, Level};

pub fn method() -> String {
    request::method()
}

pub fn path() -> String {
    request::path()
}

pub fn route() -> String {
    request::route()
}

pub fn header(name: &str) -> Option<Vec<u8>> {
    request::header(name)
}

pub fn header_values(name: &str) -> Vec<Vec<u8>> {
    request::header_values(name)
}

pub fn query_param(name: &str) -> Option<String> {
    request::query_param(name)
}

pub fn authority() -> String {
    request::authority()
}

pub fn peer_address() -> String {
    request::peer_address()
}

pub fn attribute(name: &str) -> Option<String> {
    request::attribute(name)
}

pub fn claim(name: &str) -> Option<ClaimValue> {
    Some(match claims::get(name)? {
        claims::ClaimValue::Text(text) => ClaimValue::Text(text),
        claims::ClaimValue::Integer(integer) => ClaimValue::Integer(integer),
        claims::ClaimValue::Number(number) => ClaimValue::Number(number),
        claims::ClaimValue::Boolean(boolean) => ClaimValue::Boolean(boolean),
        claims::ClaimValue::Texts(texts) => ClaimValue::Texts(texts),
        claims::ClaimValue::Json(json) => ClaimValue::Json(json),
    })
}

pub fn has_scope(scope: &str) -> bool {
    claims::has_scope(scope)
}

pub fn peek() -> Result<JoseHeader, Failure> {
    match jwt::peek() {
        Ok(jwt::Header { alg, kid, typ }) => Ok(JoseHeader { alg, kid, typ }),
        Err(reason) => Err(failure(reason)),
    }
}

pub fn unverified_issuer() -> Option<String> {
    jwt::unverified_issuer()
}

pub fn profile() -> Option<String> {
    jwt::profile()
}

pub fn verify(profile: &str, demands: &Demands) -> Result<(), Failure> {
    let demands = jwt::Demands {
        algorithms: demands.algorithms.clone(),
        audiences: demands.audiences.clone(),
        required_claims: demands.required_claims.clone(),
        max_age_seconds: demands.max_age_seconds,
    };
    jwt::verify(profile, &demands).map_err(failure)
}

pub fn log(level: Level, message: &str, fields: &[(String, String)]) {
    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    log::log(level, message, fields);
}

fn failure(reason: jwt::Failure) -> Failure {
    match reason {
        jwt::Failure::Missing => Failure::Missing,
        jwt::Failure::Malformed => Failure::Malformed,
        jwt::Failure::UnknownIssuer => Failure::UnknownIssuer,
        jwt::Failure::UnknownKey => Failure::UnknownKey,
        jwt::Failure::Algorithm => Failure::Algorithm,
        jwt::Failure::Signature => Failure::Signature,
        jwt::Failure::Expired => Failure::Expired,
        jwt::Failure::NotYetValid => Failure::NotYetValid,
        jwt::Failure::Issuer => Failure::Issuer,
        jwt::Failure::Audience => Failure::Audience,
        jwt::Failure::Claim => Failure::Claim,
        jwt::Failure::Revoked => Failure::Revoked,
        jwt::Failure::KeysUnavailable => Failure::KeysUnavailable,
        jwt::Failure::Other => Failure::Other,
    }
}
