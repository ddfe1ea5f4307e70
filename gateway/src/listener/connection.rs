//! One client connection: HTTP/1.1, with its limits, until it ends or the gateway drains.
//!
//! Never outlives its worker, and never answers anything itself.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http::header::CONNECTION;
use http::{HeaderValue, Request};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::sync::watch;
use witgate_wire::{BoundedSilence, Lingering};

use super::head_deadline::HeadDeadline;
use crate::body::held::Held;
use crate::body::progress::Progress;
use crate::config::Limits;
use crate::peer::Peer;
use crate::pipeline::{self, Worker};

/// The smallest read buffer hyper accepts, in bytes.
const LEAST_BUFFER: usize = 8 * 1024;

/// Serves the connection to its end.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    worker: Arc<Worker>,
    limits: Limits,
    watcher: Watcher,
    stop: watch::Receiver<bool>,
) {
    let _open = worker.metrics.connection();
    let _ = stream.set_nodelay(true);
    let peer = Arc::new(Peer::new(peer.ip()));
    let progress = Progress::default();
    let stream = BoundedSilence::new(Lingering::new(stream), limits.idle_timeout);
    let io = TokioIo::new(HeadDeadline::new(stream, &limits, progress.clone()));
    let told = Arc::clone(&peer);
    let service = service_fn(move |request: Request<Incoming>| {
        let (worker, peer) = (Arc::clone(&worker), Arc::clone(&peer));
        let answering = progress.begin();
        let uploading = (!request.body().is_end_stream()).then(|| progress.upload());
        let stop = stop.clone();
        async move {
            let mut response = pipeline::handle(&worker, &peer, request, uploading).await;
            if *stop.borrow() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| Held::new(body, answering)))
        }
    });
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(limits.header_bytes.max(LEAST_BUFFER))
        .max_header_size(limits.header_bytes)
        .max_headers(limits.headers)
        .serve_connection(io, service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(peer = %told.ip, %error, "connection ended early");
    }
}
