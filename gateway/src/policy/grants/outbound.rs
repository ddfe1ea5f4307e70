//! One plugin's way out: HTTP to the hosts that it was granted, within a deadline and bounds.
//!
//! Never runs on a worker: connections and TLS are the control runtime's, the worker only waits. Never outlives the call:
//! when the caller goes away the request is given up.

use std::sync::Arc;

use http::HeaderMap;
use reqwest::Response as Answer;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use witgate_keyring::refused_address;

use super::outbound_request::{HEADER_BYTES, MOST_HEADERS, Sound, sound, strip};
use crate::config::HttpGrant;
use crate::policy::bindings::outbound::{Error, Request, Response};

/// Calls of one plugin that may be under way at once, over all workers.
const CALLS_AT_ONCE: usize = 64;

/// See the module.
pub(in crate::policy) struct Outbound {
    plugin: String,
    grant: HttpGrant,
    client: reqwest::Client,
    runtime: Handle,
    places: Arc<Semaphore>,
}

/// Ends the task of a call that nobody waits for any more.
struct Abandoned(AbortHandle);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Outbound {
    pub(super) fn new(plugin: &str, grant: &HttpGrant, client: reqwest::Client, runtime: Handle) -> Self {
        let places = Arc::new(Semaphore::new(CALLS_AT_ONCE));
        Self { plugin: plugin.to_owned(), grant: grant.clone(), client, runtime, places }
    }

    /// The largest body in either direction, in bytes.
    pub(super) fn most_bytes(&self) -> usize {
        self.grant.body_bytes
    }

    /// Sends one request and takes the whole answer.
    pub(in crate::policy) async fn send(&self, request: Request) -> Result<Response, Error> {
        let sound = sound(request, &self.grant)?;
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return Err(Error::Busy) };
        let host = sound.url.host_str().unwrap_or_default().to_owned();
        let (client, most, deadline) = (self.client.clone(), self.grant.body_bytes, self.grant.deadline);
        let call = self.runtime.spawn(async move {
            let _place = place;
            tokio::time::timeout(deadline, exchanged(&client, sound, most)).await
        });
        let _abandoned = Abandoned(call.abort_handle());
        match call.await {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(failed))) => Err(self.told(&host, failed)),
            Ok(Err(_late)) => Err(Error::Timeout),
            Err(_ended) => Err(Error::Broken),
        }
    }

    /// What the guest learns of a failure is its class; the operator gets the cause, without path or query.
    fn told(&self, host: &str, failed: Failed) -> Error {
        match failed {
            Failed::TooLarge => Error::TooLarge,
            Failed::Transport(error) => {
                let error = error.without_url();
                if let Some(why) = refused_address(&error) {
                    tracing::warn!(target: "policy", plugin = self.plugin, host, "outbound call refused: {why}");
                    return Error::Denied;
                }
                tracing::debug!(target: "policy", plugin = self.plugin, host, %error, "outbound call failed");
                if error.is_connect() { Error::Unreachable } else { Error::Broken }
            }
        }
    }
}

/// Why there is no answer.
enum Failed {
    TooLarge,
    Transport(reqwest::Error),
}

impl From<reqwest::Error> for Failed {
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error)
    }
}

async fn exchanged(client: &reqwest::Client, sound: Sound, most: usize) -> Result<Response, Failed> {
    let request = client.request(sound.method, sound.url).headers(sound.headers);
    // An empty body is none: a GET with `content-length: 0` surprises some servers.
    let request = if sound.body.is_empty() { request } else { request.body(sound.body) };
    let mut answer = request.send().await?;
    let headers = headers(std::mem::take(answer.headers_mut()))?;
    let status = answer.status().as_u16();
    Ok(Response { status, headers, body: body(&mut answer, most).await? })
}

fn headers(mut received: HeaderMap) -> Result<Vec<(String, Vec<u8>)>, Failed> {
    strip(&mut received);
    let headers: Vec<(String, Vec<u8>)> =
        received.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MOST_HEADERS || bytes > HEADER_BYTES { Err(Failed::TooLarge) } else { Ok(headers) }
}

/// Counts what arrives, not what Content-Length promises.
async fn body(answer: &mut Answer, most: usize) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > most {
            return Err(Failed::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
#[path = "outbound/tests.rs"]
mod tests;
