//! The gateway's stand-in for plain `cargo test`: one made-up request per thread, and the log events it caused.
//!
//! It keeps the gateway's rules where a policy can see them: header names in any case, claims readable only after a
//! verified token, demands that only narrow, and answers that keep the [`contract`](crate::contract). It never checks a
//! signature, a date or whether a registered claim is there: [`Request::token_fails`] says what went wrong.
mod algorithm;
mod token;
mod state;
pub(crate) mod host;
pub(crate) mod granted;
mod moment;
pub(crate) mod surroundings;
mod checked;
mod answer;
pub mod cases;

use serde_json::Value;
use state::State;

pub use moment::Moment;
pub use state::LogEvent;

use crate::granted::{OutboundError, Request as OutboundRequest, Response as OutboundResponse};
use crate::plugin::Plugin;
use crate::types::{Failure, RequestHead};

/// Configures a plugin from JSON, as the gateway does.
///
/// # Errors
/// What the operator would read.
pub fn configure<P: Plugin>(config_json: &str) -> Result<P, String> {
    P::configure(crate::config::parse(config_json)?)
}

/// The log events of the last [`Request::run`] on this thread, in order.
pub fn logs() -> Vec<LogEvent> {
    state::with(|state| state.logs.clone())
}

/// The outbound requests of the last [`Request::run`] on this thread, in order, also those that were denied.
pub fn sent() -> Vec<OutboundRequest> {
    state::with(|state| state.sent.clone())
}

/// A request to make up: no headers, no claims, no token. Route `test`, authority `gateway.test`, peer `192.0.2.1`.
pub fn request(method: &str, path: &str) -> Request {
    let head = RequestHead { method: method.to_owned(), path: path.to_owned(), route: "test".to_owned() };
    Request { head, state: State::default() }
}

/// A made-up request; see [`request`].
#[derive(Clone)]
#[must_use = "a request does nothing until it is run"]
pub struct Request {
    head: RequestHead,
    state: State,
}

impl Request {
    /// The name of the matched route.
    pub fn route(mut self, name: &str) -> Self {
        name.clone_into(&mut self.head.route);
        self
    }

    /// One more header value; the name in any case.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.state.headers.push((name.to_ascii_lowercase(), value.as_ref().to_vec()));
        self
    }

    /// One more query parameter, already decoded.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.state.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The host and port that the client asked for.
    pub fn authority(mut self, authority: &str) -> Self {
        authority.clone_into(&mut self.state.authority);
        self
    }

    /// The peer's IP address.
    pub fn peer(mut self, address: &str) -> Self {
        address.clone_into(&mut self.state.peer);
        self
    }

    /// A fact that an earlier stage left, or a path parameter (`path.id`).
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.state.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    /// An entry of the granted store. Without one the store is there, and empty.
    pub fn store_entry(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.state.store.insert(key.to_owned(), value.as_ref().to_vec());
        self
    }

    /// What outbound HTTP to exactly this URL comes back with. Any other is denied, as a host that is not listed.
    pub fn answer(mut self, url: &str, answer: Result<OutboundResponse, OutboundError>) -> Self {
        self.state.answers.insert(url.to_owned(), answer);
        self
    }

    /// What a granted clock shows: Unix seconds, a text such as `2026-11-27T09:00:00Z`, or a `SystemTime`. It stands
    /// still. Default: 1970-01-01T00:00:00Z.
    ///
    /// # Panics
    /// Where the text is no RFC 3339 timestamp.
    pub fn clock(mut self, at: impl Moment) -> Self {
        self.state.clock = at.time();
        self
    }

    /// Where granted randomness starts: the same seed, the same numbers. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.state.random = witgate_cases::Chance::seeded(seed);
        self
    }

    /// A granted variable of the environment. Without one no variable is set.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.state.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A verified claim, as if an authenticator had accepted a token already.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.state.claims.insert(name.to_owned(), value.into());
        self
    }

    /// An issuer profile of gateway.toml: its name and its exact issuer. Verifying under a name that no profile has
    /// fails with `Other`; under the profile of another issuer with `UnknownKey`, for its key set lacks the token's key
    /// (a gateway whose issuers share keys would say `Signature` or `Issuer`).
    pub fn issuer(mut self, profile: &str, issuer: &str) -> Self {
        self.state.issuers.insert(issuer.to_owned(), profile.to_owned());
        self
    }

    /// A token at the route's location: JOSE header and claims, both JSON objects. Its claims are unverified until
    /// the plugin calls `jwt::verify`.
    pub fn token(mut self, header: impl Into<Value>, claims: impl Into<Value>) -> Self {
        self.state.token = Some(Ok(token::Token::new(header.into(), claims.into())));
        self
    }

    /// A token that no one can read: `jwt::peek` and `jwt::verify` fail with this.
    pub fn unreadable_token(mut self, failure: Failure) -> Self {
        self.state.token = Some(Err(failure));
        self
    }

    /// What `jwt::verify` finds wrong with the token: signature, expiry and the other things that the host alone checks.
    /// It is found at its place in the gateway's order, so a demand that is checked earlier fails first.
    pub fn token_fails(mut self, failure: Failure) -> Self {
        self.state.verdict = Err(failure);
        self
    }

    /// The clock that the maximum age is measured by, in Unix seconds. Default: 0.
    pub fn now(mut self, unix_seconds: u64) -> Self {
        self.state.now = unix_seconds;
        self
    }

    /// The profile's `leeway-seconds`, which the maximum age gets on top. Default: 30, as in gateway.toml.
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.state.leeway = seconds;
        self
    }

    /// Configures a plugin from JSON where clock, randomness and variables are this request's; see [`configure`].
    ///
    /// # Errors
    /// What the operator would read.
    pub fn configure<P: Plugin>(&self, config_json: &str) -> Result<P, String> {
        state::install(self.state.clone());
        let configured = configure(config_json);
        state::finish();
        configured
    }

    /// Calls the plugin with this request as the ambient one. Every run starts afresh.
    ///
    /// # Panics
    /// Where the answer of a role breaks the contract; see [`Request::try_run`].
    pub fn run<R: 'static>(&self, call: impl FnOnce(RequestHead) -> R) -> R {
        self.try_run(call).unwrap_or_else(|fault| panic!("the answer breaks the contract: {fault}"))
    }

    /// As [`Request::run`], with the breach of the contract as the error.
    ///
    /// # Errors
    /// Where the answer is a role's (`Outcome`, `Decision`, `Selection`, `Action`, `Vec<HeaderOp>`) and the gateway would
    /// answer 500 to it: what part of the contract it breaks. `authenticated` without a successful `jwt::verify` is one.
    pub fn try_run<R: 'static>(&self, call: impl FnOnce(RequestHead) -> R) -> Result<R, String> {
        state::install(self.state.clone());
        let answer = call(self.head.clone());
        let verified = state::with(|state| state.verified);
        state::finish();
        checked::answer(&answer, verified)?;
        Ok(answer)
    }
}
