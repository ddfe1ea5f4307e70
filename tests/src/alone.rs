//! The gateway without the system around it: one configuration, one folder of components, and what it says of itself.
//! Never started again by itself; dropping it kills it.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::child::Running;
use crate::{arguments, configs, programs};

/// The labels before the addresses on the gateway's stdout.
const BOUND: &str = "listening on ";
const ADMIN_BOUND: &str = "admin on ";

/// The longest that one request of a test may take.
const REQUEST_DEADLINE: Duration = Duration::from_secs(20);

/// A running gateway.
pub struct Alone {
    folder: TempDir,
    child: Running,
    url: String,
    admin: String,
    http: reqwest::Client,
}

impl Alone {
    /// Starts it with this gateway.toml. Every built component is in `plugins/`, and so are `made`: a name without
    /// `.wasm`, and the bytes.
    pub async fn start(gateway_toml: &str, made: &[(&str, Vec<u8>)]) -> Alone {
        let folder = tempfile::tempdir().expect("a folder for the gateway");
        lay_out(folder.path(), gateway_toml, made);
        let mut child = Running::start("witgate", &arguments::gateway(), folder.path());
        let url = child.address(BOUND).await;
        let admin = child.address(ADMIN_BOUND).await;
        let http = reqwest::Client::builder().timeout(REQUEST_DEADLINE).no_proxy().build().expect("an HTTP client");
        Alone { folder, child, url, admin, http }
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its folder: gateway.toml, `plugins/`, the log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A client without a proxy.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Its log until now.
    pub fn log(&self) -> String {
        self.child.log()
    }

    /// Its process id.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// The text of `GET /metrics`.
    pub async fn metrics(&self) -> String {
        let answer = self.http.get(format!("{}/metrics", self.admin)).send().await.expect("an admin answer");
        answer.text().await.expect("text")
    }

    /// The value of one metric, by its name with labels; 0 while it was never counted.
    pub async fn metric(&self, name: &str) -> u64 {
        let metrics = self.metrics().await;
        let found = metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or_default()
    }

    /// The document of `GET /generations`.
    pub async fn generations(&self) -> Value {
        let answer = self.http.get(format!("{}/generations", self.admin)).send().await.expect("an admin answer");
        answer.json().await.expect("JSON of the generations")
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.child.last_words());
        }
    }
}

/// A folder with gateway.toml, every built component, and the made ones.
pub fn lay_out(folder: &Path, gateway_toml: &str, made: &[(&str, Vec<u8>)]) {
    programs::copy_components(folder);
    for (name, bytes) in made {
        std::fs::write(folder.join("plugins").join(format!("{name}.wasm")), bytes).expect("a written component");
    }
    configs::write(folder, "gateway.toml", gateway_toml);
}
