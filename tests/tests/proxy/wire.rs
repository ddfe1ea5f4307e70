//! Both ends of the wire: a gateway in front of a socket of the test's. Never parses more than a test asks for.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use witgate_tests::arguments;
use witgate_tests::child::Running;
use witgate_tests::deadline::{self, PATIENCE};

/// A gateway whose only upstream is `upstream`.
pub struct Wire {
    pub gateway: Running,
    pub upstream: TcpListener,
    address: String,
    _folder: TempDir,
}

impl Wire {
    /// Starts it; `limits` are lines of `[limits]`, `timeouts` lines of the upstream.
    pub async fn start(limits: &str, timeouts: &str) -> Wire {
        Wire::start_as("", limits, timeouts, Running::start).await
    }

    /// Starts it with these lines of `[gateway]`.
    pub async fn start_with(gateway: &str) -> Wire {
        Wire::start_as(gateway, "", "", Running::start).await
    }

    /// Starts it where the system allows 320 open files.
    pub async fn start_with_few_descriptors() -> Wire {
        Wire::start_as("", "", "", |name, arguments, folder| Running::start_within(320, name, arguments, folder)).await
    }

    /// The same, with a log that nobody reads.
    pub async fn start_unread(limits: &str, timeouts: &str) -> Wire {
        Wire::start_as("", limits, timeouts, Running::start_unread).await
    }

    async fn start_as(gateway: &str, limits: &str, timeouts: &str, run: fn(&str, &[String], &Path) -> Running) -> Wire {
        let upstream = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = upstream.local_addr().expect("an address").port();
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "[[listeners]]\naddress = \"127.0.0.1:0\"\n[gateway]\nthreads = 2\n{gateway}\n[limits]\n{limits}\n\
             [upstreams.test]\nurl = \"http://127.0.0.1:{port}\"\n{timeouts}\n\
             [[routes]]\nname = \"all\"\nprefix = \"/\"\npublic = true\nupstream = \"test\"\n"
        );
        std::fs::write(folder.path().join("gateway.toml"), text).expect("a written file");
        let mut gateway = run("witgate", &arguments::gateway(), folder.path());
        let address = gateway.address("listening on http://").await;
        Wire { gateway, upstream, address, _folder: folder }
    }

    /// Where the gateway listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits for a line of the log.
    pub async fn logged(&self, what: &str, is_it: fn(&str) -> bool) {
        let line = || {
            let found = self.gateway.log().lines().any(is_it);
            async move { found.then_some(()) }
        };
        deadline::until(PATIENCE, what, line).await;
    }

    /// A client's connection.
    pub async fn client(&self) -> End {
        End(TcpStream::connect(&self.address).await.expect("the gateway listens"))
    }

    /// A client that has asked for a path, and the upstream that has read all of that.
    pub async fn asked(&self, path: &str) -> (End, End) {
        let mut client = self.client().await;
        client.send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let mut upstream = self.accepted().await;
        upstream.until("\r\n\r\n").await;
        (client, upstream)
    }

    /// The same, when the client has read the first `half` of eight bytes of an answer.
    pub async fn half_answered(&self, path: &str) -> (End, End) {
        let (mut client, mut upstream) = self.asked(path).await;
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf").await;
        client.until("half").await;
        (client, upstream)
    }

    /// The gateway's next connection to the upstream.
    pub async fn accepted(&self) -> End {
        let (stream, _) = timeout(PATIENCE, self.upstream.accept()).await.expect("a connection").expect("accepts");
        End(stream)
    }
}

/// One end of a connection.
pub struct End(TcpStream);

impl End {
    /// Sends bytes.
    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("the peer reads");
    }

    /// Reads until the text has come.
    pub async fn until(&mut self, text: &str) -> String {
        let mut read = Vec::new();
        loop {
            let so_far = String::from_utf8_lossy(&read).into_owned();
            if so_far.contains(text) {
                return so_far;
            }
            let mut buffer = [0_u8; 4096];
            let count = timeout(PATIENCE, self.0.read(&mut buffer)).await;
            let count = count.unwrap_or_else(|_| panic!("{text:?} did not come after {so_far:?}")).expect("readable");
            assert_ne!(count, 0, "the peer closed before {text:?}, after {so_far:?}");
            read.extend_from_slice(&buffer[..count]);
        }
    }

    /// Whether the peer says nothing, and stays, for this long.
    pub async fn silent_for(&mut self, span: Duration) -> bool {
        timeout(span, self.0.read(&mut [0_u8; 64])).await.is_err()
    }

    /// Sends the text again and again until the peer closes; false when it never does.
    pub async fn fills_until_closed(&mut self, text: &str) -> bool {
        let fill = async { while self.0.write_all(text.as_bytes()).await.is_ok() {} };
        timeout(PATIENCE, fill).await.is_ok()
    }

    /// Reads until the peer closes.
    pub async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        // A reset is an end too.
        let ended = timeout(PATIENCE, self.0.read_to_end(&mut read)).await.is_ok();
        let read = String::from_utf8_lossy(&read).into_owned();
        assert!(ended, "the peer did not close after {read:?}");
        read
    }
}
