//! Serving HTTP/1.1 until the service is told to stop, and the end of that. Never holds more connections than its limit,
//! never waits without end for a request's head, a client that does not read, or the requests in flight at a stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt;
use witgate_wire::{BoundedSilence, FIRST_BYTES, Lingering, Upload, last_in_queue};

/// Largest request head, in bytes. Also how much of a connection is read ahead. More than the 32 KiB that the gateway
/// admits by default, as it adds headers of its own.
const MAX_HEADER_BYTES: usize = 48 * 1024;
/// Pause after a failed accept (no file descriptors left, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How much the listener bears, and how long it waits.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Open connections at once; further ones wait in the kernel's backlog.
    connections: usize,
    /// From a connection's start, or the last answer, to the end of a request's head. Also ends idle connections.
    header_deadline: Duration,
    /// How long a client may take nothing of what is ready for it.
    write_silence: Duration,
}

const LIMITS: Limits =
    Limits { connections: 1024, header_deadline: Duration::from_secs(30), write_silence: Duration::from_secs(20) };

/// Serves until `stop` is over; requests in flight then have `drain` to finish, and are cut off after that.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, drain: Duration) {
    serve_within(LIMITS, listener, router, stop, drain).await;
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    drain: Duration,
) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &slots) => accepted,
            Some(_) = connections.join_next() => continue,
        };
        if let Some((peer, slot)) = accepted {
            connections.spawn(run(peer, router.clone(), limits, graceful.watcher(), Some(slot)));
        }
    }
    tracing::info!("stopping: no new requests, those in flight finish");
    for peer in last_in_queue(listener) {
        connections.spawn(run(peer, router.clone(), limits, graceful.watcher(), None));
    }
    tokio::time::sleep(FIRST_BYTES).await;
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests were still in flight after {drain:?}; they are cut off"
        );
    }
}

/// The router's answer; it says so when the connection will end after it. Handlers find the address of the other end in
/// the request's extensions, as `ConnectInfo<SocketAddr>`.
async fn answer(router: Router, peer: SocketAddr, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (mut head, body) = request.into_parts();
    head.extensions.insert(ConnectInfo(peer));
    let (body, upload) = Upload::new(body, &head.headers);
    let mut response = router.oneshot(Request::from_parts(head, Body::new(body))).await?;
    upload.settle(response.headers_mut()).await;
    Ok(response)
}

/// One connection, which keeps its place until its end. Only the last ones in the queue of a stop have none.
async fn run(
    (stream, peer): (TcpStream, SocketAddr),
    router: Router,
    limits: Limits,
    watcher: Watcher,
    slot: Option<OwnedSemaphorePermit>,
) {
    let stream = TokioIo::new(BoundedSilence::new(Lingering::new(stream), limits.write_silence));
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let connection = http1_within(limits).serve_connection(stream, service);
    if let Err(cause) = watcher.watch(connection).await {
        tracing::debug!(%cause, "connection ended early");
    }
    drop(slot);
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<((TcpStream, SocketAddr), OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Small answers leave at once.
            let _ = stream.set_nodelay(true);
            Some(((stream, peer), slot))
        }
        Err(cause) => {
            tracing::warn!(%cause, "cannot accept a connection");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn http1_within(limits: Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_deadline).max_buf_size(MAX_HEADER_BYTES);
    builder
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};

    use super::*;

    const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    const LONG: Duration = Duration::from_secs(60);
    const SOON: Duration = Duration::from_millis(100);

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        task: tokio::task::JoinHandle<()>,
    }

    async fn start(router: Router, limits: Limits, drain: Duration) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stop_called = async move { _ = stopped.await };
        let task = tokio::spawn(serve_within(limits, listener, router, stop_called, drain));
        Running { address, stop, task }
    }

    fn hello() -> Router {
        Router::new().route("/", get(|| async { "hello" }))
    }

    async fn connect(running: &Running, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// What arrives until the answer is complete or the other side closes.
    async fn answer(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        let read = async { while !bytes.ends_with(b"hello") && stream.read_buf(&mut bytes).await.unwrap() > 0 {} };
        tokio::time::timeout(LONG, read).await.expect("an answer or an end");
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn a_handler_sees_the_address_of_the_other_end() {
        let tell = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { format!("{peer} hello") };
        let running = start(Router::new().route("/", get(tell)), LIMITS, LONG).await;
        for _ in 0..2 {
            let mut client = connect(&running, GET).await;
            let own = client.local_addr().unwrap();
            assert!(answer(&mut client).await.ends_with(&format!("\r\n{own} hello")));
        }
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_is_not_waited_for() {
        let running = start(hello(), Limits { header_deadline: SOON, ..LIMITS }, LONG).await;
        let mut slow = connect(&running, &GET[..GET.len() - 2]).await;
        assert!(!answer(&mut slow).await.contains("hello"), "closed without an answer");
        assert!(answer(&mut connect(&running, GET).await).await.ends_with("hello"), "others are served");
    }

    /// A POST of `length` bytes, of which only `sent` go out with its head.
    fn upload(headers: &str, length: usize, sent: usize) -> String {
        format!("POST / HTTP/1.1\r\nhost: a\r\n{headers}content-length: {length}\r\n\r\n{}", "x".repeat(sent))
    }

    #[tokio::test]
    async fn an_answer_before_the_body_was_read_says_that_the_connection_ends() {
        let router = hello().route("/", post(|| async { "hello" }));
        let running = start(router, LIMITS, LONG).await;
        for (request, ends) in [
            (upload("", 1000, 1000), false),
            (upload("", 100_000, 100_000), true),
            (upload("", 1000, 10), true),
            (upload("expect: 100-continue\r\n", 1000, 0), true),
            (upload("", 0, 0), false),
        ] {
            let head = request.split("\r\n\r\n").next().unwrap();
            let mut client = connect(&running, request.as_bytes()).await;
            let answer = answer(&mut client).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{head}: {answer}");
            assert_eq!(answer.contains("connection: close"), ends, "{head}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_connection_above_the_limit_waits_its_turn() {
        let running = start(hello(), Limits { connections: 1, header_deadline: LONG, ..LIMITS }, LONG).await;
        let mut first = connect(&running, GET).await;
        assert!(answer(&mut first).await.ends_with("hello"));
        let mut second = connect(&running, GET).await;
        assert!(tokio::time::timeout(SOON, answer(&mut second)).await.is_err(), "the first holds the only place");
        drop(first);
        assert!(answer(&mut second).await.ends_with("hello"));
    }

    #[tokio::test]
    async fn an_idle_connection_ends() {
        let running = start(hello(), Limits { header_deadline: SOON, ..LIMITS }, LONG).await;
        let mut client = connect(&running, GET).await;
        assert!(answer(&mut client).await.ends_with("hello"));
        assert_eq!(answer(&mut client).await, "", "closed after the answer");
    }

    #[tokio::test]
    async fn a_head_above_the_limit_is_refused() {
        let running = start(hello(), LIMITS, LONG).await;
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(MAX_HEADER_BYTES));
        let answer = answer(&mut connect(&running, head.as_bytes()).await).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }

    /// More than the kernel takes for a client that does not read.
    const LARGE: usize = 64 * 1024 * 1024;

    #[tokio::test]
    async fn a_client_that_does_not_read_loses_its_place() {
        let router = hello().route("/large", get(|| async { vec![0_u8; LARGE] }));
        let limits = Limits { connections: 1, header_deadline: LONG, write_silence: SOON };
        let running = start(router, limits, LONG).await;
        let _never_reads = connect(&running, b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(answer(&mut connect(&running, GET).await).await.ends_with("hello"));
    }

    /// A route that tells when a request is inside and answers when it may.
    fn held() -> (Router, Arc<Notify>, Arc<Notify>) {
        let (inside, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&inside), Arc::clone(&may_end));
        let handler = move || async move {
            tell.notify_one();
            wait.notified().await;
            "hello"
        };
        (Router::new().route("/", get(handler)), inside, may_end)
    }

    #[tokio::test]
    async fn a_stop_lets_running_requests_finish() {
        let (router, inside, may_end) = held();
        let running = start(router, LIMITS, LONG).await;
        let mut client = connect(&running, GET).await;
        inside.notified().await;
        running.stop.send(()).unwrap();
        while TcpStream::connect(running.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        may_end.notify_one();
        assert!(answer(&mut client).await.ends_with("hello"));
        tokio::time::timeout(LONG, running.task).await.expect("then it ends").unwrap();
    }

    #[tokio::test]
    async fn the_grace_time_has_an_end() {
        let (router, inside, _never) = held();
        let running = start(router, LIMITS, SOON).await;
        let mut client = connect(&running, GET).await;
        inside.notified().await;
        running.stop.send(()).unwrap();
        tokio::time::timeout(LONG, running.task).await.expect("it ends").unwrap();
        assert_eq!(answer(&mut client).await, "", "the connection was closed");
    }
}
