//! The case that a command line asks.
//!
//! Never guesses: what cannot be read is refused with the way to write it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Map, Value};
use witgate_cases::{Case, Request, Response, Texts};

use crate::admission::path;
use crate::policy::query;

/// What was given, each as it was written.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// such as `GET`
    pub method: String,
    /// path and query
    pub target: String,
    /// `NAME: VALUE`
    pub headers: Vec<String>,
    /// `NAME=VALUE`, the value as JSON where it is that
    pub claims: Vec<String>,
    /// all claims
    pub claims_file: Option<Value>,
    /// claims of a token that the policy has to verify
    pub token_claims: Option<Value>,
    /// its header
    pub token_header: Option<Value>,
    /// `PROFILE=ISSUER`
    pub issuers: Vec<String>,
    /// `NAME=VALUE`
    pub attributes: Vec<String>,
    /// `NAME=VALUE`
    pub environment: Vec<String>,
    /// `KEY=VALUE`
    pub store: Vec<String>,
    /// the route's name
    pub route: Option<String>,
    /// host and port that the client asked for
    pub authority: Option<String>,
    /// the peer's address
    pub peer: Option<IpAddr>,
    /// RFC 3339, or Unix seconds
    pub clock: Option<String>,
    /// where randomness starts
    pub seed: Option<u64>,
    /// of the response that a filter is asked about
    pub status: Option<u16>,
    /// the plugin's config
    pub settings: Option<Value>,
}

/// The case.
///
/// # Errors
/// What cannot be read, and how it is written.
pub fn case(asked: &Asked) -> Result<Case, String> {
    let (path, parameters) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    if !path.starts_with('/') {
        return Err(format!("{path:?} is no path; such as: witgate plugin run GET /orders/1"));
    }
    path::check(path)?;
    let mut request = Request::new(&asked.method, path);
    request.query = query::parameters(parameters);
    request.headers = headers(&asked.headers)?;
    request.attributes = pairs("attribute", &asked.attributes)?;
    request.route = asked.route.clone().unwrap_or(request.route);
    request.authority = asked.authority.clone().unwrap_or(request.authority);
    request.peer = asked.peer.unwrap_or(request.peer);
    Ok(Case {
        name: format!("{} {path}", asked.method),
        config: asked.settings.clone(),
        request,
        claims: claims(asked)?,
        issuers: pairs("issuer", &asked.issuers)?,
        token: token(asked)?,
        clock: asked.clock.as_deref().map(clock).transpose()?,
        seed: asked.seed,
        environment: pairs("env", &asked.environment)?,
        store: pairs("store", &asked.store)?,
        response: asked.status.map(|status| Response { status }),
        ..Case::default()
    })
}

fn headers(lines: &[String]) -> Result<BTreeMap<String, Texts>, String> {
    let mut headers: BTreeMap<String, Texts> = BTreeMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("{line:?}: a header is written NAME: VALUE"))?;
        headers.entry(name.trim().to_ascii_lowercase()).or_default().0.push(value.trim().to_owned());
    }
    Ok(headers)
}

fn pairs(option: &str, given: &[String]) -> Result<BTreeMap<String, String>, String> {
    let pair = |text: &String| {
        let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        pair.ok_or_else(|| format!("--{option} is written NAME=VALUE"))
    };
    given.iter().map(pair).collect()
}

/// Single claims win over those of a file.
fn claims(asked: &Asked) -> Result<Map<String, Value>, String> {
    let mut claims = asked.claims_file.as_ref().map_or_else(|| Ok(Map::new()), |file| table("--claims", file))?;
    for (name, text) in pairs("claim", &asked.claims)? {
        claims.insert(name, serde_json::from_str(&text).unwrap_or(Value::String(text)));
    }
    Ok(claims)
}

/// A case's token is JSON like the case itself, so its own reader judges it.
fn token(asked: &Asked) -> Result<Option<witgate_cases::Token>, String> {
    let Some(claims) = &asked.token_claims else { return Ok(None) };
    let usual = serde_json::json!({ "alg": "ES256", "typ": "at+jwt", "kid": "run" });
    let header = table("--token-header", asked.token_header.as_ref().unwrap_or(&usual))?;
    let token = serde_json::json!({ "header": header, "claims": table("--token-claims", claims)? });
    serde_json::from_value(token).map(Some).map_err(|error| format!("the token: {error}"))
}

fn clock(text: &str) -> Result<witgate_cases::Moment, String> {
    let value = text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from);
    serde_json::from_value(value).map_err(|error| format!("--clock {text:?}: {error}"))
}

fn table(option: &str, value: &Value) -> Result<Map<String, Value>, String> {
    value.as_object().cloned().ok_or_else(|| format!("{option}: a table of claims, such as {{\"sub\": \"alice\"}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(target: &str) -> Asked {
        Asked { method: "GET".into(), target: target.into(), ..Asked::default() }
    }

    #[test]
    fn everything_that_is_given_is_in_the_case() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let case = case(&Asked {
            headers: texts(&["X-A: 1", "x-a: 2"]),
            claims: texts(&["roles=[\"staff\"]", "sub=alice", "age=7"]),
            claims_file: Some(json!({ "sub": "bob", "tenant": "acme" })),
            token_claims: Some(json!({ "iss": "https://id" })),
            issuers: texts(&["main=https://id"]),
            attributes: texts(&["tenant=acme"]),
            clock: Some("2026-11-27T09:00:00Z".into()),
            status: Some(404),
            ..asked("/orders/1?a=b%20c")
        })
        .expect("a case");
        assert_eq!(case.request.query["a"], "b c");
        assert_eq!(case.request.headers["x-a"].0, ["1", "2"]);
        assert_eq!(
            Value::Object(case.claims),
            json!({ "roles": ["staff"], "sub": "alice", "age": 7, "tenant": "acme" })
        );
        assert_eq!(case.issuers["main"], "https://id");
        assert!(case.token.is_some() && case.clock.is_some() && case.response.is_some());
    }

    #[test]
    fn a_parameter_is_what_a_policy_would_read() {
        let query = case(&asked("/?a=1&a=2&b=%ff&b=1&c=x+y")).expect("a case").request.query;
        assert_eq!(query, BTreeMap::from([("a".into(), "1".into()), ("c".into(), "x y".into())]));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_how_it_is_written() {
        let why = |asked: Asked| case(&asked).expect_err("refused");
        assert!(why(asked("orders")).contains("GET /orders/1"));
        for path in ["/public/../admin", "//admin", "/admin%2Fx", "/%61dmin"] {
            assert!(why(asked(path)).contains("no policy is asked about"), "{path}");
        }
        assert!(why(Asked { headers: vec!["x-a".into()], ..asked("/") }).contains("NAME: VALUE"));
        assert!(
            why(Asked { attributes: vec!["a".into()], ..asked("/") }).contains("--attribute is written NAME=VALUE")
        );
        assert!(why(Asked { claims_file: Some(json!([])), ..asked("/") }).contains("--claims"));
        assert!(why(Asked { clock: Some("noon".into()), ..asked("/") }).contains("--clock"));
    }
}
