//! A gateway alone, with an upstream that lives in the test. Never a stack: nothing here needs a token.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use witgate_tests::child::Running;
use witgate_tests::component::{Delivery, deliver};
use witgate_tests::{arguments, deadline, programs};

/// How long a change may take here, where nothing is measured.
pub const SOON: Duration = Duration::from_secs(20);

/// A gateway and its folder.
pub struct Gate {
    pub folder: TempDir,
    pub process: Running,
    pub url: String,
    pub admin: String,
    pub http: reqwest::Client,
    upstream: String,
}

impl Gate {
    /// One public route, and whatever `more` says.
    pub async fn start(more: &str) -> Gate {
        Gate::start_in(tempfile::tempdir().expect("a folder"), more, |folder, text| {
            std::fs::write(folder.join("gateway.toml"), text).expect("written");
        })
        .await
    }

    /// The same, laid out by the test.
    pub async fn start_in(folder: TempDir, more: &str, lay_out: impl FnOnce(PathBuf, &str)) -> Gate {
        let upstream = upstream().await;
        programs::copy_components(folder.path());
        lay_out(folder.path().to_owned(), &text(&upstream, more));
        let mut process = Running::start("witgate", &arguments::gateway(), folder.path());
        let url = process.address("listening on ").await;
        let admin = process.address("admin on ").await;
        let http = reqwest::Client::builder().no_proxy().timeout(SOON).build().expect("a client");
        Gate { folder, process, url, admin, http, upstream }
    }

    /// The text of a gateway.toml with this beside the usual.
    pub fn text(&self, more: &str) -> String {
        text(&self.upstream, more)
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("gateway.toml")
    }

    /// Puts a whole new gateway.toml in its place.
    pub fn write(&self, more: &str) {
        deliver(&self.path(), self.text(more).as_bytes(), Delivery::Rename);
    }

    pub async fn generations(&self) -> Value {
        let answer = self.http.get(format!("{}/generations", self.admin)).send().await.expect("an answer");
        answer.json().await.expect("a document")
    }

    pub async fn generation(&self) -> u64 {
        self.generations().await["current"]["number"].as_u64().expect("a number")
    }

    /// Orders, and gives status and document.
    pub async fn order(&self, what: &str) -> (u16, Value) {
        let answer = self.http.post(format!("{}/{what}", self.admin)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("a document"))
    }

    /// Whether a path is served.
    pub async fn serves(&self, path: &str) -> bool {
        self.http.get(format!("{}{path}", self.url)).send().await.expect("an answer").status() == 200
    }

    /// Waits until this generation is in force, and makes sure that no other follows: what is on disk is what serves.
    pub async fn settles_at(&self, number: u64) {
        deadline::until(SOON, &format!("generation {number}"), || async {
            (self.generation().await >= number).then_some(())
        })
        .await;
        let (status, document) = self.order("reload").await;
        assert_eq!((status, document["outcome"].as_str()), (200, Some("unchanged")), "{document}");
        assert_eq!(document["generation"], number, "each change becomes one generation");
    }

    /// Waits for a refusal with this word.
    pub async fn refused(&self, word: &str) -> Value {
        let look = || async {
            let refusal = self.generations().await["last_refusal"].clone();
            refusal["reason"].as_str().is_some_and(|reason| reason.contains(word)).then_some(refusal)
        };
        deadline::until(SOON, &format!("a refusal that says {word}"), look).await.0
    }

    /// How many attempts were refused since the start.
    pub async fn refusals(&self) -> u64 {
        let text = self.http.get(format!("{}/metrics", self.admin)).send().await.expect("an answer");
        let text = text.text().await.expect("metrics");
        let line = text.lines().find(|line| line.starts_with("witgate_reloads_total") && line.contains("refused"));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
    }
}

/// A public route of this name at this path.
pub fn route(name: &str, path: &str) -> String {
    format!("[[routes]]\nname = \"{name}\"\npath = \"{path}\"\npublic = true\nupstream = \"test\"\n")
}

fn text(upstream: &str, more: &str) -> String {
    format!(
        "[[listeners]]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n[gateway]\nthreads = 2\n\
         takeover-socket = \"takeover.sock\"\nshow-generation = \"asked\"\n[upstreams.test]\nurl = \"{upstream}\"\n{}\n{more}",
        route("always", "/always")
    )
}

/// Answers everything with 200.
async fn upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(|_: Request<hyper::body::Incoming>| async {
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"ok"))))
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}
