//! The debug header of a live request: whether it is traced, and what becomes of the trace.
//!
//! Never changes the answer but by one header, and never tells the caller why there is no trace.

use http::{HeaderMap, HeaderValue};

use super::operator_key::{HEADER, OperatorKey, TRACE_HEADER, Wish};
use super::report::{Answer, Report};
use super::traces::Traces;
use crate::observe::metrics::Metrics;
use crate::policy::trace::Trace;
use crate::unix_time;

/// A traced request.
pub struct Traced {
    /// where everything is recorded
    pub trace: Trace,
    wish: Wish,
}

/// Takes the debug header out of a request. Something when the request is to be traced.
pub fn taken(headers: &mut HeaderMap, key: Option<&OperatorKey>, traces: &Traces, metrics: &Metrics) -> Option<Traced> {
    let alone = headers.get_all(HEADER).iter().count() == 1;
    let value = headers.remove(HEADER)?;
    let now = unix_time::now();
    let Some(key) = key.filter(|_| alone && traces.checks.admits(now)) else {
        metrics.debug_header("unread");
        return None;
    };
    match value.to_str().map_err(|_| "not_text").and_then(|text| key.wish(text, now).map_err(|refusal| refusal.code()))
    {
        Ok(wish) if traces.traced.admits(now) => Some(Traced { trace: Trace::default(), wish }),
        Ok(_) => {
            metrics.debug_header("unread");
            None
        }
        Err(reason) => {
            metrics.debug_header("refused");
            tracing::warn!(reason, "a debug header was refused");
            None
        }
    }
}

impl Traced {
    /// Keeps the trace and names it in the response, unless it was wished for another route.
    pub fn keep(
        self,
        request_id: &str,
        generation: u64,
        answer: Answer,
        traces: &Traces,
        metrics: &Metrics,
        headers: &mut HeaderMap,
    ) {
        let report = Report::of(request_id.to_owned(), generation, &self.trace, answer);
        if self.wish.route.is_some() && self.wish.route != report.record.route {
            metrics.debug_header("elsewhere");
            return;
        }
        traces.keep(&report);
        metrics.debug_header("traced");
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(TRACE_HEADER, id);
        }
    }
}
