//! The OAuth grants of `/oauth/token`, by their names. Never the password grant or the implicit one (RFC 9700 sections 2.4
//! and 2.1.2).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// How a client gets a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// A user allowed it in a browser (RFC 6749 section 4.1).
    AuthorizationCode,
    /// It has a refresh token (RFC 6749 section 6).
    RefreshToken,
    /// It acts for itself (RFC 6749 section 4.4).
    ClientCredentials,
}

/// There is no such grant.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("there is no grant {0:?}. There are: authorization_code, refresh_token, client_credentials")]
pub struct UnknownGrant(String);

impl GrantType {
    /// Every grant.
    pub const ALL: [GrantType; 3] =
        [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials];

    /// The `grant_type`, also as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            GrantType::AuthorizationCode => "authorization_code",
            GrantType::RefreshToken => "refresh_token",
            GrantType::ClientCredentials => "client_credentials",
        }
    }
}

impl fmt::Display for GrantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for GrantType {
    type Err = UnknownGrant;

    fn from_str(text: &str) -> Result<GrantType, UnknownGrant> {
        let found = GrantType::ALL.into_iter().find(|grant| grant.as_str() == text);
        found.ok_or_else(|| UnknownGrant(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grant_is_read_back_and_named_in_the_error() {
        let error = "password".parse::<GrantType>().unwrap_err().to_string();
        for grant in GrantType::ALL {
            assert_eq!(grant.to_string().parse(), Ok(grant));
            assert!(error.contains(grant.as_str()), "{error}");
        }
    }
}
