//! The request of a case, as the host has one.
//!
//! Never carries a keyring: nothing on a stage is verified for anybody.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value};
use url::form_urlencoded;
use witgate_cases::{Case, Chance, Request, Signed, Token, TokenFailure};
use witgate_token::Refusal;

use crate::admission::path;
use crate::observe::request_id::RequestId;
use crate::policy::base64url::encoded;
use crate::policy::exchange::{Attributes, Exchange};
use crate::policy::rehearsed::Rehearsed;
use crate::policy::tokens::Tokens;

/// What a policy's log lines carry as the request's id.
const REQUEST_ID: RequestId = RequestId::made_up("rehearsal");
/// No signature is looked at on a stage.
const SIGNATURE: &str = "AAAA";
/// A token that nobody can read.
const UNREADABLE: &str = "unreadable";

/// The request of a case, with what the case says that the host knows.
///
/// # Errors
/// When the gateway would hand no such request to a policy, or HTTP has none.
pub(crate) fn of(case: &Case) -> Result<Exchange, String> {
    let mut exchange = bare(&case.request, rehearsed(case))?;
    exchange.query = query(&case.request.query);
    exchange.attributes = attributes(&case.request.attributes)?;
    for (name, texts) in &case.request.headers {
        for text in &texts.0 {
            add_header(&mut exchange.headers, name, text.as_bytes())?;
        }
    }
    if let Some(token) = &case.token {
        let credential = format!("Bearer {}", text(token));
        add_header(&mut exchange.headers, "authorization", credential.as_bytes())?;
    }
    Ok(exchange)
}

/// A request without headers, query or attributes.
///
/// # Errors
/// When the method is none, or no request that a policy is asked about has the path.
pub(crate) fn bare(request: &Request, case: Rehearsed) -> Result<Exchange, String> {
    let method = &request.method;
    let parsed = Method::from_bytes(method.as_bytes()).map_err(|_| format!("{method:?} is no method"))?;
    path::check(&request.path)?;
    Ok(Exchange {
        method: parsed,
        path: request.path.as_str().into(),
        route: request.route.as_str().into(),
        authority: request.authority.clone(),
        peer: request.peer,
        tokens: Tokens::Rehearsed(Box::new(case)),
        request_id: REQUEST_ID,
        ..Exchange::vacant()
    })
}

/// Adds a header.
///
/// # Errors
/// When HTTP has no such name or value.
pub(crate) fn add_header(headers: &mut HeaderMap, name: &str, value: &[u8]) -> Result<(), String> {
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is no header name"))?;
    let value = HeaderValue::from_bytes(value).map_err(|_| format!("the value of {name:?} is no header value"))?;
    headers.append(parsed, value);
    Ok(())
}

/// The raw query of decoded parameters.
fn query(parameters: &BTreeMap<String, String>) -> Option<String> {
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    (!written.is_empty()).then_some(written)
}

fn attributes(given: &BTreeMap<String, String>) -> Result<Attributes, String> {
    let mut attributes = Attributes::default();
    for (name, value) in given {
        if !attributes.set(name.as_str().into(), value.clone()) {
            return Err("more or larger attributes than a request may carry".to_owned());
        }
    }
    Ok(attributes)
}

fn rehearsed(case: &Case) -> Rehearsed {
    let known = Rehearsed {
        issuers: case.issuers.clone(),
        claims: Some(Value::Object(case.claims.clone())),
        clock: case.clock.unwrap_or_default(),
        chance: Chance::seeded(case.seed.unwrap_or_default()),
        environment: case.environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        store: case.store.iter().map(|(key, value)| (key.clone(), value.clone().into_bytes())).collect(),
        answers: case.answers.clone(),
        ..Rehearsed::default()
    };
    match &case.token {
        None => known,
        Some(Token::Unreadable(why)) => Rehearsed { unreadable: Some(refusal(*why)), ..known },
        Some(Token::Signed(Signed { now, leeway, fails, .. })) => {
            Rehearsed { now: *now, leeway: *leeway, wrong: fails.map(refusal), ..known }
        }
    }
}

fn text(token: &Token) -> String {
    let part = |members: &Map<String, Value>| encoded(Value::Object(members.clone()).to_string().as_bytes());
    match token {
        Token::Unreadable(_) => UNREADABLE.to_owned(),
        Token::Signed(signed) => format!("{}.{}.{SIGNATURE}", part(&signed.header), part(&signed.claims)),
    }
}

/// A reason of the class that the case names.
fn refusal(failure: TokenFailure) -> Refusal {
    match failure {
        TokenFailure::Missing => Refusal::Missing,
        TokenFailure::Malformed => Refusal::Malformed,
        TokenFailure::UnknownIssuer => Refusal::UnknownIssuer,
        TokenFailure::UnknownKey => Refusal::UnknownKey,
        TokenFailure::Algorithm => Refusal::AlgorithmNotAllowed,
        TokenFailure::Signature => Refusal::Signature,
        TokenFailure::Expired => Refusal::Expired,
        TokenFailure::NotYetValid => Refusal::NotYetValid,
        TokenFailure::Issuer => Refusal::Issuer,
        TokenFailure::Audience => Refusal::Audience,
        TokenFailure::Claim => Refusal::Type,
        TokenFailure::Revoked => Refusal::Revoked,
        TokenFailure::KeysUnavailable => Refusal::KeysUnavailable,
        TokenFailure::Other => Refusal::UnknownProfile,
    }
}
