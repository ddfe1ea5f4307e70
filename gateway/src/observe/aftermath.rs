//! What may go wrong with an answer after its line is in the access log: its body may end early.
//!
//! Never says anything where all went well, and never logs what the body had.

use std::fmt;
use std::sync::Arc;

use super::metrics::{Metrics, NO_ROUTE};
use super::request_id::RequestId;
use super::route_meter::RouteMeter;

/// Whose answer it is, while its body is on its way.
pub struct Aftermath {
    pub(super) id: RequestId,
    pub(super) route: Option<Arc<RouteMeter>>,
    pub(super) upstream: Option<Arc<str>>,
    pub(super) metrics: Arc<Metrics>,
}

impl Aftermath {
    /// The body ended before its end, and the client's connection with it.
    pub fn cut(&self, kind: &'static str, cause: &dyn fmt::Display) {
        let route = self.route.as_deref().map_or(NO_ROUTE, RouteMeter::name);
        self.metrics.answer_cut(route, kind);
        tracing::warn!(request_id = %self.id, route, upstream = self.upstream.as_deref(), %cause, "an answer was cut");
    }
}
