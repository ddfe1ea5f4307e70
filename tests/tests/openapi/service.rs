//! The auth service with both listeners, and the credentials that its documents ask for. Never a gateway: this is about
//! the service's own words.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use witgate_tests::child::Running;
use witgate_tests::programs;
use witgate_tests::users::{self, User};

const OPERATOR: User = User { name: "root", password: "operators own words", role: "operator", tenant: "main" };
const CONFIG: &str = "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:0\"\naudience = \"witgate\"\n\
                      [admin]\nlisten = \"127.0.0.1:0\"\n";

/// Which one is asked.
#[derive(Clone, Copy)]
pub enum Listener {
    Public,
    Admin,
}

/// A running service.
pub struct Service {
    running: Running,
    public: String,
    admin: String,
    folder: TempDir,
}

impl Service {
    /// Starts it, signs an operator in and registers a client with every scope of services.
    pub async fn start() -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("auth.toml");
        std::fs::write(&config, CONFIG).expect("a configuration");
        users::add(&config, &OPERATOR);
        let (id, secret) = client(&config);
        let arguments = ["run", "--config", "auth.toml"].map(str::to_owned);
        let mut running = Running::start("witgate-auth", &arguments, folder.path());
        let public = running.address("listening on ").await;
        let admin = running.address("admin on ").await;
        let token = signed_in(&public).await;
        let config = format!(
            "[auth.openapi.bearer]\nbearer = \"{token}\"\n[auth.openapi.client]\nusername = \"{id}\"\npassword = \"{secret}\"\n"
        );
        std::fs::write(folder.path().join("schemathesis.toml"), config).expect("a configuration");
        Service { running, public, admin, folder }
    }

    pub fn url(&self, listener: Listener) -> &str {
        match listener {
            Listener::Public => &self.public,
            Listener::Admin => &self.admin,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Names the credentials for each scheme of the documents.
    pub fn schemathesis_config(&self) -> PathBuf {
        self.folder.path().join("schemathesis.toml")
    }

    pub fn last_words(&self) -> String {
        self.running.last_words()
    }
}

async fn signed_in(url: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let body = json!({ "username": OPERATOR.name, "password": OPERATOR.password });
    let answer = client.post(format!("{url}/login")).json(&body).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
}

/// Id and secret.
fn client(config: &Path) -> (String, String) {
    let mut command = Command::new(programs::program("witgate-auth"));
    command.args(["client", "add", "judge", "--config"]).arg(config).stdin(Stdio::null());
    for scope in ["revocations:read", "tokens:introspect", "tokens:revoke"] {
        command.args(["--scope", scope]);
    }
    let output = command.output().expect("witgate-auth client add");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |label: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label}: {}", String::from_utf8_lossy(&output.stderr))).to_owned()
    };
    (after("client id: "), after("secret: "))
}
