//! Requests, claims and tokens of every shape, for property tests with `proptest`: the feature `proptest`, in
//! `[dev-dependencies]` only. They prefer names that policies read, so that rules are met and not only missed.
//!
//! Never in a component, and never a request that the gateway would not hand to a policy: paths are canonical.
//!
//! ```
//! use proptest::prelude::*;
//! use witgate_plugin::{Decision, claims, strategies};
//!
//! fn authorize() -> Decision {
//!     if claims::has_scope("orders:read") { Decision::Allow } else { Decision::deny(403, "scope_missing", "No.") }
//! }
//!
//! // Nobody passes without a scope.
//! proptest!(|(request in strategies::request())| prop_assert_ne!(request.run(authorize), Decision::Allow));
//! ```
use std::net::IpAddr;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::contract;
use crate::mock::{self, Request};
use crate::types::Failure;

/// Claims that policies read (RFC 7519, RFC 8693, RFC 9068, and what issuers add).
const CLAIMS: [&str; 14] = [
    "sub",
    "scope",
    "scp",
    "roles",
    "groups",
    "tenant",
    "org",
    "acr",
    "amr",
    "auth_time",
    "client_id",
    "level",
    "admin",
    "email",
];
/// Headers that policies read.
const HEADERS: [&str; 7] = ["authorization", "cookie", "origin", "user-agent", "x-api-key", "x-tenant", "x-version"];
const FAILURES: [Failure; 14] = [
    Failure::Missing,
    Failure::Malformed,
    Failure::UnknownIssuer,
    Failure::UnknownKey,
    Failure::Algorithm,
    Failure::Signature,
    Failure::Expired,
    Failure::NotYetValid,
    Failure::Issuer,
    Failure::Audience,
    Failure::Claim,
    Failure::Revoked,
    Failure::KeysUnavailable,
    Failure::Other,
];

/// A request without claims and without a token; add [`claims`] with [`Request::claims`], or a [`token`].
///
/// ```
/// use proptest::prelude::*;
/// use witgate_plugin::{request, strategies};
///
/// proptest!(|(made in strategies::request(), claims in strategies::claims())| {
///     let method = made.claims(claims).run(|| request::method());
///     prop_assert!(method.bytes().all(|byte| byte.is_ascii_uppercase()));
/// });
/// ```
pub fn request() -> impl Strategy<Value = Request> {
    let facts = (vec(header(), 0..6), vec((text(), text()), 0..4), btree_map(attribute(), text(), 0..4));
    (method(), path(), peer(), facts).prop_map(|(method, path, peer, (headers, query, attributes))| {
        let made = mock::request(&method, &path).peer(&peer);
        let made = headers.iter().fold(made, |made, (name, value)| made.header(name, value));
        let made = query.iter().fold(made, |made, (name, value)| made.query(name, value));
        attributes.iter().fold(made, |made, (name, value)| made.attribute(name, value))
    })
}

/// A method in upper case: mostly one that everybody knows.
///
/// ```
/// # use proptest::prelude::*;
/// proptest!(|(method in witgate_plugin::strategies::method())| prop_assert!(!method.is_empty()));
/// ```
pub fn method() -> impl Strategy<Value = String> {
    let known = select(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"][..]).prop_map(str::to_owned);
    prop_oneof![6 => known, 1 => "[A-Z]{1,10}"]
}

/// A canonical path, as policies see it.
///
/// ```
/// # use proptest::prelude::*;
/// use witgate_plugin::{contract, strategies};
///
/// proptest!(|(path in strategies::path())| prop_assert_eq!(contract::canonical_path(&path), Ok(())));
/// ```
pub fn path() -> impl Strategy<Value = String> {
    let word = prop_oneof![3 => "[a-z]{1,8}", 2 => "[0-9]{1,6}", 1 => "[A-Za-z0-9._~-]{1,12}"];
    let segment = prop_oneof![7 => word, 1 => Just("%C3%A9".to_owned())];
    let joined = (vec(segment, 0..6), any::<bool>()).prop_map(|(segments, slash)| {
        let end = if slash && !segments.is_empty() { "/" } else { "" };
        format!("/{}{end}", segments.join("/"))
    });
    joined.prop_filter("a dot segment", |path| contract::canonical_path(path).is_ok())
}

/// A peer's address, IPv4 or IPv6.
///
/// ```
/// # use proptest::prelude::*;
/// proptest!(|(peer in witgate_plugin::strategies::peer())| prop_assert!(peer.parse::<std::net::IpAddr>().is_ok()));
/// ```
pub fn peer() -> impl Strategy<Value = String> {
    any::<IpAddr>().prop_map(|address| address.to_string())
}

/// A header's name and value; the value may be no UTF-8.
///
/// ```
/// # use proptest::prelude::*;
/// use witgate_plugin::{contract, strategies};
///
/// proptest!(|((_, value) in strategies::header())| prop_assert_eq!(contract::header_value(&value), Ok(())));
/// ```
pub fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let name = prop_oneof![select(&HEADERS[..]).prop_map(str::to_owned), "[a-z][a-z0-9-]{0,15}"];
    let byte = prop_oneof![8 => b' '..=b'~', 1 => 0x80_u8..=0xff];
    (name, vec(byte, 0..40))
}

/// A set of claims: known names and others, with values of every shape, also of the wrong one.
///
/// ```
/// use proptest::prelude::*;
/// use witgate_plugin::{claims, mock, strategies};
///
/// proptest!(|(all in strategies::claims())| {
///     let names: Vec<String> = all.keys().cloned().collect();
///     mock::request("GET", "/").claims(all).run(|| for name in names {
///         let _ = claims::get::<Vec<String>>(&name);
///     });
/// });
/// ```
pub fn claims() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![4 => select(&CLAIMS[..]).prop_map(str::to_owned), 1 => "[a-z_]{1,12}"];
    btree_map(name, claim(), 0..8).prop_map(|claims| claims.into_iter().collect())
}

/// The value of a claim: any JSON, not deep.
///
/// ```
/// # use proptest::prelude::*;
/// use witgate_plugin::{claims, mock, strategies};
///
/// proptest!(|(value in strategies::claim())| {
///     let is_null = value.is_null();
///     let read = mock::request("GET", "/").claim("level", value).run(|| claims::value("level"));
///     prop_assert_eq!(read.is_none(), is_null);
/// });
/// ```
pub fn claim() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        text().prop_map(Value::from),
        vec(text(), 0..4).prop_map(Value::from),
    ];
    scalar.prop_recursive(2, 12, 4, |inner| {
        let members = btree_map("[a-z]{1,6}", inner.clone(), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A token's JOSE header and claims, as [`Request::token`] takes them: its issuer is `issuer` more often than not.
///
/// ```
/// use proptest::prelude::*;
/// use witgate_plugin::{Demands, claims, jwt, mock, strategies};
///
/// proptest!(|((header, body) in strategies::token("https://issuer.test"))| {
///     let request = mock::request("GET", "/").issuer("main", "https://issuer.test").token(header, body);
///     request.run(|| {
///         let verified = jwt::verify("main", &Demands::default()).is_ok();
///         assert!(verified || claims::value("iss").is_none(), "no claim of a token that did not verify");
///     });
/// });
/// ```
pub fn token(issuer: &str) -> impl Strategy<Value = (Value, Value)> + use<> {
    let alg = select(&["RS256", "PS384", "ES256", "EdDSA", "Ed25519", "HS256", "none", ""][..]);
    let header = (alg, option::of("[a-z0-9]{0,8}")).prop_map(|(alg, kid)| match kid {
        Some(kid) => json!({"alg": alg, "kid": kid}),
        None => json!({"alg": alg}),
    });
    let issuer = prop_oneof![4 => Just(Value::from(issuer)), 1 => claim()];
    let body = (claims(), issuer).prop_map(|(mut claims, issuer)| {
        claims.insert("iss".to_owned(), issuer);
        Value::Object(claims)
    });
    (header, body)
}

/// What `jwt.verify` may find wrong, for [`Request::token_fails`].
///
/// ```
/// # use proptest::prelude::*;
/// use witgate_plugin::{Demands, jwt, mock, strategies};
///
/// proptest!(|(failure in strategies::failure())| {
///     let token = mock::request("GET", "/")
///         .issuer("main", "https://issuer.test")
///         .token(serde_json::json!({"alg": "ES256"}), serde_json::json!({"iss": "https://issuer.test"}));
///     prop_assert_eq!(token.token_fails(failure).run(|| jwt::verify("main", &Demands::default())), Err(failure));
/// });
/// ```
pub fn failure() -> impl Strategy<Value = Failure> {
    select(&FAILURES[..])
}

/// The name of an attribute, as an authenticator or a route leaves it.
fn attribute() -> impl Strategy<Value = String> {
    prop_oneof![select(&["tenant", "sub", "path.id", "plan"][..]).prop_map(str::to_owned), "[a-z.]{1,10}"]
}

/// Words that rules compare with, and any other text.
fn text() -> impl Strategy<Value = String> {
    let known = select(&["", "acme", "staff", "admin", "gold", "orders:read", "orders:write", "true", "1"][..]);
    prop_oneof![known.prop_map(str::to_owned), "[ -~]{0,20}", any::<String>()]
}
