//! Who asks, as far as the connection tells: address, request id and the time. Never believes `X-Forwarded-For` of a
//! peer that the configuration does not name.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use witgate_keyring::resource_server::request_id;

use crate::clock;
use crate::store::Origin;
use witgate_wire::TrustedProxies;

/// The origin of the request.
pub(super) struct Caller(pub(super) Origin);

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let source = peer.map(|peer| Arc::<TrustedProxies>::from_ref(state).client(peer, &parts.headers).to_string());
        let request_id = request_id(&parts.headers).map(str::to_owned);
        Ok(Caller(Origin { at: clock::now(), actor: None, source, request_id }))
    }
}
