//! Chromium without a window, driven through chromedriver. Never outlives the test, also when the test fails.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long chromedriver and Chromium may take to start.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// What chromedriver prints before its port.
const BOUND: &str = "was started successfully on port ";
/// Quiet, and able to run as root in a container.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A running browser with a fresh profile.
pub struct Browser {
    /// The WebDriver session.
    pub client: Client,
    chromium: Option<Process>,
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts chromedriver on a free port, and a browser.
    pub async fn start() -> Browser {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let (driver, port) = start_driver().await;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&profile));
        let address = format!("http://127.0.0.1:{port}");
        let session = tokio::time::timeout(START_DEADLINE, builder.connect(&address)).await;
        let client = session.expect("Chromium starts in time").expect("a WebDriver session");
        let id = client.capabilities().and_then(|found| found.get("goog:processID")).and_then(Value::as_u64);
        Browser { client, chromium: id.map(Process), _driver: driver, _profile: profile }
    }

    /// Ends the browser in order.
    pub async fn close(mut self) {
        self.client.clone().close().await.expect("the browser closes");
        // Closed: the process id may be another's from now on.
        std::mem::forget(self.chromium.take());
    }
}

/// A process by its id, ended when dropped: killing chromedriver alone would leave Chromium running.
struct Process(u64);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", &self.0.to_string()]).status();
    }
}

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start_driver() -> (Driver, u16) {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = Driver(command.spawn().expect("chromedriver starts"));
    let lines = BufReader::new(driver.0.stdout.take().expect("a piped stdout")).lines();
    let find = move || lines.map_while(Result::ok).find_map(|line| port_in(&line));
    let port = tokio::time::timeout(START_DEADLINE, tokio::task::spawn_blocking(find)).await;
    let port = port.expect("chromedriver starts in time").expect("its output is read");
    (driver, port.expect("chromedriver tells its port"))
}

fn port_in(line: &str) -> Option<u16> {
    line.split_once(BOUND)?.1.trim_end_matches('.').trim().parse().ok()
}

fn capabilities(profile: &TempDir) -> Capabilities {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": flags }));
    capabilities
}

#[test]
fn the_port_is_read_from_the_line_that_chromedriver_prints() {
    assert_eq!(port_in("ChromeDriver was started successfully on port 34567."), Some(34567));
    assert_eq!(port_in("Starting ChromeDriver 156.0 on port 0"), None);
}
