//! What goes back to the client in the URL: a code or an error, with `state` and `iss` (RFC 9207). Never changes what
//! stands in the registered URI, and never goes to one that was not checked.

use url::form_urlencoded::Serializer;

use super::{AuthorizeError, Target};

/// The URI with a code (RFC 6749 section 4.1.2).
pub fn code_response(target: &Target, code: &str, issuer: &str) -> String {
    with_parameters(&target.redirect_uri, &[("code", Some(code)), ("state", target.state()), ("iss", Some(issuer))])
}

/// The URI with an error (RFC 6749 section 4.1.2.1).
pub fn error_response(target: &Target, error: &AuthorizeError, issuer: &str) -> String {
    let described = ("error_description", Some(error.description));
    let pairs = [("error", Some(error.error)), described, ("state", target.state()), ("iss", Some(issuer))];
    with_parameters(&target.redirect_uri, &pairs)
}

/// A URI with further parameters in its query; those without a value are left out.
pub fn with_parameters(uri: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    let query = query.finish();
    let joint = match uri.find('?') {
        _ if query.is_empty() => "",
        None => "?",
        Some(_) if uri.ends_with(['?', '&']) => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_to_the_query() {
        let pairs = [("a", Some("x y&z")), ("b", None), ("c", Some("ü"))];
        let cases = [
            ("https://a/cb", "https://a/cb?a=x+y%26z&c=%C3%BC"),
            ("https://a/cb?q=1", "https://a/cb?q=1&a=x+y%26z&c=%C3%BC"),
            ("https://a/cb?", "https://a/cb?a=x+y%26z&c=%C3%BC"),
            ("app:/cb", "app:/cb?a=x+y%26z&c=%C3%BC"),
        ];
        for (uri, expected) in cases {
            assert_eq!(with_parameters(uri, &pairs), expected);
        }
        assert_eq!(with_parameters("https://a/cb", &[("a", None)]), "https://a/cb");
    }
}
