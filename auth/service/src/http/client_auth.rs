//! Services that ask with HTTP Basic: client id and secret (RFC 6749 section 2.3.1). Never tells why a client was
//! refused, and never compares a secret in a time that depends on it.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
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
use crate::client_address::TrustedProxies;
use crate::grants::{GrantError, Grants};
use crate::opaque::{self, Kind, TokenHash};
use crate::secret::Secret;
use crate::service_scope::ServiceScope;
use crate::store::{Client, Origin};

/// How to authenticate.
pub(super) const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"witgate\"");

/// A client that proved itself, and the origin of the request with the client as its actor.
#[derive(Debug)]
pub(super) struct BasicClient {
    pub(super) client: Client,
    pub(super) origin: Origin,
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
        let has = self.client.scopes.iter().any(|granted| granted == scope.as_str());
        if has { Ok(self) } else { Err(ClientRefused::Scope(scope)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for BasicClient
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = ClientRefused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ClientRefused> {
        let (id, presented) = credentials(&parts.headers).ok_or(ClientRefused::Invalid)?;
        let found = Grants::from_ref(state).store().client(id).await;
        let client = found.map_err(|cause| ClientRefused::Failed(cause.into()))?;
        let client = proved(client, &presented).ok_or_else(|| {
            tracing::warn!(event = "client_refused");
            ClientRefused::Invalid
        })?;
        let Ok(Caller(mut origin)) = Caller::from_request_parts(parts, state).await;
        origin.actor = Some(client.client_id.clone());
        Ok(BasicClient { client, origin })
    }
}

/// The client, when it is enabled and this is its secret's hash.
fn proved(client: Option<Client>, presented: &TokenHash) -> Option<Client> {
    let hash = client.as_ref().and_then(|client| client.secret_hash);
    let same = verify_slices_are_equal(&hash.unwrap_or_default(), presented).is_ok();
    client.filter(|client| same && hash.is_some() && client.disabled_at.is_none())
}

/// The client id and the hash of the secret, from exactly one `Authorization: Basic`.
fn credentials(headers: &HeaderMap) -> Option<(String, TokenHash)> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = Zeroizing::new(STANDARD.decode(encoded.trim_start_matches(' ')).ok()?);
    let (id, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    let hash = opaque::presented(Kind::ClientSecret, &Secret::new(form_decoded(secret)?))?;
    Some((form_decoded(id)?, hash))
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

    #[test]
    fn id_and_secret_are_form_decoded() {
        let (secret, hash) = opaque::from_bytes(Kind::ClientSecret, &[7; opaque::TOKEN_BYTES]);
        let text = secret.expose();
        assert_eq!(credentials(&basic(&format!("a%20b+c%3A:{text}"))), Some(("a b c:".to_owned(), hash)));
        assert_eq!(credentials(&basic(&format!("a:{}", text.replace('_', "%5F")))), Some(("a".to_owned(), hash)));
        for wrong in [format!("a&b:{text}"), format!("a{text}"), format!("a:{text}x"), "a:".into(), String::new()] {
            assert_eq!(credentials(&basic(&wrong)), None, "{wrong}");
        }
        let mut twice = basic(&format!("a:{text}"));
        twice.append(AUTHORIZATION, twice[AUTHORIZATION].clone());
        assert_eq!(credentials(&twice), None, "which of the two?");
    }

    fn client(secret_hash: Option<TokenHash>, disabled_at: Option<i64>) -> Client {
        Client {
            client_id: "c".into(),
            name: "n".into(),
            auth_method: "client_secret".into(),
            secret_hash,
            jwks: None,
            redirect_uris: vec![],
            grant_types: vec![],
            scopes: vec![],
            audiences: vec![],
            first_party: true,
            created_at: 0,
            disabled_at,
        }
    }

    /// The decoy must not be a secret that somebody could have.
    #[test]
    fn only_an_enabled_client_with_this_very_secret_passes() {
        assert!(proved(Some(client(Some([1; 32]), None)), &[1; 32]).is_some());
        assert!(proved(Some(client(Some([1; 32]), None)), &[2; 32]).is_none());
        assert!(proved(Some(client(Some([1; 32]), Some(5))), &[1; 32]).is_none());
        assert!(proved(Some(client(None, None)), &[0; 32]).is_none());
        assert!(proved(None, &[0; 32]).is_none());
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let value = format!("Basic {}", STANDARD.encode(&bytes));
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            prop_assert!(credentials(&headers).is_none());
        }
    }
}
