//! A gateway under callgrind, with a service and one client of the test's own. Never asks two requests at once: what is
//! counted should not depend on which came first.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use witgate_tests::{arguments, programs};

/// How long one answer may take: everything runs some fifty times slower.
const ANSWER: Duration = Duration::from_secs(60);
const BODY: &str = r#"{"id":17,"state":"shipped","items":[{"sku":"a-1","count":2},{"sku":"b-2","count":1}]}"#;
const COUNTS: &str = "callgrind.out";

pub struct Counted {
    folder: TempDir,
    process: Child,
    client: BufReader<TcpStream>,
}

impl Counted {
    /// Counts nothing yet.
    pub fn start() -> Counted {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("gateway.toml"), text(&service())).expect("written");
        let mut process = Command::new("valgrind")
            .args(["--tool=callgrind", "--instr-atstart=no", &format!("--callgrind-out-file={COUNTS}")])
            .arg(programs::program("witgate"))
            .args(arguments::gateway())
            .env("RUST_LOG", "warn")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).expect("a log"))
            .spawn()
            .expect("valgrind starts");
        let said = BufReader::new(process.stdout.take().expect("piped"));
        let listens = |line: String| line.strip_prefix("listening on http://").map(str::to_owned);
        let address = said.lines().map_while(Result::ok).find_map(listens);
        let address = address.unwrap_or_else(|| panic!("it ended: {}", log(&folder)));
        let client = TcpStream::connect(address).expect("a connection");
        client.set_read_timeout(Some(ANSWER)).expect("a deadline");
        Counted { folder, process, client: BufReader::new(client) }
    }

    /// Asks so many requests on one connection, each after the answer to the one before.
    pub fn ask(&mut self, requests: usize) {
        for _ in 0..requests {
            let request = "GET /orders/17 HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\nUser-Agent: test\r\n\r\n";
            self.client.get_mut().write_all(request.as_bytes()).expect("sent");
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(self.client.read_line(&mut head).expect("an answer in time"), 0, "it hung up: {head}");
            }
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            let mut body = vec![0; BODY.len()];
            self.client.read_exact(&mut body).expect("a body in time");
            assert_eq!(body, BODY.as_bytes());
        }
    }

    /// Begins to count, or stops. Done when this returns.
    pub fn count(&mut self, on: bool) {
        let mut control = Command::new("callgrind_control");
        control.arg(if on { "--instr=on" } else { "--instr=off" }).arg(self.process.id().to_string());
        let said = control.output().expect("callgrind_control runs");
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success() && text.contains("OK."), "{text}");
    }

    /// Ends the gateway, and gives the instructions counted.
    pub fn end(&mut self) -> u64 {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(told.expect("the kill command").success());
        self.client.get_mut().shutdown(Shutdown::Both).expect("a connection of ours");
        let status = self.process.wait().expect("a child of ours");
        assert!(status.success(), "{status}: {}", log(&self.folder));
        let counts = fs::read_to_string(self.folder.path().join(COUNTS)).expect("counts");
        let total = counts.lines().find_map(|line| line.strip_prefix("totals: "));
        total.and_then(|total| total.parse().ok()).expect("a total")
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let _has_ended = self.process.kill();
        let _status = self.process.wait();
    }
}

/// Answers every request with [`BODY`], for as long as the test lasts.
fn service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(BufReader::new(stream)));
        }
    });
    address
}

fn serve(mut stream: BufReader<TcpStream>) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", BODY.len());
    let answer = head + BODY;
    let mut line = String::new();
    while stream.read_line(&mut line).is_ok_and(|read| read > 0) {
        let is_end = line == "\r\n";
        line.clear();
        if is_end && stream.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn text(service: &SocketAddr) -> String {
    format!(
        r#"
[gateway]
threads = 1

[[listeners]]
address = "127.0.0.1:0"

[upstreams.orders]
url = "http://{service}"

[[routes]]
name = "orders"
path = "/orders/{{id}}"
public = true
upstream = "orders"
"#
    )
}

fn log(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}
