//! The one door through which a policy reads: every value it is given is accounted for here.
//!
//! Never shows a value to anybody but the policy that asked for it.

use std::fmt::Display;
use std::sync::Arc;

use wasmtime::Result;
use witgate_token::Failure;

use super::bindings::jwt;
use super::guest::GuestState;
use super::limits::Limit;
use super::recall;
use super::secrecy;
use super::tokens::Tokens;
use super::trace::{VERIFIED, Verification};
use super::transcript::{Kind, Question, Wanted};

/// What a policy read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// the method
    Method,
    /// the canonical path
    Path,
    /// the name of the matched route
    Route,
    /// the first value of a request header
    Header,
    /// all values of a request header
    HeaderValues,
    /// a query parameter
    QueryParam,
    /// host and port the client asked for
    Authority,
    /// the peer's IP address
    PeerAddress,
    /// a fact that an earlier stage left
    Attribute,
    /// a verified claim
    Claim,
    /// whether a scope is held
    Scope,
    /// the unverified header of the token
    TokenHeader,
    /// the unverified issuer of the token
    Issuer,
    /// the profile of the token's issuer
    Profile,
    /// whether the token verifies
    Verification,
    /// the time
    Clock,
    /// random bytes
    Random,
    /// a granted environment value
    Environment,
    /// an entry of a granted store
    Store,
    /// an answer from outside
    Http,
}

impl What {
    /// The word in a trace.
    pub fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Route => "route",
            Self::Header => "header",
            Self::HeaderValues => "header-values",
            Self::QueryParam => "query-param",
            Self::Authority => "authority",
            Self::PeerAddress => "peer-address",
            Self::Attribute => "attribute",
            Self::Claim => "claim",
            Self::Scope => "scope",
            Self::TokenHeader => "token-header",
            Self::Issuer => "issuer",
            Self::Profile => "profile",
            Self::Verification => "verification",
            Self::Clock => "clock",
            Self::Random => "random",
            Self::Environment => "environment",
            Self::Store => "store",
            Self::Http => "http",
        }
    }

    /// A value as a trace may show it. Names decide where a client or an operator chose them; what a grant gives may be a
    /// secret under any name.
    fn shown(self, name: &str, value: &str) -> String {
        match self {
            Self::Header | Self::HeaderValues | Self::QueryParam | Self::Attribute => {
                secrecy::shown(name, value.as_bytes())
            }
            Self::Random | Self::Environment | Self::Store | Self::Http => secrecy::hidden(value.len()),
            _ => secrecy::shown("", value.as_bytes()),
        }
    }
}

impl GuestState {
    /// Accounts for one read: the name asked for and `bytes` given. `shown` makes the value as a person would read it,
    /// nothing where it is absent; it is asked only where somebody looks on.
    ///
    /// # Errors
    /// When the call has been given more than `host-call-bytes`.
    pub(super) fn read(
        &mut self,
        what: What,
        name: &str,
        bytes: usize,
        shown: impl FnOnce() -> Option<String>,
    ) -> Result<()> {
        let total = self.used.host_call_bytes.saturating_add(name.len()).saturating_add(bytes);
        self.used.host_call_bytes = total;
        if total > self.limits.host_call_bytes {
            return Err(self.exceed(Limit::HostCallBytes, self.limits.host_call_bytes));
        }
        self.note(what, name);
        if let Some(trace) = &self.exchange.trace
            && what != What::Verification
        {
            // What a case says is made up, and shown to who wrote it.
            if self.exchange.tokens.rehearsed().is_some() {
                let open = |text: &str| secrecy::clipped(self.hidden.hide(text).as_bytes());
                trace.read(what.word(), &open(name), shown().map(|value| open(&value)));
                return Ok(());
            }
            // A name is the guest's choice, too: a key of a store may be a credential.
            let named = match what {
                What::Store | What::Http => secrecy::hidden(name.len()),
                _ => secrecy::shown("", self.hidden.hide(name).as_bytes()),
            };
            let value = shown().map(|value| match what {
                What::Path => secrecy::shown_path(&value, self.exchange.attributes.iter()),
                _ => value,
            });
            trace.read(what.word(), &named, value.map(|value| what.shown(name, &self.hidden.hide(&value))));
        }
        Ok(())
    }

    /// Notes a read, where the call's answer may be kept.
    fn note(&mut self, what: What, name: &str) {
        let Some(mut transcript) = self.exchange.notes.transcript.take() else {
            if self.is_starting() && matches!(Question::of(what, name), Kind::Passing) {
                self.hangs_on_start = true;
            }
            return;
        };
        match Question::of(what, name) {
            Kind::Question(question) => {
                transcript.note(question, |question, answers| recall::answer(question, &mut self.exchange, answers));
            }
            Kind::Constant | Kind::Verification => {}
            Kind::Passing => transcript.spoil(),
        }
        self.exchange.notes.transcript = Some(transcript);
    }

    /// Notes a verification and what the guest learned of it, where the call's answer may be kept.
    pub(super) fn note_verification(&mut self, wanted: &Wanted, verified: std::result::Result<(), jwt::Failure>) {
        if let Some(transcript) = &mut self.exchange.notes.transcript {
            let question = Question::Verification(Arc::clone(wanted));
            transcript.note(question, |_, answers| recall::outcome(verified, answers));
        }
    }

    /// Notes that the call does something that its answer, kept, would not do again.
    pub(super) fn note_deed(&mut self) {
        self.hangs_on_start |= self.is_starting();
        self.note_line();
    }

    /// Notes a line of the log: that of a start is no part of any call.
    pub(super) fn note_line(&mut self) {
        if let Some(transcript) = &mut self.exchange.notes.transcript {
            transcript.spoil();
        }
    }

    /// Between its calls an instance has no request: what it asks then, it asks while it is started.
    fn is_starting(&self) -> bool {
        matches!(self.exchange.tokens, Tokens::Nowhere)
    }

    /// Records the verification that has just ended, with the precise reason of a failure.
    pub(super) fn record_verification(&self, profile: &str, required: &[String], failure: Option<Failure>) {
        let Some(trace) = &self.exchange.trace else { return };
        let outcome = self.exchange.token_refusal.unwrap_or(VERIFIED).to_owned();
        let failure = failure.map(|failure| failure.to_string());
        trace.verified(Verification { profile: profile.to_owned(), outcome, failure, required: required.to_vec() });
    }

    /// Records a line of the operator's log.
    pub(super) fn record_line(&self, message: &str, fields: &impl Display) {
        if let Some(trace) = &self.exchange.trace {
            trace.logged(secrecy::shown("", format!("{message} {fields}").as_bytes()));
        }
    }
}
