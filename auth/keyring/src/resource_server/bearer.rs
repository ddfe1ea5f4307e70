//! The bearer token of a request: exactly one Authorization header (RFC 6750 section 2.1).
//!
//! Never looks for a token in the query or the body, and never shows one.

use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use witgate_token::Refusal;

/// The one scheme, in any case.
const SCHEME: &[u8] = b"bearer";

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
    one_word(only.as_bytes()).ok_or(Refusal::CredentialSyntax)
}

/// What follows the scheme, if that is one word. Asked several times for each request: it goes over the token without a
/// branch for each byte.
fn one_word(credentials: &[u8]) -> Option<&str> {
    let (scheme, rest) = credentials.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) || !rest.starts_with(b" ") {
        return None;
    }
    let is_blank = |byte: &u8| *byte == b' ';
    let begin = rest.iter().position(|byte| !is_blank(byte))?;
    let end = rest.iter().rposition(|byte| !is_blank(byte))?;
    let token = &rest[begin..=end];
    let fits = token.iter().fold(true, |fits, byte| fits & byte.is_ascii_graphic() & (*byte != b','));
    if fits { str::from_utf8(token).ok() } else { None }
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
