//! The form that the OAuth endpoints take. Each parameter at most once, and an empty one counts as left out (RFC 6749
//! section 3.2). Never repeats anything of the body in an error: it holds secrets.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::content_type::has_content_type;
use super::oauth_error::OauthError;
use crate::secret::Secret;

/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// The one parameter that a specification lets come several times (RFC 8707 section 2).
const RESOURCE: &str = "resource";

/// The parameters of a body. It has no `Debug`.
pub(super) struct OauthForm {
    fields: Vec<(String, Zeroizing<String>)>,
    several_resources: bool,
}

impl<S: Send + Sync> FromRequest<S> for OauthForm {
    type Rejection = OauthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OauthError> {
        if !has_content_type(request.headers(), FORM) {
            let detail = "send the body as Content-Type: application/x-www-form-urlencoded";
            return Err(OauthError::invalid_request(detail));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| OauthError::invalid_request("the body could not be read, or is too long"))?;
        OauthForm::read(&bytes).ok_or_else(|| OauthError::invalid_request("a parameter is there twice"))
    }
}

impl OauthForm {
    /// Nothing when a parameter is there twice.
    fn read(body: &[u8]) -> Option<OauthForm> {
        let mut form = OauthForm { fields: Vec::new(), several_resources: false };
        for (name, value) in form_urlencoded::parse(body) {
            match form.fields.iter().any(|(known, _)| *known == name) {
                false => form.fields.push((name.into_owned(), Zeroizing::new(value.into_owned()))),
                true if name == RESOURCE => form.several_resources = true,
                true => return None,
            }
        }
        form.fields.retain(|(_, value)| !value.is_empty());
        Some(form)
    }

    /// A parameter that may be seen.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that may be seen, to keep.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A parameter that must not be seen.
    pub(super) fn secret(&self, name: &str) -> Option<Secret> {
        self.owned(name).map(Secret::new)
    }

    /// A parameter that must not be seen and must be there.
    pub(super) fn needed(&self, name: &str) -> Result<Secret, OauthError> {
        self.secret(name).ok_or_else(|| OauthError::invalid_request(&format!("the form needs one {name}")))
    }

    /// The one resource (RFC 8707); a token of this service is for one alone.
    pub(super) fn resource(&self) -> Result<Option<String>, OauthError> {
        if self.several_resources { Err(OauthError::several_resources()) } else { Ok(self.owned(RESOURCE)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(body: &str, expected: Option<&str>) {
        let form = OauthForm::read(body.as_bytes());
        assert_eq!(form.as_ref().and_then(|form| form.text("token")), expected, "{body}");
    }

    #[test]
    fn exactly_one_token() {
        check("token=a.b-c", Some("a.b-c"));
        check("token_type_hint=refresh_token&token=a%2Bb+c", Some("a+b c"));
        check("token=a&token=a", None);
        check("token=&token=a", None);
        check("token=", None);
        check("", None);
        check("Token=a", None);
    }

    #[test]
    fn only_resources_may_come_again_and_are_refused_by_their_own_error() {
        let form = OauthForm::read(b"resource=a&resource=b").unwrap();
        assert!(form.resource().is_err());
        let form = OauthForm::read(b"resource=a&x=1").unwrap();
        assert_eq!(form.resource().ok().flatten().as_deref(), Some("a"));
        assert!(OauthForm::read(b"x=1&x=2").is_none());
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(form) = OauthForm::read(&body) {
                prop_assert!(form.fields.iter().all(|(_, value)| !value.is_empty()));
            }
        }
    }
}
