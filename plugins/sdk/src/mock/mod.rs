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
mod made;
mod answer;
pub mod cases;

pub use made::Request;
pub use moment::Moment;
pub use state::LogEvent;

use crate::granted::Request as OutboundRequest;
use crate::plugin::Plugin;

/// Configures a plugin from JSON, as the gateway does.
///
/// ```
/// # use witgate_plugin::{Plugin, mock};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// assert!(mock::configure::<Gate>("{}").is_ok());
/// assert!(mock::configure::<Gate>("7").is_err());
/// ```
///
/// # Errors
/// What the operator would read.
pub fn configure<P: Plugin>(config_json: &str) -> Result<P, String> {
    P::configure(crate::config::parse(config_json)?)
}

/// The log events of the last [`Request::run`] on this thread, in order.
///
/// ```
/// use witgate_plugin::{info, mock};
///
/// mock::request("GET", "/").run(|| info!("denied", rule = "staff only"));
/// assert_eq!((mock::logs()[0].message.as_str(), mock::logs()[0].field("rule")), ("denied", Some("staff only")));
/// ```
pub fn logs() -> Vec<LogEvent> {
    state::with(|state| state.logs.clone())
}

/// The outbound requests of the last [`Request::run`] on this thread, in order, also those that were denied.
///
/// ```
/// use witgate_plugin::{mock, outbound};
///
/// mock::request("GET", "/").run(|| outbound::send(&outbound::Request::get("https://api.example.com/")).is_err());
/// assert_eq!(mock::sent()[0].url, "https://api.example.com/");
/// ```
pub fn sent() -> Vec<OutboundRequest> {
    state::with(|state| state.sent.clone())
}

/// A request to make up: no headers, no claims, no token. Route `test`, authority `gateway.test`, peer `192.0.2.1`.
///
/// ```
/// use witgate_plugin::{claims, mock, request};
///
/// mock::request("GET", "/orders").run(|| {
///     assert_eq!((request::path(), request::route(), claims::value("sub")), ("/orders".into(), "test".into(), None));
/// });
/// ```
pub fn request(method: &str, path: &str) -> Request {
    Request::of(method, path)
}
