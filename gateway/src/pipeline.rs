//! The way of a request, as a table of contents: each step is a room, and each room may refuse.
//!
//! Never decides anything itself, and never makes a response of a refusal: `reply` does.

use std::pin::pin;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use witgate_keyring::Scrutiny;
use witgate_keyring::resource_server::bearer_token;
use witgate_wire::Upload;

use crate::admission::{self, Admitted};
use crate::body::held::Held;
use crate::body::inbound::{ClientBody, InboundBody};
use crate::body::progress::Uploading;
use crate::config::Route;
use crate::explain::report::Answer;
use crate::explain::traces::Traces;
use crate::explain::{noted, wish};
use crate::generation::Generation;
use crate::generation_shown;
use crate::lease::Lease;
use crate::observe::access::Event;
use crate::observe::metrics::Metrics;
use crate::observe::request_id;
use crate::peer::Peer;
use crate::policy::chain::{Chain, Destination};
use crate::policy::evidence::Permitted;
use crate::policy::exchange::{Attributes, Exchange, Notes};
use crate::policy::secrecy;
use crate::policy::tokens::Tokens;
use crate::policy::trace::Trace;
use crate::refusal::Refused;
use crate::reply;
use crate::routing::Found;
use crate::upstream::outbound::OutboundBody;
use crate::upstream::send::{self, Way};
use crate::upstream::{request as outgoing, response as upstream_response};

/// One worker thread's view of the process.
pub struct Worker {
    /// which of the warm instances are this worker's
    pub index: usize,
    /// the generation in force
    pub generations: Arc<ArcSwap<Generation>>,
    /// connections to upstreams, and timers
    pub way: Way,
    /// counters of the process
    pub metrics: Arc<Metrics>,
    /// what operators asked to be shown
    pub traces: Arc<Traces>,
}

/// The body of an answer, and the generation that lives until its last byte.
pub type AnswerBody = Held<OutboundBody, Option<Lease>>;

/// Answers one request; never fails.
pub async fn handle(
    worker: &Worker,
    peer: &Peer,
    request: Request<Incoming>,
    uploading: Option<Uploading>,
) -> Response<AnswerBody> {
    let lease = Lease::take(&worker.generations);
    let number = lease.number;
    let asked = generation_shown::asked(&lease, request.headers());
    let peer = peer.behind(&lease.config.trusted_proxies, request.headers());
    let mut event = Event::begin(peer, request.method().clone(), number, Arc::clone(&worker.metrics));
    let due = event.began() + lease.config.limits.request_timeout;
    let (mut parts, body) = request.into_parts();
    let traced = wish::taken(&mut parts.headers, lease.debug_key.as_ref(), &worker.traces, &worker.metrics);
    let (upload, watch) = Upload::new(body, &parts.headers);
    let body = ClientBody { upload, uploading };
    let trace = traced.as_ref().map(|traced| traced.trace.clone());
    let outcome = {
        let corridor = pin!(corridor(worker, lease, &mut parts, body, &mut event, trace));
        worker.way.alarms.take().until(due.into(), corridor).await.unwrap_or_else(|| Err(too_slow()))
    };
    let shown = traced.map(|traced| (traced, shown(&outcome), event.id.to_string()));
    let mut response = answer(outcome, event);
    if let Some((traced, answer, id)) = shown {
        traced.keep(&id, number, answer, &worker.traces, &worker.metrics, response.headers_mut());
    }
    generation_shown::set(response.headers_mut(), asked);
    watch.settle(response.headers_mut()).await;
    response
}

fn shown(outcome: &Result<Response<AnswerBody>, Refused>) -> Answer {
    match outcome {
        Ok(response) => Answer::forwarded(Some(response.status().as_u16())),
        Err(refused) => Answer::refused(refused),
    }
}

fn answer(outcome: Result<Response<AnswerBody>, Refused>, event: Event) -> Response<AnswerBody> {
    match outcome {
        Ok(mut response) => {
            response.headers_mut().insert(request_id::HEADER, event.id.header_value());
            let aftermath = event.answered(response.status());
            response.body_mut().body_mut().tell(aftermath);
            response
        }
        Err(refused) => {
            let id = event.id.clone();
            event.refused(&refused);
            reply::refusal(&refused, &id).map(|document| Held::new(OutboundBody::Document(document), None))
        }
    }
}

/// The corridor: the one function that sees every room.
async fn corridor(
    worker: &Worker,
    lease: Lease,
    parts: &mut Parts,
    body: ClientBody,
    event: &mut Event,
    trace: Option<Trace>,
) -> Result<Response<AnswerBody>, Refused> {
    let generation: &Generation = &lease;
    let mut decided = decide(worker.index, generation, parts, event, trace, None).await?;
    let upstream = &generation.config.upstreams[decided.permitted.get().upstream];
    let limits = &generation.config.limits;
    let (body, uploaded) = InboundBody::new(body, limits.body_bytes, limits.idle_timeout);
    let sent = framed(outgoing_head(&mut decided, generation, event)?, body);
    let response = send::send(&worker.way, upstream, &decided.permitted, sent, uploaded).await?;

    let (mut head, body) = response.into_parts();
    upstream_response::accept(&mut head, upstream)?;
    filter_response(worker.index, &mut decided, head.status, &mut head.headers).await?;
    drop(decided);
    let body = OutboundBody::stream(body, upstream.response_timeout);
    Ok(Response::from_parts(head, Held::new(body, Some(lease))))
}

/// A request that every policy before the upstream let pass.
pub(crate) struct Decided<'g> {
    route: &'g Route,
    chain: &'g Chain,
    /// what the client asked for, in its own spelling
    target: Uri,
    exchange: Box<Exchange>,
    permitted: Permitted<Destination>,
}

/// The first half of the corridor: everything before the upstream. It takes what it needs out of `parts`, which a future would
/// hold twice by value, on each idle connection too. `at` is another time than now, in Unix seconds: for a
/// made-up request.
pub(crate) async fn decide<'g>(
    worker: usize,
    generation: &'g Generation,
    parts: &mut Parts,
    event: &mut Event,
    trace: Option<Trace>,
    at: Option<u64>,
) -> Result<Decided<'g>, Refused> {
    let admitted = admission::admit(parts, &generation.config.identity_prefix, generation.config.limits.body_bytes)?;
    event.path = Some(Arc::clone(admitted.path.text()));
    if let Some(trace) = &trace {
        noted::routing(trace, &generation.config, &generation.table, &admitted, parts, event.peer.ip);
    }
    let (index, params) = matched(generation, &admitted, parts)?;
    let (route, chain) = (&generation.config.routes[index], &generation.chains[index]);
    let meter = &generation.meters[index];
    event.route = Some(Arc::clone(meter));

    let target = std::mem::take(&mut parts.uri);
    let mut exchange = Box::new(exchange(generation, admitted, parts, (route, meter.shared_name()), params, event)?);
    exchange.trace = trace;
    exchange.at = at;
    if chain.authenticates() {
        consult_issuer(&mut exchange).await;
    }
    let verified = chain.authenticate(worker, &mut exchange).await?;
    event.principal = verified.claims().cloned();
    let permitted = chain.authorize(worker, verified, &mut exchange).await?;
    let permitted = chain.select(worker, permitted, &mut exchange).await?;
    chain.filter_request(worker, &mut exchange).await?;
    Ok(Decided { route, chain, target, exchange, permitted })
}

/// What comes after the upstream: its answer's headers, as the route's filters leave them.
pub(crate) async fn filter_response(
    worker: usize,
    decided: &mut Decided<'_>,
    status: StatusCode,
    headers: &mut HeaderMap,
) -> Result<(), Refused> {
    decided.chain.filter_response(worker, &mut decided.exchange, status, headers).await
}

/// The route's place, and what its pattern reads out of the path.
type Matched = (usize, Vec<(Arc<str>, String)>);

fn matched(generation: &Generation, admitted: &Admitted, parts: &Parts) -> Result<Matched, Refused> {
    match generation.table.find(admitted.host(), &admitted.path, &parts.method, &parts.headers) {
        Found::Route { index, params } => Ok((index, params)),
        Found::MethodNotAllowed(allow) => {
            let mut refused =
                Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This method is not served here.");
            refused.allow = allow;
            Err(refused)
        }
        Found::NotFound => Err(Refused::new(StatusCode::NOT_FOUND, "route_not_found", "Nothing is served here.")),
    }
}

fn exchange(
    generation: &Generation,
    admitted: Admitted,
    parts: &mut Parts,
    (route, route_name): (&Route, Arc<str>),
    params: Vec<(Arc<str>, String)>,
    event: &Event,
) -> Result<Exchange, Refused> {
    let mut attributes = Attributes::default();
    for (name, value) in params {
        if !attributes.set(name, value) {
            return Err(Refused::bad_request("path_parameter_too_long", "A part of the path is too long."));
        }
    }
    Ok(Exchange {
        method: std::mem::take(&mut parts.method),
        path: Arc::clone(admitted.path.text()),
        route: route_name,
        headers: std::mem::take(&mut parts.headers),
        query: admitted.query,
        authority: admitted.authority,
        peer: event.peer.ip,
        attributes,
        claims: None,
        token_refusal: None,
        tokens: Tokens::Keyring(generation.keyring.clone()),
        scrutiny: if route.sensitive { Scrutiny::sensitive() } else { Scrutiny::usual() },
        at: None,
        request_id: event.id.clone(),
        cost: None,
        recorded: false,
        trace: None,
        notes: Notes::default(),
    })
}

/// Guests never wait, so the host makes sure of the key, and of the issuer's word where it is needed, before they are asked.
async fn consult_issuer(exchange: &mut Exchange) {
    if let (Some(value), Some(keyring)) = (exchange.headers.get(AUTHORIZATION), exchange.tokens.keyring())
        && let Ok(token) = bearer_token(&exchange.headers)
    {
        keyring.prepare_in(value, token, &mut exchange.scrutiny).await;
    }
}

/// The head of the request as the upstream gets it.
pub(crate) fn outgoing_head(
    decided: &mut Decided<'_>,
    generation: &Generation,
    event: &mut Event,
) -> Result<Request<()>, Refused> {
    let Decided { route, chain, target, exchange, permitted } = decided;
    let destination = permitted.get();
    let upstream = &generation.config.upstreams[destination.upstream];
    event.upstream = Some(Arc::clone(&upstream.name));
    let path = destination.path.as_deref().unwrap_or(&exchange.path);
    let uri = outgoing::target(target, path, exchange.query.as_deref())?;
    let mut headers = request_headers(exchange, chain);
    outgoing::set_forwarding(&mut headers, &exchange.authority, &event.peer, &event.id);
    if let Some(claims) = destination.verified.claims() {
        outgoing::set_identity(&mut headers, &route.identity_headers, claims)?;
    }
    if let Some(trace) = &exchange.trace {
        let path = secrecy::shown_path(uri.path(), exchange.attributes.iter());
        noted::onward(trace, &upstream.name, &path, &headers, &route.identity_headers);
    }
    let mut request = Request::new(());
    *request.method_mut() = exchange.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

fn framed(head: Request<()>, body: InboundBody) -> Request<InboundBody> {
    let (mut parts, ()) = head.into_parts();
    outgoing::keep_framing(&mut parts.headers, &body);
    Request::from_parts(parts, body)
}

/// Response filters may still read the request's headers; otherwise they move on without a copy.
fn request_headers(exchange: &mut Exchange, chain: &Chain) -> HeaderMap<HeaderValue> {
    if chain.filters_responses() { exchange.headers.clone() } else { std::mem::take(&mut exchange.headers) }
}

fn too_slow() -> Refused {
    Refused::new(StatusCode::GATEWAY_TIMEOUT, "request_timeout", "The request took too long.").closing()
}
