//! Sends a permitted request, and says whose fault it is when no answer comes.
//!
//! Never retries a request that may have reached the upstream.

use std::error::Error;

use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::client::legacy;

use super::pool::Pool;
use crate::admission::framing;
use crate::body::inbound::{InboundBody, InboundFault, Uploaded};
use crate::config::Upstream;
use crate::policy::chain::Destination;
use crate::policy::evidence::Permitted;
use crate::refusal::Refused;

/// What `Retry-After` says when an upstream cannot be reached, in seconds.
const RETRY_SECONDS: u32 = 1;

/// Sends the request and waits for the response head; the body streams on after that.
///
/// # Errors
/// 502 `upstream_unreachable` or `upstream_failed`, 504 `upstream_timeout`, and the client's own 400, 408 or 413 when
/// its body was at fault.
pub async fn send(
    pool: &Pool,
    upstream: &Upstream,
    permitted: &Permitted<Destination>,
    request: Request<InboundBody>,
    uploaded: Uploaded,
) -> Result<Response<Incoming>, Refused> {
    // The proof is the point of the parameter: without it there is nothing to send.
    let _: &Destination = permitted.get();
    let client = pool.client(upstream.connect_timeout);
    // The upstream's time starts when it has the request; the upload is the client's time, and the pipeline bounds that.
    let silent = async {
        uploaded.wait().await;
        tokio::time::sleep(upstream.response_timeout).await;
    };
    tokio::select! {
        answer = client.request(request) => answer.map_err(|error| failure(upstream, &error)),
        () = silent => Err(timeout(upstream)),
    }
}

fn failure(upstream: &Upstream, error: &legacy::Error) -> Refused {
    if let Some(fault) = inbound_fault(error) {
        return clients_fault(fault);
    }
    let cause = format!("upstream `{}` at {}: {}", upstream.name, upstream.authority, chain(error));
    if error.is_connect() {
        Refused::new(StatusCode::BAD_GATEWAY, "upstream_unreachable", "The service cannot be reached.")
            .because(cause)
            .retry_after(RETRY_SECONDS)
    } else {
        Refused::new(StatusCode::BAD_GATEWAY, "upstream_failed", "The service gave no valid answer.").because(cause)
    }
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

fn inbound_fault(error: &legacy::Error) -> Option<InboundFault> {
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
