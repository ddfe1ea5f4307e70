//! `witgate explain`: one made-up request through admission, routing and every policy of a generation that serves nobody.
//!
//! Never asks an upstream; only the issuers' keys are fetched, as the configuration says.

use std::net::IpAddr;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};

use crate::config::{Config, HostPattern};
use crate::explain::report::{Answer, Report};
use crate::generation::Generation;
use crate::observe::access::Event;
use crate::observe::metrics::Metrics;
use crate::peer::Peer;
use crate::pipeline;
use crate::policy::trace::Trace;
use crate::refusal::Refused;

/// The host of a request that names none, and whose route takes any.
const HOST_OF_NONE: &str = "localhost";

/// The request to explain.
pub struct Question {
    /// such as `GET`
    pub method: Method,
    /// path and query
    pub target: Uri,
    /// the Host header
    pub host: Option<String>,
    /// more headers
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// the bearer token; never printed
    pub token: Option<HeaderValue>,
    /// the peer
    pub peer: IpAddr,
    /// when it is asked, in Unix seconds, where that is not now: what tokens and granted clocks go by
    pub at: Option<u64>,
    /// what the upstream would answer; response filters run where it is given
    pub status: Option<StatusCode>,
    /// the route it is expected to take; its host is the default of `host`
    pub route: Option<String>,
}

/// Takes the request through a generation until it would be sent, and what an upstream might answer back to the caller.
pub async fn explain(generation: &Generation, question: Question) -> Report {
    let metrics = Arc::new(Metrics::default());
    let mut event = Event::begin(Peer::new(question.peer), question.method.clone(), generation.number, metrics);
    let id = event.id.to_string();
    let trace = Trace::default();
    let status = question.status;
    let outcome = way(generation, question, &mut event, &trace).await;
    let answer = match &outcome {
        Ok(()) => Answer::forwarded(status.map(|status| status.as_u16())),
        Err(refused) => Answer::refused(refused),
    };
    match outcome {
        Ok(()) => drop(event.answered(status.unwrap_or(StatusCode::OK))),
        Err(refused) => event.refused(&refused),
    }
    Report::of(id, generation.number, &trace, answer)
}

async fn way(generation: &Generation, question: Question, event: &mut Event, trace: &Trace) -> Result<(), Refused> {
    let (at, status) = (question.at, question.status);
    let (mut parts, ()) = request(&generation.config, question).into_parts();
    let mut decided = pipeline::decide(0, generation, &mut parts, event, Some(trace.clone()), at).await?;
    pipeline::outgoing_head(&mut decided, generation, event)?;
    let Some(status) = status else { return Ok(()) };
    pipeline::filter_response(0, &mut decided, status, &mut HeaderMap::new()).await
}

fn request(config: &Config, question: Question) -> Request<()> {
    let host = question.host.or_else(|| host_of(config, question.route.as_deref()?));
    let host = host.unwrap_or_else(|| HOST_OF_NONE.to_owned());
    let mut request = Request::new(());
    *request.method_mut() = question.method;
    *request.uri_mut() = question.target;
    let headers = request.headers_mut();
    if let Ok(host) = HeaderValue::from_str(&host) {
        headers.insert(HOST, host);
    }
    let token = question.token.map(|token| (AUTHORIZATION, token));
    for (name, value) in question.headers.into_iter().chain(token) {
        headers.append(name, value);
    }
    request
}

/// The one host of a route, where it has one.
fn host_of(config: &Config, route: &str) -> Option<String> {
    match &config.routes.iter().find(|one| one.name == route)?.host {
        Some(HostPattern::Exact(host)) => Some(host.clone()),
        _ => None,
    }
}
