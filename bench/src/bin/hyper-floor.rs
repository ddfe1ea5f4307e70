//! The floor of the architecture: the least that a proxy of hyper does, a runtime for each core. It forwards to one
//! upstream and knows no limit, deadline, log line, header rule or error page: never a thing to run for anybody.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result};
use clap::Parser;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::signal::unix::{SignalKind, signal};

const BACKLOG: i32 = 1024;

/// Forwards HTTP/1.1 from one address to another.
#[derive(Parser)]
struct Arguments {
    listen: SocketAddr,
    upstream: SocketAddr,
    threads: usize,
}

/// Ends when it is told to, as a program does that was built to be watched.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { listen, upstream, threads } = Arguments::parse();
    let mut end = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    for _ in 0..threads {
        std::thread::spawn(move || worker(listen, upstream).expect("a worker serves to the end"));
    }
    end.recv().await;
    Ok(())
}

fn worker(listen: SocketAddr, upstream: SocketAddr) -> Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&listen.into()).with_context(|| format!("bind {listen}"))?;
    socket.listen(BACKLOG)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(socket.into(), upstream))
}

async fn serve(listener: TcpListener, upstream: SocketAddr) -> Result<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<HttpConnector, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let client = client.clone();
        let service = service_fn(move |request| forward(client.clone(), request, upstream));
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn forward(
    client: Client<HttpConnector, Incoming>,
    mut request: Request<Incoming>,
    upstream: SocketAddr,
) -> Result<Response<Incoming>, Infallible> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let uri = Uri::builder().scheme("http").authority(upstream.to_string()).path_and_query(path).build();
    *request.uri_mut() = uri.expect("a path that hyper parsed");
    Ok(client.request(request).await.unwrap_or_else(|error| panic!("the upstream of the floor is there: {error}")))
}
