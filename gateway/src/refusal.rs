//! A refusal as a value: what any room answers instead of going on. `reply` alone makes a response of it.
//!
//! Two messages: `message` is for the caller, `cause` for the operator. Never put a token, a key or a path of this
//! machine into `message`, and never a token or a key into `cause`.

use std::borrow::Cow;

use http::{Method, StatusCode};

/// The code, and the challenge's error, of RFC 9470 section 3: who is known must prove it again, or better.
pub const INSUFFICIENT_AUTHENTICATION: &str = "insufficient_user_authentication";

/// Which RFC 6750 section 3 challenge goes with the refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// no `WWW-Authenticate` header
    None,
    /// no credentials were sent: the bare challenge, without an error code
    Missing,
    /// `error="invalid_token"`
    InvalidToken,
    /// `error="insufficient_scope"`
    InsufficientScope,
    /// `error="insufficient_user_authentication"` (RFC 9470): the token is good, the sign-in behind it is not enough
    InsufficientAuthentication,
}

/// Why a request goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// 400 to 599
    pub status: StatusCode,
    /// stable machine code, `[a-z0-9_]{1,64}`
    pub code: Cow<'static, str>,
    /// one sentence that is safe for the caller
    pub message: Cow<'static, str>,
    /// what the operator learns, in the log only
    pub cause: Option<String>,
    /// what was wrong with the request's token, precisely, for log and metrics only: one of a fixed set of codes
    pub token_refusal: Option<&'static str>,
    /// the authentication challenge, if any
    pub challenge: Challenge,
    /// seconds, for `Retry-After`
    pub retry_after: Option<u32>,
    /// for `Allow`, with status 405
    pub allow: Vec<Method>,
    /// whether the request's framing can no longer be trusted, so that the connection must end
    pub close: bool,
}

impl Refused {
    /// A refusal without a challenge; `code` must be stable.
    pub fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            message: Cow::Borrowed(message),
            cause: None,
            token_refusal: None,
            challenge: Challenge::None,
            retry_after: None,
            allow: Vec::new(),
            close: false,
        }
    }

    /// 400 with the caller at fault.
    pub fn bad_request(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Adds what only the operator may see.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Ends the connection after the answer.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.close = true;
        self
    }
}
