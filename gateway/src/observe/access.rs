//! One event for one request: its access-log line and its metrics.
//!
//! Never logs a query string, a header value or a body: tokens travel there.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use http::{Method, StatusCode};
use witgate_token::Claims;

use super::aftermath::Aftermath;
use super::metrics::{Metrics, NO_ROUTE};
use super::request_id::RequestId;
use super::route_meter::RouteMeter;
use crate::peer::Peer;
use crate::refusal::Refused;

/// Nobody gets this status; nginx made the number customary for logs.
const CLIENT_GONE: (u16, &str) = (499, "client_gone");

/// What a line says of a refusal.
#[derive(Default, Clone, Copy)]
struct Refusal<'r> {
    code: Option<&'r str>,
    /// the precise reason, which the caller is not told
    token_refusal: Option<&'static str>,
    cause: Option<&'r str>,
}

/// What is learnt about a request on its way; written once, at the end.
pub struct Event {
    /// the id of this request
    pub id: RequestId,
    started: Instant,
    /// who asked
    pub peer: Peer,
    method: Method,
    /// the canonical path, once there is one
    pub path: Option<Arc<str>>,
    /// the route, once it matched
    pub route: Option<Arc<RouteMeter>>,
    /// whose request it is, once that is verified
    pub principal: Option<Claims>,
    /// the upstream chosen
    pub upstream: Option<Arc<str>>,
    generation: u64,
    metrics: Arc<Metrics>,
    written: bool,
}

impl Event {
    /// Starts the clock.
    pub fn begin(peer: Peer, method: Method, generation: u64, metrics: Arc<Metrics>) -> Self {
        Self {
            id: RequestId::generate(),
            started: Instant::now(),
            peer,
            method,
            path: None,
            route: None,
            principal: None,
            upstream: None,
            generation,
            metrics,
            written: false,
        }
    }

    /// When the request's head was read.
    pub fn began(&self) -> Instant {
        self.started
    }

    /// The request was forwarded and answered; its body is still to come.
    pub fn answered(mut self, status: StatusCode) -> Aftermath {
        self.write(status.as_u16(), Refusal::default());
        let (route, upstream) = (self.route.take(), self.upstream.take());
        Aftermath { id: self.id.clone(), route, upstream, metrics: Arc::clone(&self.metrics) }
    }

    /// The request was refused here.
    pub fn refused(mut self, refused: &Refused) {
        match &refused.code {
            Cow::Borrowed(code) => self.metrics.refusal(self.route_label(), code),
            Cow::Owned(code) => self.metrics.policys_refusal(self.route_label(), code),
        }
        if let Some(reason) = refused.token_refusal {
            self.metrics.token_refusal(reason);
        }
        let Refused { code, cause, token_refusal, .. } = refused;
        let refusal = Refusal { code: Some(code), token_refusal: *token_refusal, cause: cause.as_deref() };
        self.write(refused.status.as_u16(), refusal);
    }

    fn write(&mut self, status: u16, refusal: Refusal<'_>) {
        self.written = true;
        let took = self.started.elapsed();
        self.metrics.request(self.route.as_deref(), status, took);
        tracing::info!(
            target: "access",
            request_id = %self.id,
            peer = %self.peer.ip,
            method = %self.method,
            path = self.path.as_deref(),
            route = self.route.as_deref().map(RouteMeter::name),
            subject = self.principal.as_ref().map(Claims::subject),
            upstream = self.upstream.as_deref(),
            status,
            code = refusal.code,
            token_refusal = refusal.token_refusal,
            cause = refusal.cause,
            generation = self.generation,
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        );
    }

    fn route_label(&self) -> &str {
        self.route.as_deref().map_or(NO_ROUTE, RouteMeter::name)
    }
}

/// Dropped unwritten: the client went away, and its request with it.
impl Drop for Event {
    fn drop(&mut self) {
        if !self.written {
            self.metrics.refusal(self.route_label(), CLIENT_GONE.1);
            self.write(CLIENT_GONE.0, Refusal { code: Some(CLIENT_GONE.1), ..Refusal::default() });
        }
    }
}
