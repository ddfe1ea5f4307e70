//! How a page leaves: HTML with the headers that keep other sites' hands off. Never lets a cache keep it, never lets it be
//! framed, and never lets it run a script.

use askama::Template;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Not `no-referrer`: browsers then hide the origin of our own forms, too.
const REFERRER: HeaderValue = HeaderValue::from_static("same-origin");

/// The page. `form_source`: where its form may end beside this service, as a CSP source.
pub(super) fn page(status: StatusCode, template: &impl Template, form_source: Option<&str>) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(cause) => {
            tracing::error!(%cause, "a page could not be made");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy(form_source));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(REFERRER_POLICY, REFERRER);
    response
}

/// Goes on there with a GET, whatever the method was: 303, so that no form is sent on (RFC 9700 section 4.12). `None` when
/// no header can hold the address.
pub(super) fn go_to(location: &str) -> Option<Response> {
    let location = HeaderValue::from_str(location).ok()?;
    let headers = [(LOCATION, location), (CACHE_CONTROL, NO_STORE), (REFERRER_POLICY, REFERRER)];
    Some((StatusCode::SEE_OTHER, headers).into_response())
}

fn policy(form_source: Option<&str>) -> HeaderValue {
    let with = |source: &str| {
        let text = format!(
            "default-src 'none'; style-src 'self'; form-action 'self'{source}; frame-ancestors 'none'; base-uri 'none'"
        );
        HeaderValue::from_str(&text).ok()
    };
    let named = form_source.and_then(|source| with(&format!(" {source}")));
    named.or_else(|| with("")).expect("the policy is visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_where_the_form_may_end() {
        let text = |source| policy(source).to_str().unwrap().to_owned();
        assert!(text(Some("https://a.example")).contains("; form-action 'self' https://a.example; "));
        assert!(text(None).contains("; form-action 'self'; "));
        assert!(text(Some("a\nb")).contains("; form-action 'self'; "), "what no header can hold is left out");
    }

    #[test]
    fn no_address_breaks_out_of_its_header() {
        assert!(go_to("https://a.example/?x=1").is_some());
        assert!(go_to("https://a.example/\r\nset-cookie: a=b").is_none());
    }
}
