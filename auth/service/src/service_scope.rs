//! What a service client may do at this service, by the names that stand in its registration. Never a scope of users:
//! those come from the roles of the configuration.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What a user's role must give for the admin listener.
pub const ADMIN_SCOPE: &str = "auth:admin";

/// A right of a registered client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceScope {
    /// Follow the feed of revocations.
    RevocationsRead,
    /// Ask about tokens (RFC 7662).
    TokensIntrospect,
    /// Revoke tokens (RFC 7009).
    TokensRevoke,
}

/// There is no such scope.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("there is no scope {0:?} for clients. There are: revocations:read, tokens:introspect, tokens:revoke")]
pub struct UnknownScope(String);

impl ServiceScope {
    /// Every scope.
    pub const ALL: [ServiceScope; 3] =
        [ServiceScope::RevocationsRead, ServiceScope::TokensIntrospect, ServiceScope::TokensRevoke];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            ServiceScope::RevocationsRead => "revocations:read",
            ServiceScope::TokensIntrospect => "tokens:introspect",
            ServiceScope::TokensRevoke => "tokens:revoke",
        }
    }
}

impl fmt::Display for ServiceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceScope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<ServiceScope, UnknownScope> {
        let found = ServiceScope::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_read_back_and_named_in_the_error() {
        let error = "x".parse::<ServiceScope>().unwrap_err().to_string();
        for scope in ServiceScope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
            assert!(error.contains(scope.as_str()), "{error}");
        }
    }
}
