//! What the mock remembers for one thread: the request under way and its log.
//!
//! Never shared between threads, so that tests may run at once.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use witgate_cases::Chance;

use super::token::Token;
use crate::granted::{OutboundError, Request, Response};
use crate::head;
use crate::types::{Failure, Level};

/// What a profile's `leeway-seconds` is where nobody says otherwise.
const LEEWAY_SECONDS: u64 = 30;

/// One event that a plugin logged.
///
/// ```
/// use witgate_plugin::{Level, mock, warn};
///
/// mock::request("GET", "/").run(|| warn!("the plan is unknown", plan = "gold"));
/// let event = &mock::logs()[0];
/// assert_eq!((event.level, event.message.as_str()), (Level::Warn, "the plan is unknown"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// How loud.
    pub level: Level,
    /// The fixed sentence.
    pub message: String,
    /// The keys and values after it.
    pub fields: Vec<(String, String)>,
}

impl LogEvent {
    /// The value of a field.
    ///
    /// ```
    /// use witgate_plugin::{info, mock};
    ///
    /// mock::request("GET", "/").run(|| info!("denied", code = "rule_denied"));
    /// assert_eq!((mock::logs()[0].field("code"), mock::logs()[0].field("rule")), (Some("rule_denied"), None));
    /// ```
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Everything the host functions answer from. `token` is absent, unreadable, or there. `issuers` is issuer to profile;
/// `verified` says that `jwt.verify` succeeded in this very run.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub method: String,
    pub path: String,
    pub route: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub query: Vec<(String, String)>,
    pub authority: String,
    pub peer: String,
    pub attributes: BTreeMap<String, String>,
    pub claims: Map<String, Value>,
    pub verified: bool,
    pub issuers: BTreeMap<String, String>,
    pub token: Option<Result<Token, Failure>>,
    pub verdict: Result<(), Failure>,
    pub now: u64,
    pub leeway: u64,
    pub logs: Vec<LogEvent>,
    pub store: BTreeMap<String, Vec<u8>>,
    pub answers: BTreeMap<String, Result<Response, OutboundError>>,
    pub sent: Vec<Request>,
    pub clock: SystemTime,
    pub random: Chance,
    pub variables: BTreeMap<String, String>,
}

impl State {
    pub(super) fn token(&self) -> Result<&Token, Failure> {
        self.token.as_ref().ok_or(Failure::Missing)?.as_ref().map_err(|failure| *failure)
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            route: "test".to_owned(),
            headers: Vec::new(),
            query: Vec::new(),
            authority: "gateway.test".to_owned(),
            peer: "192.0.2.1".to_owned(),
            attributes: BTreeMap::new(),
            claims: Map::new(),
            verified: false,
            issuers: BTreeMap::new(),
            token: None,
            verdict: Ok(()),
            now: 0,
            leeway: LEEWAY_SECONDS,
            logs: Vec::new(),
            store: BTreeMap::new(),
            answers: BTreeMap::new(),
            sent: Vec::new(),
            clock: UNIX_EPOCH,
            random: Chance::default(),
            variables: BTreeMap::new(),
        }
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

pub(super) fn with<R>(look: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(look)
}

pub(super) fn install(state: State) {
    head::forget();
    STATE.set(state);
}

/// Forgets the request and keeps its log and what it sent.
pub(super) fn finish() {
    head::forget();
    with(|state| {
        *state = State { logs: mem::take(&mut state.logs), sent: mem::take(&mut state.sent), ..State::default() }
    });
}
