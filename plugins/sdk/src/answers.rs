//! Builders for what a role answers: the same names in the kits for JavaScript and Python.
//!
//! Never checks what it builds: [`contract`](crate::contract) does, in the mock as in the gateway.
use crate::types::{Action, Decision, HeaderOp, Outcome, Refusal, Selection, Target};

impl Refusal {
    /// A refusal with any status of 400 to 599.
    ///
    /// ```
    /// use witgate_plugin::Refusal;
    ///
    /// let refusal = Refusal::new(451, "not_here", "Not in your country.");
    /// assert_eq!((refusal.status, refusal.code.as_str()), (451, "not_here"));
    /// ```
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// 400: the request itself is wrong.
    ///
    /// ```
    /// # use witgate_plugin::Refusal;
    /// assert_eq!(Refusal::bad_request("tenant_missing", "Name the tenant.").status, 400);
    /// ```
    pub fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// 401: who are you? The gateway adds the challenge.
    ///
    /// ```
    /// # use witgate_plugin::Refusal;
    /// assert_eq!(Refusal::unauthorized("token_missing", "An access token is required.").status, 401);
    /// ```
    pub fn unauthorized(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(401, code, message)
    }

    /// 403: known, and not allowed.
    ///
    /// ```
    /// # use witgate_plugin::Refusal;
    /// assert_eq!(Refusal::forbidden("scope_missing", "Your token lacks a scope.").status, 403);
    /// ```
    pub fn forbidden(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(403, code, message)
    }

    /// 404: for callers who may not even know that it is there.
    ///
    /// ```
    /// # use witgate_plugin::Refusal;
    /// assert_eq!(Refusal::not_found("order_not_found", "There is no such order.").status, 404);
    /// ```
    pub fn not_found(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// 429: allowed, and too often.
    ///
    /// ```
    /// # use witgate_plugin::Refusal;
    /// assert_eq!(Refusal::too_many_requests("minute_used_up", "Try again in a minute.").status, 429);
    /// ```
    pub fn too_many_requests(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(429, code, message)
    }

    /// 503: nobody's fault on the caller's side; a retry may help.
    ///
    /// ```
    /// # use witgate_plugin::Refusal;
    /// assert_eq!(Refusal::unavailable("keys_unavailable", "Try again shortly.").status, 503);
    /// ```
    pub fn unavailable(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(503, code, message)
    }
}

impl Decision {
    /// The request ends here, with any status of 400 to 599. A [`Refusal`] becomes the same by `into()`.
    ///
    /// ```
    /// use witgate_plugin::{Decision, Refusal};
    ///
    /// let denied = Decision::deny(403, "scope_missing", "Your token lacks a scope.");
    /// assert_eq!(denied, Refusal::forbidden("scope_missing", "Your token lacks a scope.").into());
    /// ```
    pub fn deny(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Deny(Refusal::new(status, code, message))
    }
}

impl Outcome {
    /// The caller is known: only after [`jwt::verify`](crate::jwt::verify) succeeded. The pairs become attributes.
    ///
    /// ```
    /// use witgate_plugin::Outcome;
    ///
    /// let known = Outcome::authenticated([("tenant", "acme")]);
    /// assert_eq!(known, Outcome::Authenticated(vec![("tenant".into(), "acme".into())]));
    /// ```
    pub fn authenticated<N: Into<String>, V: Into<String>>(attributes: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::Authenticated(pairs(attributes))
    }

    /// A bad or missing credential, with any status of 400 to 599.
    ///
    /// ```
    /// use witgate_plugin::{Outcome, Refusal};
    ///
    /// let refused = Outcome::refused(401, "token_missing", "An access token is required.");
    /// assert_eq!(refused, Refusal::unauthorized("token_missing", "An access token is required.").into());
    /// ```
    pub fn refused(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(status, code, message))
    }
}

impl Selection {
    /// This upstream, by its name in gateway.toml.
    ///
    /// ```
    /// use witgate_plugin::{Selection, Target};
    ///
    /// assert_eq!(Selection::to("orders-canary"), Target::upstream("orders-canary").into());
    /// ```
    pub fn to(upstream: impl Into<String>) -> Self {
        Self::To(Target::upstream(upstream))
    }

    /// The request ends here, with any status of 400 to 599.
    ///
    /// ```
    /// use witgate_plugin::{Refusal, Selection};
    ///
    /// let refused = Selection::refused(404, "tenant_unknown", "There is no such tenant.");
    /// assert_eq!(refused, Refusal::not_found("tenant_unknown", "There is no such tenant.").into());
    /// ```
    pub fn refused(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(status, code, message))
    }
}

impl Target {
    /// An upstream by name; same path, no attributes.
    ///
    /// ```
    /// use witgate_plugin::Target;
    ///
    /// let target = Target::upstream("orders");
    /// assert_eq!((target.path, target.attributes.len()), (None, 0));
    /// ```
    pub fn upstream(name: impl Into<String>) -> Self {
        Self { upstream: name.into(), path: None, attributes: Vec::new() }
    }

    /// Another path for the upstream; it must be canonical.
    ///
    /// ```
    /// use witgate_plugin::Target;
    ///
    /// assert_eq!(Target::upstream("orders").path("/v2/orders").path.as_deref(), Some("/v2/orders"));
    /// ```
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// One more fact for later stages.
    ///
    /// ```
    /// use witgate_plugin::Target;
    ///
    /// let target = Target::upstream("orders").attribute("version", "2");
    /// assert_eq!(target.attributes, [("version".to_owned(), "2".to_owned())]);
    /// ```
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }
}

impl Action {
    /// The request goes on, changed by these in order; nothing changes where there are none.
    ///
    /// ```
    /// use witgate_plugin::{Action, HeaderOp};
    ///
    /// let action = Action::forward([HeaderOp::set("x-tenant", "acme"), HeaderOp::remove("cookie")]);
    /// assert!(matches!(action, Action::Forward(ops) if ops.len() == 2));
    /// ```
    pub fn forward(ops: impl IntoIterator<Item = HeaderOp>) -> Self {
        Self::Forward(ops.into_iter().collect())
    }

    /// The request ends here, with any status of 400 to 599.
    ///
    /// ```
    /// use witgate_plugin::{Action, Refusal};
    ///
    /// let refused = Action::refused(400, "tenant_missing", "Name the tenant.");
    /// assert_eq!(refused, Refusal::bad_request("tenant_missing", "Name the tenant.").into());
    /// ```
    pub fn refused(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(status, code, message))
    }
}

impl HeaderOp {
    /// Replaces every value of the header.
    ///
    /// ```
    /// use witgate_plugin::HeaderOp;
    ///
    /// assert_eq!(HeaderOp::set("x-tenant", "acme"), HeaderOp::Set("x-tenant".into(), b"acme".to_vec()));
    /// ```
    pub fn set(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self::Set(name.into(), value.into())
    }

    /// Adds one value.
    ///
    /// ```
    /// use witgate_plugin::HeaderOp;
    ///
    /// assert_eq!(HeaderOp::append("vary", "origin"), HeaderOp::Append("vary".into(), b"origin".to_vec()));
    /// ```
    pub fn append(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self::Append(name.into(), value.into())
    }

    /// Removes every value.
    ///
    /// ```
    /// use witgate_plugin::HeaderOp;
    ///
    /// assert_eq!(HeaderOp::remove("cookie"), HeaderOp::Remove("cookie".into()));
    /// ```
    pub fn remove(name: impl Into<String>) -> Self {
        Self::Remove(name.into())
    }
}

impl From<Refusal> for Decision {
    fn from(refusal: Refusal) -> Self {
        Self::Deny(refusal)
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Refusal> for Selection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Refusal> for Action {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Target> for Selection {
    fn from(target: Target) -> Self {
        Self::To(target)
    }
}

fn pairs<N: Into<String>, V: Into<String>>(given: impl IntoIterator<Item = (N, V)>) -> Vec<(String, String)> {
    given.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}
