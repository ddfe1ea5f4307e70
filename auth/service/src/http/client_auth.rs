//! Services that ask with HTTP Basic: client id and secret (RFC 6749 section 2.3.1). Never tells why a client was
//! refused, and never compares a secret in a time that depends on it.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::caller::Caller;
use super::refused::Refused;
use crate::grants::{ClientProof, GrantError, Grants};
use crate::secret::Secret;
use crate::service_scope::ServiceScope;
use crate::store::Client;
use witgate_wire::TrustedProxies;

/// How to authenticate.
pub(super) const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"witgate\"");

/// A client that proved itself.
#[derive(Debug)]
pub(super) struct BasicClient {
    pub(super) client: Client,
}

/// Why a client may not.
#[derive(Debug)]
pub(super) enum ClientRefused {
    /// No credentials, an unknown client, a wrong secret, a disabled client: the caller cannot tell which.
    Invalid,
    /// The client lacks this scope.
    Scope(ServiceScope),
    /// The store could not say.
    Failed(GrantError),
}

impl BasicClient {
    /// The same client, when it has the scope.
    pub(super) fn with(self, scope: ServiceScope) -> Result<BasicClient, ClientRefused> {
        if self.client.has_scope(scope.as_str()) { Ok(self) } else { Err(ClientRefused::Scope(scope)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for BasicClient
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = ClientRefused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ClientRefused> {
        let Ok(Caller(origin)) = Caller::from_request_parts(parts, state).await;
        let (client_id, secret) = basic_credentials(&parts.headers).ok_or(ClientRefused::Invalid)?;
        let proof = ClientProof::Secret { client_id, secret };
        let client = Grants::from_ref(state).prove_client(proof, &origin).await?;
        Ok(BasicClient { client })
    }
}

/// The client id and the secret, from exactly one `Authorization: Basic`.
pub(super) fn basic_credentials(headers: &HeaderMap) -> Option<(String, Secret)> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = Zeroizing::new(STANDARD.decode(encoded.trim_start_matches(' ')).ok()?);
    let (id, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    Some((form_decoded(id)?, Secret::new(form_decoded(secret)?)))
}

/// Undoes `application/x-www-form-urlencoded` for one value.
fn form_decoded(text: &str) -> Option<String> {
    let named = Zeroizing::new(format!("v={text}"));
    let mut pairs = form_urlencoded::parse(named.as_bytes());
    match (pairs.next(), pairs.next()) {
        (Some((_, value)), None) => Some(value.into_owned()),
        _ => None,
    }
}

impl From<GrantError> for ClientRefused {
    fn from(cause: GrantError) -> ClientRefused {
        if matches!(cause, GrantError::InvalidClient) { ClientRefused::Invalid } else { ClientRefused::Failed(cause) }
    }
}

impl From<ClientRefused> for Refused {
    fn from(refused: ClientRefused) -> Refused {
        match refused {
            ClientRefused::Invalid => {
                let detail = "send the id and the secret of a registered client as Authorization: Basic";
                Refused::new(StatusCode::UNAUTHORIZED, "invalid_client", detail).challenge(CHALLENGE)
            }
            ClientRefused::Scope(scope) => {
                let detail = format!("the client needs the scope {scope}");
                Refused::new(StatusCode::FORBIDDEN, "insufficient_scope", detail)
            }
            ClientRefused::Failed(cause) => cause.into(),
        }
    }
}

impl IntoResponse for ClientRefused {
    fn into_response(self) -> Response {
        Refused::from(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn basic(pair: &str) -> HeaderMap {
        let value = format!("Basic {}", STANDARD.encode(pair));
        HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())])
    }

    #[track_caller]
    fn check(headers: &HeaderMap, expected: Option<(&str, &str)>) {
        let read = basic_credentials(headers);
        assert_eq!(read.as_ref().map(|(id, secret)| (id.as_str(), secret.expose())), expected);
    }

    #[test]
    fn id_and_secret_are_form_decoded() {
        check(&basic("a%20b+c%3A:wgs_x"), Some(("a b c:", "wgs_x")));
        check(&basic("a:wgs%5Fx"), Some(("a", "wgs_x")));
        for wrong in ["a&b:wgs_x", "a:x&y", "awgs_x", ""] {
            check(&basic(wrong), None);
        }
        let mut twice = basic("a:wgs_x");
        twice.append(AUTHORIZATION, twice[AUTHORIZATION].clone());
        check(&twice, None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let value = format!("Basic {}", STANDARD.encode(&bytes));
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            if let Some((id, secret)) = basic_credentials(&headers) {
                prop_assert!(id.len() + secret.expose().len() < 3 * bytes.len(), "nothing is made up");
            }
        }
    }
}
