//! A made-up request: what it brings, what is known of it, and what the gateway grants.
//!
//! Never run twice on one state: each run has a copy of its own.
use serde_json::Value;

use super::moment::Moment;
use super::state::{self, State};
use super::{checked, token};
use crate::granted::{OutboundError, Response as OutboundResponse};
use crate::plugin::Plugin;
use crate::types::Failure;

/// A made-up request; see [`request`](super::request). Each method gives the request with one more fact.
///
/// ```
/// use witgate_plugin::mock;
///
/// let alice = mock::request("GET", "/orders").claim("sub", "alice");
/// let [staff, guest] = ["staff", "guest"].map(|role| alice.clone().claim("roles", [role]));
/// # let _ = (staff, guest);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until it is run"]
pub struct Request {
    state: State,
}

impl Request {
    pub(super) fn of(method: &str, path: &str) -> Self {
        Self { state: State { method: method.to_owned(), path: path.to_owned(), ..State::default() } }
    }

    /// The name of the matched route.
    ///
    /// ```
    /// use witgate_plugin::{mock, request};
    ///
    /// assert_eq!(mock::request("GET", "/").route("orders").run(|| request::route()), "orders");
    /// ```
    pub fn route(mut self, name: &str) -> Self {
        name.clone_into(&mut self.state.route);
        self
    }

    /// One more header value; the name in any case.
    ///
    /// ```
    /// use witgate_plugin::{mock, request};
    ///
    /// let made = mock::request("GET", "/").header("Accept", "text/html").header("accept", "text/plain");
    /// assert_eq!(made.run(|| request::header_values("accept").len()), 2);
    /// ```
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.state.headers.push((name.to_ascii_lowercase(), value.as_ref().to_vec()));
        self
    }

    /// One more query parameter, already decoded.
    ///
    /// ```
    /// use witgate_plugin::{mock, request};
    ///
    /// let made = mock::request("GET", "/").query("name", "Zoë & co");
    /// assert_eq!(made.run(|| request::query_param("name")).as_deref(), Some("Zoë & co"));
    /// ```
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.state.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The host and port that the client asked for.
    ///
    /// ```
    /// use witgate_plugin::{mock, request};
    ///
    /// assert_eq!(mock::request("GET", "/").authority("a.test:8443").run(|| request::authority()), "a.test:8443");
    /// ```
    pub fn authority(mut self, authority: &str) -> Self {
        authority.clone_into(&mut self.state.authority);
        self
    }

    /// The peer's IP address.
    ///
    /// ```
    /// use witgate_plugin::{mock, request};
    ///
    /// assert_eq!(mock::request("GET", "/").peer("198.51.100.7").run(|| request::peer_address()), "198.51.100.7");
    /// ```
    pub fn peer(mut self, address: &str) -> Self {
        address.clone_into(&mut self.state.peer);
        self
    }

    /// A fact that an earlier stage left, or a path parameter (`path.id`).
    ///
    /// ```
    /// use witgate_plugin::{mock, request};
    ///
    /// let made = mock::request("GET", "/orders/1").attribute("path.id", "1");
    /// assert_eq!(made.run(|| request::attribute("path.id")).as_deref(), Some("1"));
    /// ```
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.state.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    /// An entry of the granted store. Without one the store is there, and empty.
    ///
    /// ```
    /// use witgate_plugin::{mock, store};
    ///
    /// let full = mock::request("GET", "/").store_entry("requests/alice", "100");
    /// assert_eq!(full.run(|| store::increment("requests/alice", 1, Some(60))), Ok(101));
    /// ```
    pub fn store_entry(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.state.store.insert(key.to_owned(), value.as_ref().to_vec());
        self
    }

    /// What outbound HTTP to exactly this URL comes back with. Any other is denied, as a host that is not listed.
    ///
    /// ```
    /// use witgate_plugin::{mock, outbound};
    ///
    /// let silent = mock::request("GET", "/").answer("https://a/", Err(outbound::Error::Timeout));
    /// assert_eq!(silent.run(|| outbound::send(&outbound::Request::get("https://a/"))), Err(outbound::Error::Timeout));
    /// ```
    pub fn answer(mut self, url: &str, answer: Result<OutboundResponse, OutboundError>) -> Self {
        self.state.answers.insert(url.to_owned(), answer);
        self
    }

    /// What a granted clock shows: Unix seconds, a text such as `2026-11-27T09:00:00Z`, or a `SystemTime`. It stands
    /// still. Default: 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// use witgate_plugin::{clock, mock};
    ///
    /// let request = mock::request("GET", "/").clock("2026-11-27T10:00:00+01:00");
    /// assert_eq!(request.run(|| clock::unix_seconds()), 1_795_770_000);
    /// ```
    ///
    /// # Panics
    /// Where the text is no RFC 3339 timestamp.
    pub fn clock(mut self, at: impl Moment) -> Self {
        self.state.clock = at.time();
        self
    }

    /// Where granted randomness starts: the same seed, the same numbers. Default: 0.
    ///
    /// ```
    /// use witgate_plugin::{mock, random};
    ///
    /// let drawn = |seed| mock::request("GET", "/").seed(seed).run(|| random::number());
    /// assert!(drawn(7) == drawn(7) && drawn(7) != drawn(8));
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.state.random = witgate_cases::Chance::seeded(seed);
        self
    }

    /// A granted variable of the environment. Without one no variable is set.
    ///
    /// ```
    /// use witgate_plugin::{environment, mock};
    ///
    /// let request = mock::request("GET", "/").variable("REGION", "eu");
    /// assert_eq!(request.run(|| environment::variable("REGION")).as_deref(), Some("eu"));
    /// ```
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.state.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A verified claim, as if an authenticator had accepted a token already.
    ///
    /// ```
    /// use witgate_plugin::{claims, mock};
    ///
    /// let request = mock::request("GET", "/").claim("org", serde_json::json!({"plan": "gold"}));
    /// assert_eq!(request.run(|| claims::get::<String>("/org/plan")).as_deref(), Some("gold"));
    /// ```
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.state.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Several verified claims.
    ///
    /// ```
    /// use witgate_plugin::{claims, mock};
    ///
    /// let serde_json::Value::Object(all) = serde_json::json!({"sub": "alice", "level": 3}) else { unreachable!() };
    /// assert_eq!(mock::request("GET", "/").claims(all).run(|| claims::get("level")), Some(3));
    /// ```
    pub fn claims(mut self, claims: impl IntoIterator<Item = (String, Value)>) -> Self {
        self.state.claims.extend(claims);
        self
    }

    /// An issuer profile of gateway.toml: its name and its exact issuer. Verifying under a name that no profile has
    /// fails with `Other`; under the profile of another issuer with `UnknownKey`, for its key set lacks the token's key
    /// (a gateway whose issuers share keys would say `Signature` or `Issuer`).
    ///
    /// ```
    /// use serde_json::json;
    /// use witgate_plugin::{Demands, Failure, jwt, mock};
    ///
    /// let request = mock::request("GET", "/").issuer("main", "https://id").token(json!({"alg": "ES256"}), json!({"iss": "https://id"}));
    /// assert_eq!(request.run(|| jwt::verify("main", &Demands::default())), Ok(()));
    /// assert_eq!(request.run(|| jwt::verify("partner", &Demands::default())), Err(Failure::Other));
    /// ```
    pub fn issuer(mut self, profile: &str, issuer: &str) -> Self {
        self.state.issuers.insert(issuer.to_owned(), profile.to_owned());
        self
    }

    /// A token at the route's location: JOSE header and claims, both JSON objects. Its claims are unverified until
    /// the plugin calls `jwt::verify`.
    ///
    /// ```
    /// use serde_json::json;
    /// use witgate_plugin::{claims, jwt, mock};
    ///
    /// let request = mock::request("GET", "/").token(json!({"alg": "ES256"}), json!({"iss": "https://id", "sub": "alice"}));
    /// assert_eq!(request.run(|| (jwt::unverified_issuer(), claims::value("sub"))), (Some("https://id".into()), None));
    /// ```
    pub fn token(mut self, header: impl Into<Value>, claims: impl Into<Value>) -> Self {
        self.state.token = Some(Ok(token::Token::new(header.into(), claims.into())));
        self
    }

    /// A token that no one can read: `jwt::peek` and `jwt::verify` fail with this.
    ///
    /// ```
    /// use witgate_plugin::{Failure, jwt, mock};
    ///
    /// let request = mock::request("GET", "/").unreadable_token(Failure::Malformed);
    /// assert_eq!(request.run(|| jwt::peek()), Err(Failure::Malformed));
    /// ```
    pub fn unreadable_token(mut self, failure: Failure) -> Self {
        self.state.token = Some(Err(failure));
        self
    }

    /// What `jwt::verify` finds wrong with the token: signature, expiry and the other things that the host alone checks.
    /// It is found at its place in the gateway's order, so a demand that is checked earlier fails first.
    ///
    /// ```
    /// use serde_json::json;
    /// use witgate_plugin::{Demands, Failure, jwt, mock};
    ///
    /// let request = mock::request("GET", "/").issuer("main", "https://id").token(json!({"alg": "ES256"}), json!({"iss": "https://id"}));
    /// let expired = request.token_fails(Failure::Expired);
    /// assert_eq!(expired.run(|| jwt::verify("main", &Demands::default())), Err(Failure::Expired));
    /// ```
    pub fn token_fails(mut self, failure: Failure) -> Self {
        self.state.verdict = Err(failure);
        self
    }

    /// The clock that the maximum age is measured by, in Unix seconds. Default: 0.
    ///
    /// ```
    /// use serde_json::json;
    /// use witgate_plugin::{Demands, Failure, jwt, mock};
    ///
    /// let token = mock::request("GET", "/").issuer("main", "https://id");
    /// let token = token.token(json!({"alg": "ES256"}), json!({"iss": "https://id", "iat": 1_000}));
    /// let minute = Demands { max_age_seconds: Some(60), ..Demands::default() };
    /// let at = |now| token.clone().now(now).run(|| jwt::verify("main", &minute));
    /// assert_eq!((at(1_090), at(1_091)), (Ok(()), Err(Failure::Expired)), "thirty seconds of leeway come on top");
    /// ```
    pub fn now(mut self, unix_seconds: u64) -> Self {
        self.state.now = unix_seconds;
        self
    }

    /// The profile's `leeway-seconds`, which the maximum age gets on top. Default: 30, as in gateway.toml.
    ///
    /// ```
    /// use witgate_plugin::mock;
    ///
    /// let strict = mock::request("GET", "/").leeway(0);
    /// # let _ = strict;
    /// ```
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.state.leeway = seconds;
        self
    }

    /// Configures a plugin from JSON where clock, randomness and variables are this request's; see [`configure`](super::configure).
    ///
    /// ```
    /// use witgate_plugin::{Plugin, environment, mock};
    ///
    /// struct Region(String);
    ///
    /// impl Plugin for Region {
    ///     type Config = serde_json::Map<String, serde_json::Value>;
    ///     witgate_plugin::metadata!();
    ///
    ///     fn configure(_config: Self::Config) -> Result<Self, String> {
    ///         environment::variable("REGION").map(Self).ok_or_else(|| "REGION is not granted".to_owned())
    ///     }
    /// }
    ///
    /// let request = mock::request("GET", "/").variable("REGION", "eu");
    /// assert_eq!(request.configure::<Region>("{}").unwrap().0, "eu");
    /// assert!(mock::configure::<Region>("{}").is_err());
    /// ```
    ///
    /// # Errors
    /// What the operator would read.
    pub fn configure<P: Plugin>(&self, config_json: &str) -> Result<P, String> {
        state::install(self.state.clone());
        let configured = super::configure(config_json);
        state::finish();
        configured
    }

    /// Calls the plugin with this request as the ambient one. Every run starts afresh.
    ///
    /// ```
    /// use witgate_plugin::{Decision, claims, mock};
    ///
    /// let request = mock::request("GET", "/").claim("scope", "orders:read");
    /// let decision = request.run(|| if claims::has_scope("orders:read") { Decision::Allow } else { Decision::Abstain });
    /// assert_eq!(decision, Decision::Allow);
    /// ```
    ///
    /// # Panics
    /// Where the answer of a role breaks the contract; see [`Request::try_run`].
    pub fn run<R: 'static>(&self, call: impl FnOnce() -> R) -> R {
        self.try_run(call).unwrap_or_else(|fault| panic!("the answer breaks the contract: {fault}"))
    }

    /// As [`Request::run`], with the breach of the contract as the error.
    ///
    /// ```
    /// use witgate_plugin::{Decision, mock};
    ///
    /// let broken = mock::request("GET", "/").try_run(|| Decision::deny(200, "fine", ""));
    /// assert_eq!(broken.unwrap_err(), "a refusal with status 200; 400 to 599 are allowed");
    /// ```
    ///
    /// # Errors
    /// Where the answer is a role's (`Outcome`, `Decision`, `Selection`, `Action`, `Vec<HeaderOp>`) and the gateway would
    /// answer 500 to it: what part of the contract it breaks. `authenticated` without a successful `jwt::verify` is one.
    pub fn try_run<R: 'static>(&self, call: impl FnOnce() -> R) -> Result<R, String> {
        state::install(self.state.clone());
        let answer = call();
        let verified = state::with(|state| state.verified);
        state::finish();
        checked::answer(&answer, verified)?;
        Ok(answer)
    }
}
