//! Why a sign-in came to nothing, as the page is told it: a stable code in the fragment of its address.
//! Never has a word from outside in it: the page has a sentence for each code, and for no other.

use crate::fault::Fault;

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInProblem {
    /// The person said no.
    Denied,
    /// The auth service refused the request, for another reason than the person's will.
    Refused,
    /// The browser has no sign-in under way: too old, or finished in another tab.
    Expired,
    /// The answer belongs to no sign-in of this browser.
    Mismatch,
    /// The answer names another issuer, or none (RFC 9207).
    Issuer,
    /// The code was spent, expired, or not for us.
    Code,
    /// The id token is missing or not good.
    IdToken,
    /// The auth service could not be asked, or gave an answer that makes no sense.
    Auth(Fault),
}

impl SignInProblem {
    /// The problem behind an `error` of the auth service (RFC 6749 section 4.1.2.1).
    #[must_use]
    pub fn of_error(error: &str) -> Self {
        match error {
            "access_denied" => Self::Denied,
            "server_error" | "temporarily_unavailable" => Self::Auth(Fault::AuthUnavailable),
            _ => Self::Refused,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied => "access_denied",
            Self::Refused => "sign_in_refused",
            Self::Expired => "sign_in_expired",
            Self::Mismatch => "sign_in_mismatch",
            Self::Issuer => "issuer_mismatch",
            Self::Code => "code_refused",
            Self::IdToken => "id_token_refused",
            Self::Auth(fault) => fault.code(),
        }
    }

    /// Whether the answer was one to the sign-in under way, so that its cookie is used up.
    #[must_use]
    pub fn ends_the_sign_in(&self) -> bool {
        !matches!(self, Self::Expired | Self::Mismatch)
    }
}

/// A refused grant is here a refused code.
impl From<Fault> for SignInProblem {
    fn from(fault: Fault) -> Self {
        if fault == Fault::SessionExpired { Self::Code } else { Self::Auth(fault) }
    }
}
