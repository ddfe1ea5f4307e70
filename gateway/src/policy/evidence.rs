//! Proof, as types, that a request went through authentication and authorization.
//!
//! Their fields are private to this room and they have no public constructor: `upstream::send` takes a [`Permitted`],
//! so leaving out a step does not compile. Never cloned: one proof, one request.

use witgate_token::Claims;

/// The request was authenticated, or is anonymous on a route that says it is public.
#[derive(Debug)]
#[must_use = "an unauthorized request goes nowhere"]
pub struct Verified {
    claims: Option<Claims>,
}

impl Verified {
    pub(super) fn principal(claims: Claims) -> Self {
        Self { claims: Some(claims) }
    }

    pub(super) fn anonymous() -> Self {
        Self { claims: None }
    }

    /// The verified claims; nothing for an anonymous request.
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    pub(super) fn permitted(self) -> Permitted<Verified> {
        Permitted { of: self }
    }
}

/// The request may go on with `of`.
#[derive(Debug)]
#[must_use = "a permitted request should be sent"]
pub struct Permitted<T> {
    of: T,
}

impl<T> Permitted<T> {
    /// What was permitted.
    pub fn get(&self) -> &T {
        &self.of
    }

    /// The same permission, about something derived from what was permitted.
    pub(super) fn map<U>(self, derive: impl FnOnce(T) -> U) -> Permitted<U> {
        Permitted { of: derive(self.of) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anonymous_request_has_no_claims() {
        let permitted = Verified::anonymous().permitted();
        assert!(permitted.get().claims().is_none());
    }
}
