//! The form that introspection and revocation take: `token`, and a hint that nobody needs here. Never repeats anything
//! of the body in an error: it holds a token.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use url::form_urlencoded;

use super::content_type::has_content_type;
use super::oauth_error::OauthError;
use crate::secret::Secret;

/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The `token` of the body (RFC 7662 section 2.1, RFC 7009 section 2.1).
pub(super) struct TokenForm(pub(super) Secret);

impl<S: Send + Sync> FromRequest<S> for TokenForm {
    type Rejection = OauthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OauthError> {
        if !has_content_type(request.headers(), FORM) {
            let detail = "send the body as Content-Type: application/x-www-form-urlencoded";
            return Err(OauthError::invalid_request(detail));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| OauthError::invalid_request("the body could not be read, or is too long"))?;
        token(&bytes).map(TokenForm).ok_or_else(|| OauthError::invalid_request("the form needs one token"))
    }
}

/// The one token; none when it is missing, empty or there twice (RFC 6749 section 3.2).
fn token(body: &[u8]) -> Option<Secret> {
    let mut tokens = form_urlencoded::parse(body).filter(|(name, _)| name == "token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Some(Secret::new(token.into_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(body: &str, expected: Option<&str>) {
        assert_eq!(token(body.as_bytes()).as_ref().map(Secret::expose), expected, "{body}");
    }

    #[test]
    fn exactly_one_token() {
        check("token=a.b-c", Some("a.b-c"));
        check("token_type_hint=access_token&token=a%2Eb&x=y", Some("a.b"));
        check("", None);
        check("token=", None);
        check("token=a&token=a", None);
        check("Token=a", None);
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = token(&body);
        }

        #[test]
        fn what_is_encoded_comes_back(text in "\\PC{1,50}") {
            let body = form_urlencoded::Serializer::new(String::new()).append_pair("token", &text).finish();
            let read = token(body.as_bytes());
            prop_assert_eq!(read.as_ref().map(Secret::expose), Some(text.as_str()));
        }
    }
}
