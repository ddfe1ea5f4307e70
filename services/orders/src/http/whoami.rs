//! `/whoami`: what this service believes about the caller, so that a person can see what the gateway vouches for.
//! Never decides anything from an identity header: only the verified token counts here.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::HeaderMap;
use serde::Serialize;
use witgate_keyring::resource_server::Authenticated;

/// Headers with this prefix are the gateway's word about the caller.
const IDENTITY_PREFIX: &str = "x-identity-";

/// The answer of `GET /whoami`.
#[derive(Debug, Serialize)]
pub struct WhoAmI {
    subject: String,
    identity_headers: BTreeMap<String, String>,
}

/// `GET /whoami`
pub async fn whoami(caller: Authenticated, headers: HeaderMap) -> Json<WhoAmI> {
    Json(WhoAmI { subject: caller.claims.subject().to_owned(), identity_headers: identity_headers(&headers) })
}

/// Every identity header; one that came twice shows both values, joined as RFC 9110 section 5.3 says.
fn identity_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let named = headers.keys().filter(|name| name.as_str().starts_with(IDENTITY_PREFIX));
    let all = |name| headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    named.map(|name| (name.as_str().to_owned(), all(name).collect::<Vec<_>>().join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_every_identity_header_and_no_other() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-identity-subject", "alice"),
            ("x-identity-roles", "a"),
            ("x-identity-roles", "b"),
            ("x_identity_subject", "forged"),
            ("authorization", "Bearer secret"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        let shown = identity_headers(&headers);
        let expected = [("x-identity-roles", "a, b"), ("x-identity-subject", "alice")];
        assert_eq!(shown, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
