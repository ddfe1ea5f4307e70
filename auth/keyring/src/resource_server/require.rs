//! The layer that stands before the routes of a service: a good token, its audience and its scopes.
//!
//! Never calls what is behind it without a verified token.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::response::{IntoResponse as _, Response};
use http::Request;
use http::request::Parts;
use tower_layer::Layer;
use tower_service::Service;
use witgate_token::Demands;

use super::authenticated::{Admitted, Authenticated, verified};
use super::authority::require_scopes;
use super::problem::Problem;
use crate::keyring::Keyring;
use crate::scrutiny::Scrutiny;

/// A layer that lets only callers through whose token is good and fits: 401, 403 or 503 for all others.
///
/// ```
/// # use axum::{Router, routing::get};
/// # use witgate_keyring::{Keyring, resource_server::RequireToken};
/// # fn routes(keyring: Keyring) -> Router {
/// let token = RequireToken::new(keyring).audience("orders");
/// Router::new()
///     .route("/orders", get(async || "all of them"))
///     .route_layer(token.scopes(["orders:read"]))
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RequireToken {
    keyring: Keyring,
    /// Never empty; a token must meet each.
    demands: Vec<Demands>,
    /// A token must have one of each.
    scopes: Vec<Vec<String>>,
    scrutiny: Scrutiny,
}

impl RequireToken {
    /// Any good token of the keyring's issuers.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self { keyring, demands: vec![Demands::default()], scopes: Vec::new(), scrutiny: Scrutiny::usual() }
    }

    /// The token must also name this audience, besides those asked for before and one of its profile: a layer that is
    /// shared can only be narrowed.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.demands.retain(|one| !one.audiences.is_empty());
        self.demands.push(Demands { audiences: vec![audience.into()], ..Demands::default() });
        self
    }

    /// The token must have all of these scopes, besides those asked for before.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(|scope| vec![scope.into()]));
        self
    }

    /// The token must have one of these scopes at least, besides those asked for before; of no scopes nobody has one. A
    /// refusal names the first in its challenge.
    #[must_use]
    pub fn any_scope<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.push(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// While the issuer's feed of revocations is not young, or there is none, the issuer itself must say that the token is
    /// active: 401 where it says no, 503 where it does not tell.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.scrutiny = Scrutiny::sensitive();
        self
    }

    async fn admit(&self, parts: &Parts) -> Result<Authenticated, Problem> {
        let (first, further) = self.demands.split_first().expect("there is one from the start");
        let mut scrutiny = self.scrutiny.clone();
        let caller = verified(parts, &self.keyring, first, &mut scrutiny).await?;
        for demands in further {
            verified(parts, &self.keyring, demands, &mut scrutiny).await?;
        }
        require_scopes(&caller.claims, &self.scopes).map_err(|problem| problem.for_request(&parts.headers))?;
        Ok(caller)
    }
}

impl<S> Layer<S> for RequireToken {
    type Service = TokenRequired<S>;

    fn layer(&self, inner: S) -> TokenRequired<S> {
        TokenRequired { require: self.clone(), inner }
    }
}

/// What [`RequireToken`] makes of a service.
#[derive(Debug, Clone)]
pub struct TokenRequired<S> {
    require: RequireToken,
    inner: S,
}

impl<S, B> Service<Request<B>> for TokenRequired<S>
where
    S: Service<Request<B>, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone was not asked whether it is ready; the one that was goes along.
        let waiting = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, waiting);
        let require = self.require.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match require.admit(&parts).await {
                Ok(caller) => {
                    parts.extensions.insert(Admitted { caller, keyring: require.keyring });
                    ready.call(Request::from_parts(parts, body)).await
                }
                Err(problem) => Ok(problem.into_response()),
            }
        })
    }
}
