//! A running system: where each program listens, its gateway.toml, its logs. Never shared between tests; dropping it
//! kills every program, and shows their last words when the test failed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::arguments;
use crate::child::Running;
use crate::configs::{self, Places};

/// The longest that one request of a test may take.
const REQUEST_DEADLINE: Duration = Duration::from_secs(20);

/// All programs of the system, each a process.
pub struct Stack {
    folder: TempDir,
    children: Vec<Running>,
    places: Places,
    gateway: String,
    admin: String,
    http: reqwest::Client,
}

impl Stack {
    pub(crate) fn new(
        folder: TempDir,
        children: Vec<Running>,
        places: Places,
        gateway: String,
        admin: String,
    ) -> Stack {
        let redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().redirect(redirects).timeout(REQUEST_DEADLINE).no_proxy().build();
        Stack { folder, children, places, gateway, admin, http: http.expect("an HTTP client") }
    }

    /// The gateway, such as `http://127.0.0.1:40123`.
    pub fn gateway_url(&self) -> &str {
        &self.gateway
    }

    /// The gateway's admin listener.
    pub fn admin_url(&self) -> &str {
        &self.admin
    }

    /// The auth service.
    pub fn auth_url(&self) -> &str {
        &self.places.auth
    }

    /// The orders service, past the gateway.
    pub fn orders_url(&self) -> &str {
        &self.places.orders
    }

    /// The inventory service, past the gateway.
    pub fn inventory_url(&self) -> &str {
        &self.places.inventory
    }

    /// The portal, past the gateway.
    pub fn portal_url(&self) -> &str {
        &self.places.portal
    }

    /// A client without redirects, cookies or proxies.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The folder of this stack: configurations, databases, logs, `plugins/`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// This stack's own copy of a component, such as `claims_authz`.
    pub fn plugin_path(&self, name: &str) -> PathBuf {
        self.folder().join("plugins").join(format!("{name}.wasm"))
    }

    /// The gateway.toml in force or about to be.
    pub fn gateway_toml(&self) -> String {
        std::fs::read_to_string(self.folder().join("gateway.toml")).expect("gateway.toml")
    }

    /// Writes gateway.toml; `@ORDERS@` and the other placeholders are filled in.
    pub fn write_gateway_toml(&self, text: &str) {
        configs::write(self.folder(), "gateway.toml", &configs::fill(text, &self.places));
    }

    /// What the admin listener says about the generations.
    pub async fn generations(&self) -> Value {
        let answer = self.http.get(format!("{}/generations", self.admin)).send().await.expect("an admin answer");
        answer.json().await.expect("JSON of the generations")
    }

    /// The number of the generation in force.
    pub async fn generation(&self) -> u64 {
        let generations = self.generations().await;
        generations["current"]["number"].as_u64().unwrap_or_else(|| panic!("no number in {generations}"))
    }

    /// The text of `GET /metrics`.
    pub async fn metrics(&self) -> String {
        let answer = self.http.get(format!("{}/metrics", self.admin)).send().await.expect("an admin answer");
        answer.text().await.expect("text")
    }

    /// What a metric stands at for one plugin.
    pub async fn counted(&self, metric: &str, plugin: &str) -> u64 {
        let (text, start) = (self.metrics().await, format!("{metric}{{plugin=\"{plugin}\"}} "));
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        line.map_or(0, |number| number.parse().expect("a number"))
    }

    /// The gateway's log until now.
    pub fn gateway_log(&self) -> String {
        self.child("witgate").log()
    }

    /// The process id of a program, such as `witgate`.
    pub fn process_id(&self, program: &str) -> u32 {
        self.child(program).id()
    }

    /// Stops the auth service with SIGTERM and starts it again at the same address.
    pub async fn restart_auth(&mut self) {
        let index = self.position("witgate-auth");
        assert!(self.children[index].stop().await.success(), "the auth service must stop cleanly");
        let listen = self.places.auth.trim_start_matches("http://").to_owned();
        let mut child = Running::start("witgate-auth", &arguments::auth(&listen), self.folder.path());
        assert_eq!(child.address("listening on ").await, self.places.auth);
        self.children[index] = child;
    }

    /// Ends the auth service as a power cut does.
    pub async fn kill_auth(&mut self) {
        let index = self.position("witgate-auth");
        self.children[index].kill().await;
    }

    /// Ends the gateway as a power cut does.
    pub async fn kill_gateway(&mut self) {
        let index = self.position("witgate");
        self.children[index].kill().await;
    }

    /// Stops the gateway with SIGTERM, so that it writes what waits.
    pub async fn stop_gateway(&mut self) {
        let index = self.position("witgate");
        assert!(self.children[index].stop().await.success(), "the gateway must stop cleanly");
    }

    fn child(&self, program: &str) -> &Running {
        &self.children[self.position(program)]
    }

    fn position(&self, program: &str) -> usize {
        let found = self.children.iter().position(|child| child.is(program));
        found.unwrap_or_else(|| panic!("the stack has no program {program}"))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The gateway, which starts last, first: what is long is cut off on the way to who reads it.
            self.children.iter().rev().for_each(|child| eprintln!("{}", child.last_words()));
        }
        while self.children.pop().is_some() {}
    }
}
