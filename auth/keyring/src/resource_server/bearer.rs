//! The bearer token of a request: exactly one Authorization header (RFC 6750 section 2.1).
//!
//! Never looks for a token in the query or the body, and never shows one.

use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use witgate_token::Refusal;

/// The token as the caller sent it, for calls onward in the caller's name. Debug hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken(String);

impl BearerToken {
    pub(super) fn new(token: &str) -> Self {
        Self(token.to_owned())
    }

    /// The token itself. It is a credential: send it only where the caller's rights are meant to go.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(redacted)")
    }
}

/// The token in the one `Authorization: Bearer` header; the scheme in any case.
///
/// # Errors
/// `Missing` without the header, `SeveralCredentials` with two, `CredentialSyntax` with another scheme or shape.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut credentials = headers.get_all(AUTHORIZATION).iter();
    let only = credentials.next().ok_or(Refusal::Missing)?;
    if credentials.next().is_some() {
        return Err(Refusal::SeveralCredentials);
    }
    let text = only.to_str().map_err(|_| Refusal::CredentialSyntax)?;
    let (scheme, token) = text.split_once(' ').ok_or(Refusal::CredentialSyntax)?;
    let token = token.trim_matches(' ');
    let is_one_word = !token.is_empty() && !token.contains([' ', '\t', ',']);
    if scheme.eq_ignore_ascii_case("bearer") && is_one_word { Ok(token) } else { Err(Refusal::CredentialSyntax) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(values: &[&str]) -> Result<String, Refusal> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().expect("a header value"));
        }
        bearer_token(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_counts_in_any_case() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c"] {
            assert_eq!(token_of(&[value]).as_deref(), Ok("a.b.c"), "{value}");
        }
    }

    #[test]
    fn exactly_one_credential() {
        assert_eq!(token_of(&[]), Err(Refusal::Missing));
        assert_eq!(token_of(&["Bearer a", "Bearer a"]), Err(Refusal::SeveralCredentials));
        assert_eq!(token_of(&["Basic x", "Bearer a"]), Err(Refusal::SeveralCredentials));
        for value in ["Bearer", "Bearer ", "Basic abc", "a.b.c", "Bearer a b", "Bearer a, Bearer b", "Bearer\ta", ""] {
            assert_eq!(token_of(&[value]), Err(Refusal::CredentialSyntax), "{value:?}");
        }
    }

    #[test]
    fn debug_hides_the_token() {
        assert_eq!(format!("{:?}", BearerToken::new("secret")), "BearerToken(redacted)");
    }
}
