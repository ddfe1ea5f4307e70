//! Sends a permitted request, and says whose fault it is when no answer comes.
//!
//! Never retries a request that may have reached the upstream.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::connector::connect;
use super::link::{Answered, Link, look};
use super::outbound::Forwarded;
use super::pool::{Checkout, Pool};
use crate::admission::framing;
use crate::alarms::Alarms;
use crate::body::inbound::{InboundBody, InboundFault, Uploaded};
use crate::config::Upstream;
use crate::policy::chain::Destination;
use crate::policy::evidence::Permitted;
use crate::refusal::Refused;

/// What `Retry-After` says when an upstream cannot be reached, in seconds.
const RETRY_SECONDS: u32 = 1;

/// What a worker has for its way to the upstreams.
#[derive(Default)]
pub struct Way {
    /// connections
    pub pool: Arc<Pool>,
    /// timers
    pub alarms: Alarms,
}

/// Sends the request and waits for the response head; the body streams on after that.
///
/// # Errors
/// 502 `upstream_unreachable` or `upstream_failed`, 504 `upstream_timeout`, and the client's own 400, 408 or 413 when
/// its body was at fault.
pub async fn send(
    way: &Way,
    upstream: &Upstream,
    permitted: &Permitted<Destination>,
    mut request: Request<InboundBody>,
    mut uploaded: Uploaded,
) -> Result<Response<Forwarded>, Refused> {
    // The proof is the point of the parameter: without it there is nothing to send.
    let _: &Destination = permitted.get();
    loop {
        let kept = way.pool.take(&upstream.authority);
        let was_kept = kept.is_ok();
        let mut link = match kept {
            Ok(link) => link,
            Err(place) => way.pool.check_out(Box::new(opened(upstream).await?), place),
        };
        match answered(&mut link, request, &mut uploaded, upstream, &way.alarms).await {
            None => return Err(timeout(upstream)),
            Some(Ok(response)) => return Ok(response.map(|body| forwarded(body, link, uploaded))),
            Some(Err(mut error)) => match error.take_message() {
                // Closed by the upstream while it was idle, and the request never left.
                Some(unsent) if was_kept => request = unsent,
                _ => return Err(failure(upstream, &error.into_error())),
            },
        }
    }
}

async fn opened(upstream: &Upstream) -> Result<Link, Refused> {
    let stream = connect(upstream).await.map_err(|error| unreachable(upstream, error.as_ref()))?;
    Link::open(stream).await.map_err(|error| failure(upstream, &error))
}

/// The answer, or nothing in the time that the upstream has. Its time starts when it has the request: the upload is the
/// client's time, and the pipeline bounds that.
async fn answered(
    link: &mut Link,
    request: Request<InboundBody>,
    uploaded: &mut Uploaded,
    upstream: &Upstream,
    alarms: &Alarms,
) -> Option<Answered> {
    let mut answer = pin!(link.send(request));
    let mut alarm = alarms.take();
    let mut due = None;
    poll_fn(|context| {
        link.drive(context);
        if let Poll::Ready(answered) = look(answer.as_mut()) {
            return Poll::Ready(Some(answered));
        }
        if due.is_none() && uploaded.is_over(context) {
            due = Some(Instant::now() + upstream.response_timeout);
        }
        due.map_or(Poll::Pending, |due| alarm.poll_at(due, context).map(|()| None))
    })
    .await
}

/// The body, with the connection that still brings it.
fn forwarded(body: Incoming, link: Checkout, mut uploaded: Uploaded) -> Forwarded {
    if link.is_free() {
        return Forwarded::whole(body);
    }
    if uploaded.is_over_already() {
        return Forwarded::driven(body, link);
    }
    // An answer before the end of the upload: a client that sends everything before it reads must not stop its upload by
    // not reading.
    link.finish_alone();
    Forwarded::beside(body, uploaded)
}

fn failure(upstream: &Upstream, error: &hyper::Error) -> Refused {
    match inbound_fault(error) {
        Some(fault) => clients_fault(fault),
        None => Refused::new(StatusCode::BAD_GATEWAY, "upstream_failed", "The service gave no valid answer.")
            .because(told(upstream, error)),
    }
}

fn unreachable(upstream: &Upstream, error: &(dyn Error + 'static)) -> Refused {
    Refused::new(StatusCode::BAD_GATEWAY, "upstream_unreachable", "The service cannot be reached.")
        .because(told(upstream, error))
        .retry_after(RETRY_SECONDS)
}

fn told(upstream: &Upstream, error: &(dyn Error + 'static)) -> String {
    format!("upstream `{}` at {}: {}", upstream.name, upstream.authority, chain(error))
}

fn timeout(upstream: &Upstream) -> Refused {
    Refused::new(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", "The service did not answer in time.").because(
        format!("upstream `{}`: no response head within {} ms", upstream.name, upstream.response_timeout.as_millis()),
    )
}

fn clients_fault(fault: InboundFault) -> Refused {
    match fault {
        InboundFault::TooLarge => framing::too_large(),
        InboundFault::Stalled => {
            Refused::new(StatusCode::REQUEST_TIMEOUT, "body_stalled", "The request body stalled.").closing()
        }
        InboundFault::Broken => Refused::bad_request("body_broken", "The request body could not be read.").closing(),
    }
}

fn inbound_fault(error: &hyper::Error) -> Option<InboundFault> {
    causes(error).find_map(|cause| cause.downcast_ref::<InboundFault>().copied())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        next = current.source();
        Some(current)
    })
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
