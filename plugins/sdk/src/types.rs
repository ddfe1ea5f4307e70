//! The words of the contract, as plain Rust types: the same on native and in a component.
//!
//! Never touches the gateway; `export` translates them to and from what crosses the boundary.

/// A refusal: the gateway makes the response of it (RFC 6750 challenge, RFC 9457 problem document).
///
/// ```
/// use witgate_plugin::{Decision, Refusal};
///
/// let refusal = Refusal::forbidden("scope_missing", "Your token lacks a scope.");
/// assert_eq!(Decision::from(refusal), Decision::deny(403, "scope_missing", "Your token lacks a scope."));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status, 400 to 599; anything else counts as a fault of the policy.
    pub status: u16,
    /// Stable machine code, `[a-z0-9_]{1,64}`; never free text.
    pub code: String,
    /// What the caller may read. Never put the operator's reason here: log it.
    pub message: String,
}

/// An authenticator's answer.
///
/// ```
/// use witgate_plugin::{Demands, Failure, Outcome, Refusal, claims, jwt};
///
/// fn authenticate() -> Outcome {
///     match jwt::verify("main", &Demands::default()) {
///         Ok(()) => Outcome::authenticated(claims::get::<String>("tenant").map(|tenant| ("tenant", tenant))),
///         Err(Failure::Missing) => Outcome::Anonymous,
///         Err(_) => Refusal::unauthorized("token_invalid", "The access token is not valid here.").into(),
///     }
/// }
///
/// assert_eq!(witgate_plugin::mock::request("GET", "/").run(|| authenticate()), Outcome::Anonymous);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Only after [`jwt::verify`](crate::jwt::verify) succeeded; the pairs become attributes for later stages.
    Authenticated(Vec<(String, String)>),
    /// No credential; counts only on a route that says it is public.
    Anonymous,
    /// A bad or missing credential.
    Refused(Refusal),
}

/// An authorizer's answer. A chain that ends without `Allow` is a refusal.
///
/// ```
/// use witgate_plugin::{Decision, Refusal, request};
///
/// fn authorize() -> Decision {
///     match request::method().as_str() {
///         "GET" => Decision::Allow,
///         "DELETE" => Refusal::forbidden("never_deleted", "Nothing is deleted here.").into(),
///         _ => Decision::Abstain,
///     }
/// }
///
/// assert_eq!(witgate_plugin::mock::request("PUT", "/").run(authorize), Decision::Abstain);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The request may go on to this route's upstream.
    Allow,
    /// No opinion: the next authorizer decides.
    Abstain,
    /// The request ends here.
    Deny(Refusal),
}

/// A router's answer.
///
/// ```
/// use witgate_plugin::{Selection, Target, request};
///
/// fn select() -> Selection {
///     match request::query_param("api").as_deref() {
///         Some("2") => Target::upstream("orders").path(format!("/v2{}", request::path())).into(),
///         _ => Selection::Default,
///     }
/// }
///
/// let chosen = witgate_plugin::mock::request("GET", "/orders").query("api", "2").run(select);
/// assert_eq!(chosen, Selection::To(Target::upstream("orders").path("/v2/orders")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// This upstream; it must be one that the route allows.
    To(Target),
    /// The route's own upstream.
    Default,
    /// The request ends here.
    Refused(Refusal),
}

/// Where a router sends a request.
///
/// ```
/// use witgate_plugin::{Selection, Target};
///
/// let target = Target::upstream("orders-eu").attribute("region", "eu");
/// assert_eq!(Selection::from(target.clone()), Selection::To(target));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The upstream's name in gateway.toml.
    pub upstream: String,
    /// Another canonical path, where the policy rewrites it.
    pub path: Option<String>,
    /// Facts for later stages.
    pub attributes: Vec<(String, String)>,
}

/// One change of a header.
///
/// ```
/// use witgate_plugin::{Action, HeaderOp};
///
/// let ops = [HeaderOp::set("x-plan", "gold"), HeaderOp::append("vary", "x-plan"), HeaderOp::remove("cookie")];
/// assert_eq!(Action::forward(ops.clone()), Action::Forward(ops.to_vec()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderOp {
    /// Replaces every value of the header.
    Set(String, Vec<u8>),
    /// Adds one value.
    Append(String, Vec<u8>),
    /// Removes every value.
    Remove(String),
}

/// A filter's answer to a request.
///
/// ```
/// use witgate_plugin::{Action, HeaderOp, Refusal, claims, request};
///
/// fn on_request() -> Action {
///     if request::header("x-tenant").is_some() {
///         return Refusal::bad_request("tenant_forged", "The tenant is not yours to say.").into();
///     }
///     Action::forward(claims::get::<String>("tenant").map(|tenant| HeaderOp::set("x-tenant", tenant)))
/// }
///
/// let stamped = witgate_plugin::mock::request("GET", "/").claim("tenant", "acme").run(on_request);
/// assert_eq!(stamped, Action::forward([HeaderOp::set("x-tenant", "acme")]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The request goes on, changed by these in order.
    Forward(Vec<HeaderOp>),
    /// The request ends here.
    Refused(Refusal),
}

/// A claim as the gateway hands it over.
///
/// ```
/// use witgate_plugin::{ClaimValue, claims, mock};
///
/// let request = mock::request("GET", "/").claim("roles", ["staff"]).claim("level", 3);
/// request.run(|| {
///     assert_eq!(claims::value("roles"), Some(ClaimValue::Texts(vec!["staff".into()])));
///     assert_eq!(claims::value("level"), Some(ClaimValue::Integer(3)));
/// });
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimValue {
    /// A JSON string.
    Text(String),
    /// A JSON integer that fits 64 bits with a sign.
    Integer(i64),
    /// A JSON number with a fraction or an exponent, inside of the same range.
    Number(f64),
    /// A JSON boolean.
    Boolean(bool),
    /// A JSON array of strings only.
    Texts(Vec<String>),
    /// Anything else, as JSON text: also a number outside of that range, where an `f64` would stand for many integers. An
    /// integer below 2^64 has its exact digits; further out the text has an exponent.
    Json(String),
}

/// Why a token was not accepted. The same list as `jwt.failure` in `wit/host.wit`.
///
/// ```
/// use witgate_plugin::{Failure, Refusal};
///
/// /// One word for every token that is there and not good: which rule it broke helps who forges one.
/// fn refusal(failure: Failure) -> Refusal {
///     match failure {
///         Failure::Missing => Refusal::unauthorized("token_missing", "An access token is required."),
///         Failure::KeysUnavailable => Refusal::unavailable("keys_unavailable", "Try again shortly."),
///         _ => Refusal::unauthorized("token_invalid", "The access token is not valid here."),
///     }
/// }
///
/// assert_eq!(refusal(Failure::Signature), refusal(Failure::Expired));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No token at the route's location.
    Missing,
    /// Not a well-formed compact JWS, or more than one credential.
    Malformed,
    /// No configured profile has this issuer.
    UnknownIssuer,
    /// The issuer's key set does not hold the named key.
    UnknownKey,
    /// The algorithm is not allowed here.
    Algorithm,
    /// The signature does not verify.
    Signature,
    /// Past `exp` plus leeway, or older than the maximum age.
    Expired,
    /// Before `nbf` or `iat`.
    NotYetValid,
    /// `iss` is not the profile's issuer.
    Issuer,
    /// `aud` names none of the audiences asked for.
    Audience,
    /// A required claim is absent or of the wrong shape.
    Claim,
    /// Revoked by id, session, subject or key.
    Revoked,
    /// The issuer's keys could never be had: the server's side, not the caller's.
    KeysUnavailable,
    /// Anything else.
    Other,
}

/// The unverified header of a token (RFC 7515); for choosing a profile only.
///
/// ```
/// use witgate_plugin::{jwt, mock};
///
/// let request = mock::request("GET", "/").token(serde_json::json!({"alg": "ES256", "kid": "a"}), serde_json::json!({}));
/// let header = request.run(|| jwt::peek()).unwrap();
/// assert_eq!((header.alg.as_str(), header.kid.as_deref(), header.typ), ("ES256", Some("a"), None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoseHeader {
    /// `alg`
    pub alg: String,
    /// `kid`
    pub kid: Option<String>,
    /// `typ`
    pub typ: Option<String>,
}

/// What a policy demands beyond the issuer's profile. It can narrow, never widen; the default demands nothing more.
///
/// ```
/// use witgate_plugin::Demands;
///
/// let demands = Demands { audiences: vec!["orders".into()], max_age_seconds: Some(300), ..Demands::default() };
/// assert!(demands.algorithms.is_empty(), "whatever the profile allows");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demands {
    /// JOSE names; empty: whatever the profile allows.
    pub algorithms: Vec<String>,
    /// The token must name one of these; empty: whatever the profile demands.
    pub audiences: Vec<String>,
    /// Names or RFC 6901 pointers that must be present and not null.
    pub required_claims: Vec<String>,
    /// The token's age since `iat`, in seconds.
    pub max_age_seconds: Option<u32>,
}

/// How loud a log event is.
///
/// ```
/// use witgate_plugin::{Level, log, mock};
///
/// mock::request("GET", "/").run(|| log::write(Level::Warn, "the quota is nearly used up", &[("left", &3)]));
/// assert_eq!(mock::logs()[0].level, Level::Warn);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the plugin's author.
    Debug,
    /// For the record.
    Info,
    /// Somebody should look at it one day.
    Warn,
    /// Somebody should look at it now.
    Error,
}
