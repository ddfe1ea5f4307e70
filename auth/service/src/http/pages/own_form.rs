//! A form that comes from a page of ours in this very browser. Never takes one that another site's page sent: the token in
//! it belongs to the browser's cookie, and where the browser says whence it comes, that must be here.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use url::Url;

use super::super::content_type::has_content_type;
use super::super::oauth_form::FORM;
use super::browser_cookie::Browser;
use super::declined::Declined;
use crate::authorization::Parameters;
use crate::grants::Grants;

/// The field with the form's token.
const TOKEN_FIELD: &str = "csrf";

/// The fields of a form of ours, and the browser that sent it.
pub(super) struct OwnForm {
    pub(super) fields: Parameters,
    pub(super) browser: Browser,
}

/// The fields of any form, ours or another site's.
pub(super) struct AnyForm {
    form: OwnForm,
    is_ours: bool,
}

impl OwnForm {
    /// A field; nothing when it is missing, empty or there twice.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.one(name).ok().flatten()
    }

    /// The request that the page was about, as a query.
    pub(super) fn request(&self) -> &str {
        self.field("request").unwrap_or_default()
    }
}

impl AnyForm {
    /// The form, when it is ours.
    pub(super) fn ours(self) -> Result<OwnForm, Declined> {
        if self.is_ours {
            return Ok(self.form);
        }
        tracing::warn!(event = "form_refused");
        Err(Declined::Forged(self.form.field("request").map(str::to_owned)))
    }

    /// Whether it has, or claims to have, a token of ours.
    pub(super) fn claims_to_be_ours(&self) -> bool {
        self.form.fields.pairs().any(|(name, _)| name == TOKEN_FIELD)
    }

    /// The fields, whoever wrote them.
    pub(super) fn fields(&self) -> &Parameters {
        &self.form.fields
    }
}

impl<S: Send + Sync> FromRequest<S> for AnyForm
where
    Grants: FromRef<S>,
{
    type Rejection = Declined;

    async fn from_request(request: Request, state: &S) -> Result<Self, Declined> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, state).await?;
        if !has_content_type(&parts.headers, FORM) {
            return Err(Declined::Forged(None));
        }
        let from_here = is_from_here(&parts.headers, Grants::from_ref(state).issuer().issuer());
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let fields = Parameters::decoded(&bytes.map_err(|_| Declined::Forged(None))?);
        let token = fields.one(TOKEN_FIELD).ok().flatten();
        let is_ours = from_here && token.is_some_and(|token| browser.is_form_token(token));
        Ok(AnyForm { form: OwnForm { fields, browser }, is_ours })
    }
}

impl<S: Send + Sync> FromRequest<S> for OwnForm
where
    Grants: FromRef<S>,
{
    type Rejection = Declined;

    async fn from_request(request: Request, state: &S) -> Result<Self, Declined> {
        AnyForm::from_request(request, state).await?.ours()
    }
}

/// What the browser says of the page that sent the form. An old browser says nothing; then the token decides alone.
fn is_from_here(headers: &HeaderMap, issuer: &str) -> bool {
    let site = headers.get_all("sec-fetch-site").iter().all(|site| site == "same-origin");
    site && headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
        origin.is_some_and(|origin| is_ours(&origin, headers, issuer))
    })
}

/// The issuer's origin, or the host that the browser has just asked: no page elsewhere can choose that.
fn is_ours(origin: &Url, headers: &HeaderMap, issuer: &str) -> bool {
    let same = |other: &str| Url::parse(other).is_ok_and(|other| other.origin() == origin.origin());
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    origin.origin().is_tuple()
        && (same(issuer) || host.is_some_and(|host| same(&format!("{}://{host}", origin.scheme()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const SITE: &str = "sec-fetch-site";

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let mut map = HeaderMap::from_iter([(HOST, HeaderValue::from_static("127.0.0.1:9000"))]);
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        assert_eq!(is_from_here(&map, "https://id.example/auth"), expected, "{headers:?}");
    }

    #[test]
    fn only_pages_of_ours_send_forms() {
        check(&[], true);
        check(&[(SITE, "same-origin")], true);
        check(&[("origin", "https://id.example")], true);
        check(&[("origin", "http://127.0.0.1:9000"), (SITE, "same-origin")], true);
        for wrong in ["cross-site", "same-site", "none", ""] {
            check(&[(SITE, wrong), ("origin", "https://id.example")], false);
        }
        for wrong in [
            "null",
            "https://evil.example",
            "https://id.example.evil.example",
            "http://id.example",
            "https://id.example:8443",
            "http://127.0.0.1:9001",
            "file:///a",
            "",
        ] {
            check(&[("origin", wrong)], false);
            check(&[("origin", "https://id.example"), ("origin", wrong)], false);
        }
    }
}
