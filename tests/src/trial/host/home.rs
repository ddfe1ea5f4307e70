//! An upstream that answers at once, late or slowly, as the path says, on connections that stay. Never looks at who asks.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Interval, interval};

/// How long an answer below `/late` is kept back.
const LATENESS: Duration = Duration::from_millis(30);

/// What an answer below `/drip` is made of, and the time from one piece to the next.
const PIECES: usize = 20;
const PIECE_BYTES: usize = 8 * 1024;
const DRIP: Duration = Duration::from_millis(1);

/// The upstream; it answers until it is dropped.
pub struct Home {
    url: String,
    served: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Home {
    /// Listens on a free port of loopback.
    pub async fn serve() -> Home {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let served = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&served);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(keep_answering(stream, Arc::clone(&counter)));
            }
        });
        Home { url, served, server }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests reached it.
    pub fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn keep_answering(stream: TcpStream, served: Arc<AtomicUsize>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        served.fetch_add(1, Ordering::SeqCst);
        answer(request)
    });
    let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _gateway_left = serving.await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<BoxBody<Bytes, Infallible>>, hyper::Error> {
    let (head, body) = request.into_parts();
    body.collect().await?;
    let path = head.uri.path();
    if path.starts_with("/late") {
        tokio::time::sleep(LATENESS).await;
    }
    let body = if path.starts_with("/drip") {
        Drip { left: PIECES, pace: interval(DRIP) }.boxed()
    } else {
        Full::new(Bytes::from_static(b"at home\n")).boxed()
    };
    Ok(Response::new(body))
}

/// A body that comes piece by piece.
struct Drip {
    left: usize,
    pace: Interval,
}

impl Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        std::task::ready!(self.pace.poll_tick(context));
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'd'; PIECE_BYTES])))))
    }
}
